import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Unavailable, type UserId } from '#libs/kernel';
import { readKeyFile, readOrMakeKeyFile } from '#libs/vault';
import {
  FACTOR_KEY_FILE,
  factorKeyId,
  keysOf,
  makeFactorKeyText,
  parseFactorKeys,
  type FactorKeys,
} from './factor-key-file.js';

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12;
/** First part of every sealed text; another cipher gets another one. */
const FORMAT = 'gcm1';

/**
 * Seals the secrets of authenticator apps (AES-256-GCM, bound to their user), so that a dump of the database holds
 * none. Unlike secrets of assets they must open wherever people log in, in the api and in gateways: one key for both.
 */
export class FactorKey {
  /** By their ids. */
  private readonly keys = new Map<string, Buffer>();

  constructor(private readonly dataDir: string) {}

  /**
   * The secret as the database may have it; to be called in the transaction that writes it. The first one that is ever
   * sealed makes the key.
   */
  async seal(userId: UserId, secret: string): Promise<string> {
    const path = join(this.dataDir, FACTOR_KEY_FILE);
    const text = await readOrMakeKeyFile(path, 0o600, async () => makeFactorKeyText());
    const { current } = this.learn(text);
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, current, nonce).setAAD(Buffer.from(userId));
    const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
    const parts = [nonce, cipher.getAuthTag(), sealed].map((part) => part.toString('base64'));
    return [FORMAT, factorKeyId(current), ...parts].join(':');
  }

  /** The secret of this user. @throws Unavailable when the key isn't here, isn't the one that sealed, or the text was altered */
  open(userId: UserId, sealed: string): string {
    const [format, id = '', ...parts] = sealed.split(':');
    const [nonce, tag, text] = parts.map((part) => Buffer.from(part, 'base64'));
    const key = this.keys.get(id) ?? this.lookFor(id);
    if (format !== FORMAT || !key || !nonce || !tag || !text) throw unusable();
    try {
      const decipher = createDecipheriv(CIPHER, key, nonce, { authTagLength: 16 });
      decipher.setAAD(Buffer.from(userId)).setAuthTag(tag);
      return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
    } catch {
      throw unusable(); // altered, or moved from another user's row
    }
  }

  /** Only reads: a key of its own making would open nothing. A rotation puts a key there before it seals with it. */
  private lookFor(id: string): Buffer | undefined {
    let text: string | null;
    try {
      text = readKeyFile(join(this.dataDir, FACTOR_KEY_FILE));
    } catch {
      throw unusable(); // not readable for this account
    }
    if (text !== null) this.learn(text);
    return this.keys.get(id);
  }

  private learn(text: string): FactorKeys {
    const keys = parseFactorKeys(text);
    if (!keys) throw unusable();
    for (const key of keysOf(keys)) this.keys.set(factorKeyId(key), key);
    return keys;
  }
}

function unusable(): Unavailable {
  return new Unavailable(
    `Codes of authenticator apps can't be checked: ${FACTOR_KEY_FILE} of the data folder is not the key that sealed them. Use a recovery code, or have the key restored.`,
  );
}
