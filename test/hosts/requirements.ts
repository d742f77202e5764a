import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, it } from 'vitest';

const SEARCHED = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin'];

/** Where a program lies, sbin folders included; undefined when it is not installed. */
export function findProgram(name: string): string | undefined {
  return (name.startsWith('/') ? [name] : SEARCHED.map((folder) => join(folder, name))).find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return true;
    } catch {
      // Not in this folder: the next one may have it.
      return false;
    }
  });
}

/** Debian's own interpreter: others that a developer may have first in PATH lack Debian's python3-* packages. */
export const PYTHON = '/usr/bin/python3';

type Check = () => string | undefined;

function program(name: string, debianPackage: string): Check {
  return () => (findProgram(name) ? undefined : `${name} is not installed (Debian package ${debianPackage})`);
}

function succeeds(reason: string, command: string, args: readonly string[]): Check {
  return () => {
    try {
      execFileSync(command, args, { stdio: 'ignore' });
      return undefined;
    } catch {
      // Whatever went wrong, the test can't run here.
      return reason;
    }
  };
}

const hostChecks: Check[] = [
  () => (process.platform === 'linux' ? undefined : 'throw-away hosts need Linux'),
  () => (process.getuid?.() === 0 ? undefined : 'throw-away hosts need root'),
  succeeds('this machine does not let root make namespaces and overlays', 'unshare', [
    ...['--mount', '--pid', '--uts', '--ipc', '--fork', '/bin/sh', '-c'],
    `mount --make-rprivate / && mount -t tmpfs tmpfs /mnt && mkdir /mnt/u /mnt/w /mnt/r &&
     mount -t overlay -o lowerdir=/,upperdir=/mnt/u,workdir=/mnt/w overlay /mnt/r`,
  ]),
];

const needs = {
  /** Real throw-away hosts with sshd. */
  hosts: [...hostChecks, program('sshd', 'openssh-server'), program('nsenter', 'util-linux')],
  /** Hosts of the BusyBox and dropbear family. */
  'busybox-hosts': [...hostChecks, program('dropbear', 'dropbear-bin'), program('busybox', 'busybox-static')],
  ssh: [program('ssh', 'openssh-client')],
  sudo: [program('sudo', 'sudo')],
  lrzsz: [program('rz', 'lrzsz'), program('sz', 'lrzsz')],
  dbclient: [program('dbclient', 'dropbear-bin')],
  plink: [program('plink', 'putty-tools'), program('puttygen', 'putty-tools')],
  psftp: [
    program('psftp', 'putty-tools'),
    program('pscp', 'putty-tools'),
    program('puttygen', 'putty-tools'),
  ],
  /** A terminal of the tests' own. */
  terminal: [program(PYTHON, 'python3')],
  paramiko: [
    succeeds('paramiko is not installed (Debian package python3-paramiko)', PYTHON, [
      '-c',
      'import paramiko',
    ]),
  ],
  asyncssh: [
    succeeds('asyncssh is not installed (Debian package python3-asyncssh)', PYTHON, [
      '-c',
      'import asyncssh',
    ]),
  ],
  vim: [program('vi', 'vim-tiny')],
  'ssh-audit': [program('ssh-audit', 'ssh-audit')],
  rsync: [program('rsync', 'rsync')],
  git: [program('git', 'git')],
  openssl: [program('openssl', 'openssl')],
  curl: [program('curl', 'curl')],
  ansible: [program('ansible-playbook', 'ansible-core')],
  nginx: [program('nginx', 'nginx-light')],
  caddy: [program('caddy', 'caddy')],
  browser: [program('chromium', 'chromium')],
} satisfies Record<string, Check[]>;

export type Need = keyof typeof needs;

const reasons = new Map<Need, string | undefined>();

/** Why a need is not met on this machine; undefined when it is. */
export function whyMissing(need: Need): string | undefined {
  if (!reasons.has(need)) {
    let reason: string | undefined;
    for (const check of needs[need]) reason ??= check();
    reasons.set(need, reason);
  }
  return reasons.get(need);
}

/**
 * A suite that runs only where everything it needs is there. Elsewhere it is skipped, with the reason in the report; with
 * GATEHOUSE_TEST_STRICT=1 it fails instead. Start hosts inside the suite, so that a skipped suite starts none.
 */
export function requires(...wanted: Need[]): { describe(name: string, suite: () => void): void } {
  const missing = wanted.map(whyMissing).find((reason) => reason !== undefined);
  return {
    describe(name, suite) {
      if (missing === undefined) {
        describe(name, suite);
        return;
      }
      describe(name, () => {
        it('has what it needs', ({ skip }) => {
          if (process.env['GATEHOUSE_TEST_STRICT'] === '1') throw new Error(missing);
          skip(missing);
        });
      });
    },
  };
}
