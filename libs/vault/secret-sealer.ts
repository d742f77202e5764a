import type { webcrypto } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { Unavailable } from '#libs/kernel';
import { readKeyFile } from './key-files.js';
import { FORMAT, placeBytes, PUBLIC_FILE, suite, type SecretPlace } from './suite.js';

const publicFile = z.object({ id: z.string(), publicKey: z.base64() });

/** The public half: seals secrets so that only a gateway can open them. Any process may have it. */
export class SecretSealer {
  private key: { id: string; publicKey: webcrypto.CryptoKey } | null = null;

  constructor(private readonly dataDir: string) {}

  /**
   * Seals a secret for its place.
   * @throws Unavailable while no gateway has made the key yet.
   */
  async seal(place: SecretPlace, secret: string): Promise<string> {
    const { id, publicKey } = await this.loadKey();
    const sealed = await suite.Seal(publicKey, new TextEncoder().encode(secret), { aad: placeBytes(place) });
    const parts = [sealed.encapsulatedSecret, sealed.ciphertext].map((part) =>
      Buffer.from(part).toString('base64'),
    );
    return [FORMAT, id, ...parts].join(':');
  }

  private async loadKey(): Promise<{ id: string; publicKey: webcrypto.CryptoKey }> {
    if (this.key) return this.key;
    const text = readKeyFile(join(this.dataDir, PUBLIC_FILE));
    if (text === null) {
      throw new Unavailable('Secrets can not be stored before a gateway has started once and made its key.');
    }
    const { id, publicKey } = publicFile.parse(JSON.parse(text));
    this.key = { id, publicKey: await suite.DeserializePublicKey(Buffer.from(publicKey, 'base64')) };
    return this.key;
  }
}
