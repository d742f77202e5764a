import { randomUUID } from 'node:crypto';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run, type Outcome, type RunOptions } from '../hosts/index.js';
import type { KeyPair, KeyRing } from './key-ring.js';
import { Terminal, type TerminalOptions } from './terminal.js';

/** An SSH server as its user sees it: where it is, who logs in, and the key it must show. */
export interface Door {
  readonly address: string;
  readonly port: number;
  readonly login: string;
  /** Host key lines, `type base64`. */
  readonly hostKeys: readonly string[];
  /** Absent: password login only. */
  readonly key?: KeyPair;
  /** The command that leads to it, as ProxyCommand; absent: straight. */
  readonly proxy?: string;
}

/** The stock OpenSSH client, pointed at one door. Knows the door's host key and nothing else of this machine. */
export class SshClient {
  private constructor(
    readonly door: Door,
    readonly knownHosts: string,
  ) {}

  static async at(door: Door, keys: KeyRing): Promise<SshClient> {
    const knownHosts = join(keys.folder, `known-${door.address}-${door.port}`);
    const name = door.port === 22 ? door.address : `[${door.address}]:${door.port}`;
    // in one go: other clients may be about to read it
    const fresh = `${knownHosts}-${randomUUID()}`;
    await writeFile(fresh, door.hostKeys.map((line) => `${name} ${line}\n`).join(''));
    await rename(fresh, knownHosts);
    return new SshClient(door, knownHosts);
  }

  /** The same door for somebody else, or with another key. */
  as(change: Partial<Door>): SshClient {
    return new SshClient({ ...this.door, ...change }, this.knownHosts);
  }

  /** Arguments for ssh: options, then the destination, then the command. */
  args(command?: string, options: readonly string[] = []): string[] {
    const { address, port, login, key, proxy } = this.door;
    const identity = key ? ['-i', key.file, '-o', 'PreferredAuthentications=publickey'] : [];
    return [
      ...[
        '-F',
        'none',
        '-o',
        'IdentitiesOnly=yes',
        '-o',
        'IdentityAgent=none',
        '-o',
        'StrictHostKeyChecking=yes',
      ],
      ...['-o', `UserKnownHostsFile=${this.knownHosts}`, '-o', 'GlobalKnownHostsFile=/dev/null'],
      ...(proxy === undefined ? [] : ['-o', `ProxyCommand=${proxy}`]),
      ...[...identity, ...options, '-p', String(port), '-l', login, address],
      ...(command === undefined ? [] : [command]),
    ];
  }

  /** Runs one command (or, without one, a shell without a terminal) to its end. Never asks for a password. */
  exec(command?: string, options: readonly string[] = [], more: RunOptions = {}): Promise<Outcome> {
    return run('ssh', this.args(command, ['-o', 'BatchMode=yes', ...options]), more);
  }

  /** Opens ssh on a terminal. */
  terminal(command?: string, options: readonly string[] = [], more: TerminalOptions = {}): Terminal {
    return new Terminal('ssh', this.args(command, options), more);
  }
}
