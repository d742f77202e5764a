import { chmod, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AdminTarget } from '../../jobs/admin-directory.js';
import { hostKeyAlgorithmsOf } from '../../ssh/algorithms.js';

const PREFIX = 'gatehouse-ansible-';
/** The playbooks and what belongs to them, beside `src`; the same from `dist`. */
export const PLAYBOOKS = join(import.meta.dirname, '../../../../../../apps/gateway/ansible');
/** How long the shared connection of one playbook's steps outlives its last use. Seconds. */
const PERSIST_S = 20;

/** What Ansible must know of an asset to reach it. */
export interface PlaybookTarget {
  target: AdminTarget;
  /** The IP address that answered. */
  address: string;
  /** Whether root's rights come by sudo. */
  bySudo: boolean;
  /** Path of Python on the asset. */
  python: string;
}

/**
 * The private folder of one playbook: settings, the pinned host keys, sockets. It holds no secret. What is written here
 * are the only words of ours that Ansible or ssh read, and none of them are a template.
 */
export async function makeFolder(reached: PlaybookTarget): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `${PREFIX}${process.pid}-`));
  try {
    await chmod(folder, 0o700);
    const write = (name: string, text: string): Promise<void> =>
      writeFile(join(folder, name), text, { mode: 0o600 });
    await write('ansible.cfg', ansibleConfig(folder, reached));
    await write('ssh_config', sshConfig(folder, reached));
    const pins = reached.target.hostKeys.map(({ type, blob }) => `asset ${type} ${blob}\n`);
    await write('known_hosts', pins.join(''));
    return folder;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}

/** Removes what gateways that are no more left behind. */
export async function sweepFolders(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(/^gatehouse-ansible-(\d+)-/.exec(name)?.[1]);
    if (!pid || isAlive(pid)) continue;
    const folder = join(tmpdir(), name);
    const { uid } = await stat(folder);
    if (uid === process.getuid?.()) await rm(folder, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return !(error instanceof Error && 'code' in error && error.code === 'ESRCH');
  }
}

function ansibleConfig(folder: string, { bySudo, python, target }: PlaybookTarget): string {
  const methods = [target.privateKey && 'publickey', target.password && 'password,keyboard-interactive'];
  const login = `-o PreferredAuthentications=${methods.filter(Boolean).join(',')}`;
  const byPassword = '-o PasswordAuthentication=yes -o KbdInteractiveAuthentication=yes';
  const shared = `-o ControlMaster=auto -o ControlPersist=${PERSIST_S}s -o ControlPath=${folder}/mux`;
  return `[defaults]
action_plugins = ${PLAYBOOKS}/action_plugins
collections_path = ${folder}/none
roles_path = ${folder}/none
local_tmp = ${folder}/tmp
remote_tmp = /tmp
interpreter_python = ${python}
host_key_checking = True
no_target_syslog = True
retry_files_enabled = False
stdout_callback = minimal
forks = 1
timeout = 10
[inventory]
enable_plugins = host_list
[privilege_escalation]
become = ${bySudo ? 'True' : 'False'}
become_method = sudo
[sudo_become_plugin]
flags = -n -H
[ssh_connection]
pipelining = True
retries = 0
ssh_args = -F ${folder}/ssh_config ${login} ${target.password ? byPassword : ''} ${shared}
`;
}

function sshConfig(folder: string, { target, address }: PlaybookTarget): string {
  const algorithms = [...new Set(target.hostKeys.flatMap(({ type }) => hostKeyAlgorithmsOf(type)))];
  return `Host *
HostName ${address}
Port ${target.port}
User "${target.username.replaceAll('\\', '\\\\')}"
HostKeyAlias asset
HostKeyAlgorithms ${algorithms.join(',')}
UserKnownHostsFile ${folder}/known_hosts
GlobalKnownHostsFile /dev/null
StrictHostKeyChecking yes
UpdateHostKeys no
CheckHostIP no
IdentityFile none
IdentityAgent ${target.privateKey ? `${folder}/agent` : 'none'}
ForwardAgent no
NumberOfPasswordPrompts 1
ServerAliveInterval 10
ServerAliveCountMax 3
LogLevel ERROR
`;
}
