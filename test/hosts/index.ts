export type { Account } from './account.js';
export { quoted } from './account.js';
export { endProcess, spawnBound } from './bound-process.js';
export { startHost, startHosts, stopHosts, type Host, type HostFamily, type HostOptions } from './host.js';
export { drawLoopbackAddress, findFreePort, portOf } from './loopback.js';
export { PlainSftpHost } from './plain-sftp-host.js';
export { startMisbehavingHost, type MisbehavingHost, type Misbehaviour } from './misbehaving-host.js';
export { findProgram, PYTHON, requires, whyMissing, type Need } from './requirements.js';
export { run, type Outcome, type RunOptions } from './run.js';
