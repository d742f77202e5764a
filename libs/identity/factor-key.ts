import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Unavailable, type UserId } from '#libs/kernel';
import { readOrMakeKeyFile } from '#libs/vault';

/** Below the data folder: api and gateways read it, nobody else. */
const KEY_FILE = 'keys/shared/second-factor.key';
const KEY_BYTES = 32;
const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
/** First part of every sealed text; another cipher gets another one. */
const FORMAT = 'gcm1';

/**
 * Seals the secrets of authenticator apps (AES-256-GCM, bound to their user), so that a dump of the database holds
 * none. Unlike secrets of assets they must open wherever people log in, in the api and in gateways: one key for both.
 */
export class FactorKey {
  private key: Buffer | null = null;

  constructor(private readonly dataDir: string) {}

  /** The secret as the database may have it. The first one that is ever sealed makes the key. */
  async seal(userId: UserId, secret: string): Promise<string> {
    const key = await this.readOrMake();
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(userId));
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    const parts = [nonce, cipher.getAuthTag(), sealed].map((part) => part.toString('base64'));
    return [FORMAT, keyId(key), ...parts].join(':');
  }

  /** The secret of this user. @throws Unavailable when the key isn't here, isn't the one that sealed, or the text was altered */
  open(userId: UserId, sealed: string): string {
    const key = this.read();
    const [format, id, ...parts] = sealed.split(':');
    const [nonce, tag, text] = parts.map((part) => Buffer.from(part, 'base64'));
    if (format !== FORMAT || id !== keyId(key) || !nonce || !tag || !text) throw unusable();
    try {
      const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: 16 });
      decipher.setAAD(Buffer.from(userId)).setAuthTag(tag);
      return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
    } catch {
      throw unusable(); // altered, or moved from another user's row
    }
  }

  private async readOrMake(): Promise<Buffer> {
    const path = join(this.dataDir, KEY_FILE);
    const text = await readOrMakeKeyFile(path, 0o600, async () => randomBytes(KEY_BYTES).toString('base64'));
    return (this.key = parse(text));
  }

  /** A gateway only reads: a key of its own making would open nothing. */
  private read(): Buffer {
    try {
      return (this.key ??= parse(readFileSync(join(this.dataDir, KEY_FILE), 'utf8')));
    } catch (error) {
      throw error instanceof Unavailable ? error : unusable();
    }
  }
}

function parse(text: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64');
  if (key.length !== KEY_BYTES) throw unusable();
  return key;
}

/** Tells keys apart and nothing about them. */
function keyId(key: Buffer): string {
  return createHash('sha256').update('gatehouse second factor').update(key).digest('hex').slice(0, 8);
}

function unusable(): Unavailable {
  return new Unavailable(
    `Codes of authenticator apps can't be checked: ${KEY_FILE} of the data folder is not the key that sealed them. Use a recovery code, or have the key restored.`,
  );
}
