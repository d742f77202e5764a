import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { existsSync } from 'node:fs';

const SETPRIV = '/usr/bin/setpriv';

/**
 * Starts a program that ends with this process, also when this process is killed with SIGKILL: the kernel sends the
 * child SIGKILL then (prctl PR_SET_PDEATHSIG). On systems without setpriv only an orderly exit ends it.
 */
export function spawnBound(
  command: string,
  args: readonly string[],
  options: SpawnOptions = {},
): ChildProcess {
  if (existsSync(SETPRIV)) {
    return spawn(SETPRIV, ['--pdeathsig', 'KILL', '--', command, ...args], options);
  }
  const child = spawn(command, args, options);
  const end = () => child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.off('exit', end));
  return child;
}

/** Ends a child and resolves when it is gone. A child that does not obey `signal` within `patience` ms is killed. */
export async function endProcess(child: ChildProcess, signal: NodeJS.Signals = 'SIGKILL', patience = 5000) {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill(signal);
  const force = setTimeout(() => child.kill('SIGKILL'), patience);
  await gone;
  clearTimeout(force);
}
