import { run, type Outcome, type RunOptions } from '../hosts/index.js';
import type { SshClient } from './ssh.js';

/** Options that lead every program of OpenSSH's family through one door; the host to name is `gateway-door`. */
export function doorOptions({ door, knownHosts }: SshClient): string[] {
  const { address, port, login, key, proxy } = door;
  const name = port === 22 ? address : `[${address}]:${port}`;
  const options = [
    ...['IdentitiesOnly=yes', 'IdentityAgent=none', 'StrictHostKeyChecking=yes', 'BatchMode=yes'],
    ...[`UserKnownHostsFile=${knownHosts}`, 'GlobalKnownHostsFile=/dev/null', `HostKeyAlias=${name}`],
    ...[`HostName=${address}`, `Port=${port}`, `User=${login}`, ...(key ? [`IdentityFile=${key.file}`] : [])],
    ...(proxy === undefined ? [] : [`ProxyCommand=${proxy}`]),
  ];
  return ['-F', 'none', ...options.flatMap((option) => ['-o', option])];
}

/** The name that stands for the door in the arguments of these programs. */
export const DOOR = 'gateway-door';

/** Runs commands of `sftp` one after the other; the first that fails ends it. */
export function sftp(
  ssh: SshClient,
  commands: readonly string[],
  { server, ...more }: RunOptions & { server?: string } = {},
): Promise<Outcome> {
  const input = `${commands.join('\n')}\n`;
  const farEnd = server === undefined ? [] : ['-s', server];
  return run('sftp', ['-q', ...farEnd, ...doorOptions(ssh), '-b', '-', DOOR], { ...more, input });
}

/** Runs `scp`; `legacy` is its protocol before SFTP. */
export function scp(
  ssh: SshClient,
  args: readonly string[],
  { legacy = false, ...more }: RunOptions & { legacy?: boolean } = {},
): Promise<Outcome> {
  return run('scp', [...(legacy ? ['-O'] : []), '-q', ...doorOptions(ssh), ...args], more);
}

/** Runs `rsync` over ssh. */
export function rsync(ssh: SshClient, args: readonly string[]): Promise<Outcome> {
  return run('rsync', ['-e', remoteShell(ssh), ...args]);
}

/** Runs `git` over ssh. */
export function git(ssh: SshClient, args: readonly string[], cwd: string): Promise<Outcome> {
  const identity = { GIT_AUTHOR_NAME: 'A', GIT_AUTHOR_EMAIL: 'a@example.org' };
  const committer = { GIT_COMMITTER_NAME: 'A', GIT_COMMITTER_EMAIL: 'a@example.org' };
  const env = { ...process.env, ...identity, ...committer, GIT_SSH_COMMAND: remoteShell(ssh) };
  return run('git', args, { cwd, env });
}

/** A jump through this door, as ProxyJump makes one (ssh_config(5)). */
export function jumpThrough(ssh: SshClient): string {
  return `${remoteShell(ssh)} -W '[%h]:%p' ${DOOR}`;
}

function remoteShell(ssh: SshClient): string {
  return ['ssh', ...doorOptions(ssh)].map((word) => `'${word}'`).join(' ');
}
