import type { webcrypto } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { SqlSource } from '#libs/database';
import { Unavailable } from '#libs/kernel';
import { keysInUse } from './keys-in-use.js';
import { readKeyFile } from './key-files.js';
import { FORMAT, placeBytes, PUBLIC_FILE, suite, type SecretPlace } from './suite.js';

const publicFile = z.object({ id: z.string(), publicKey: z.base64() });

interface SealingKey {
  id: string;
  publicKey: webcrypto.CryptoKey;
}

/** The public half: seals secrets so that only a gateway can open them. Any process may have it. */
export class SecretSealer {
  private key: SealingKey | null = null;

  constructor(private readonly dataDir: string) {}

  /**
   * Seals a secret for its place, with the key that is in use.
   * @param source the transaction that writes the sealed text: a rotation waits for it
   * @throws Unavailable while no gateway has made the key yet, and where the public file was left behind by a rotation
   */
  async seal(source: SqlSource, place: SecretPlace, secret: string): Promise<string> {
    const { id, publicKey } = await this.loadKey();
    const inUse = await keysInUse(source);
    if (inUse && !inUse.includes(id)) {
      throw new Unavailable(
        `Secrets can not be stored: ${PUBLIC_FILE} of this data folder is not the key in use. Copy it from the machine where it was rotated.`,
      );
    }
    return sealFor(publicKey, id, place, secret);
  }

  /** Read each time, as a rotation may have replaced it. */
  private async loadKey(): Promise<SealingKey> {
    const text = readKeyFile(join(this.dataDir, PUBLIC_FILE));
    if (text === null) {
      throw new Unavailable('Secrets can not be stored before a gateway has started once and made its key.');
    }
    const { id, publicKey } = publicFile.parse(JSON.parse(text));
    if (this.key?.id === id) return this.key;
    return (this.key = { id, publicKey: await suite.DeserializePublicKey(Buffer.from(publicKey, 'base64')) });
  }
}

/** The secret as the database may have it. */
export async function sealFor(
  publicKey: webcrypto.CryptoKey,
  id: string,
  place: SecretPlace,
  secret: string,
): Promise<string> {
  const sealed = await suite.Seal(publicKey, new TextEncoder().encode(secret), { aad: placeBytes(place) });
  const parts = [sealed.encapsulatedSecret, sealed.ciphertext].map((part) =>
    Buffer.from(part).toString('base64'),
  );
  return [FORMAT, id, ...parts].join(':');
}
