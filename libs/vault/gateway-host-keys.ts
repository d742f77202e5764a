import { chownSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprintOf, generateKey, parsePrivateKey } from '#libs/kernel';
import { readKeyFile, readOrMakeKeyFile } from './key-files.js';

/** Below the data folder. */
const FILE = 'keys/gateway/ssh_host_ed25519_key';

/** The gateway's own host key, shared by all gateways of an installation. */
export interface GatewayHostKey {
  /** OpenSSH PEM. */
  privateKey: string;
  /** `ssh-ed25519 AAAA…` */
  publicKey: string;
  /** `SHA256:…` */
  fingerprint: string;
}

/** The host keys that clients are told of. Between two rotations only the current one is there. */
export interface GatewayHostKeySet {
  /** The one that clients are shown. */
  current: GatewayHostKey;
  /** Will be shown; clients that log in learn it. */
  next: GatewayHostKey | null;
  /** Was shown; clients that log in still keep it. */
  former: GatewayHostKey | null;
}

/**
 * The gateway's host keys (ed25519) in the data folder. One is replaced in three steps: announced, shown, and the former
 * one deleted. Each is one change of a file at last, so one that was cut off is done again.
 */
export class GatewayHostKeys {
  private readonly known = new Map<string, GatewayHostKey>();

  private constructor(private readonly path: string) {}

  /** With the installation's key, which the first gateway makes. @throws the file system's error. */
  static async open(dataDir: string): Promise<GatewayHostKeys> {
    const path = join(dataDir, FILE);
    await readOrMakeKeyFile(path, 0o600, async () => generateKey().privateKey);
    return new GatewayHostKeys(path);
  }

  /** The installation's keys; null: no gateway has made one yet. */
  static existing(dataDir: string): GatewayHostKeys | null {
    const path = join(dataDir, FILE);
    return readKeyFile(path) === null ? null : new GatewayHostKeys(path);
  }

  /**
   * As the files have them now: in this order, so that a switch between two of them leaves no key out, which clients
   * would forget. @throws the file system's error; ValidationFailed when one holds no key
   */
  read(): GatewayHostKeySet {
    const next = this.keyIn(this.nextPath);
    const former = this.keyIn(this.formerPath);
    const current = this.keyIn(this.path);
    if (current === null) throw new Error(`${this.path} is gone`);
    const other = (key: GatewayHostKey | null): GatewayHostKey | null =>
      key?.privateKey === current.privateKey ? null : key;
    return { current, next: other(next), former: other(former) };
  }

  /** Puts the next key beside the current one. */
  async announce(): Promise<void> {
    await this.make(this.nextPath, generateKey().privateKey);
  }

  /** The next key becomes the current one, and that the former one. @throws Error when none was announced */
  async switch(): Promise<void> {
    const { current, next } = this.read();
    if (next === null) throw new Error('no next key was announced');
    // one that was cut off may have left it, the current key's text in it
    rmSync(this.formerPath, { force: true });
    await this.make(this.formerPath, current.privateKey);
    renameSync(this.nextPath, this.path);
  }

  /** Deletes the former key. */
  retire(): void {
    rmSync(this.formerPath, { force: true });
  }

  private get nextPath(): string {
    return `${this.path}.next`;
  }

  private get formerPath(): string {
    return `${this.path}.former`;
  }

  /** Whoever runs the command, the gateway's account must be able to read it. */
  private async make(path: string, text: string): Promise<void> {
    await readOrMakeKeyFile(path, 0o600, async () => text);
    const { uid, gid } = statSync(this.path);
    chownSync(path, uid, gid);
  }

  private keyIn(path: string): GatewayHostKey | null {
    const text = readKeyFile(path);
    if (text === null) return null;
    const known = this.known.get(text) ?? hostKeyOf(text);
    // it is read at each login, and reading a key takes its time
    this.known.set(text, known);
    return known;
  }
}

function hostKeyOf(text: string): GatewayHostKey {
  const { privateKey, publicKey } = parsePrivateKey(text);
  const blob = Buffer.from(publicKey.split(' ')[1] ?? '', 'base64');
  return { privateKey, publicKey, fingerprint: fingerprintOf(blob) };
}
