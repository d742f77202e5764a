import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../hosts/index.js';

export const KEY_TYPES = ['ed25519', 'ecdsa', 'rsa'] as const;
export type KeyType = (typeof KEY_TYPES)[number];

export interface KeyPair {
  /** File with the private key, OpenSSH format, no passphrase. */
  readonly file: string;
  /** The private key's text. */
  readonly private: string;
  /** Public key line without a comment. */
  readonly public: string;
}

/** A folder of key pairs made for one test file; gone after {@link KeyRing.discard}. */
export class KeyRing {
  private constructor(readonly folder: string) {}

  static async open(): Promise<KeyRing> {
    return new KeyRing(await mkdtemp(join(tmpdir(), 'gatehouse-keys-')));
  }

  /** Makes a pair with ssh-keygen (RSA: 3072 bits, ECDSA: nistp256, unless `bits` says otherwise). */
  async make(name: string, type: KeyType = 'ed25519', bits?: number): Promise<KeyPair> {
    const file = join(this.folder, name);
    const size = bits ?? (type === 'rsa' ? 3072 : undefined);
    const made = await run('ssh-keygen', [
      ...['-q', '-t', type, '-N', '', '-C', '', '-f', file],
      ...(size === undefined ? [] : ['-b', String(size)]),
    ]);
    if (made.status !== 0) throw new Error(`ssh-keygen failed: ${made.stderr}`);
    const line = await readFile(`${file}.pub`, 'utf8');
    return { file, private: await readFile(file, 'utf8'), public: line.trim() };
  }

  async discard(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
