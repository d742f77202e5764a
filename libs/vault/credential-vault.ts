import { createHash, type webcrypto } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { readOrMakeKeyFile } from './key-files.js';
import { FORMAT, placeBytes, PRIVATE_FILE, PUBLIC_FILE, suite, type SecretPlace } from './suite.js';

const privateFile = z.object({ id: z.string(), privateKey: z.base64(), publicKey: z.base64() });

/** The private half: opens what was sealed. Only gateways construct it. */
export class CredentialVault {
  private constructor(
    private readonly id: string,
    private readonly privateKey: webcrypto.CryptoKey,
  ) {}

  /** Opens the vault of a data folder; the first gateway makes its key. */
  static async open(dataDir: string): Promise<CredentialVault> {
    const text = await readOrMakeKeyFile(join(dataDir, PRIVATE_FILE), 0o600, makePrivateFile);
    const { id, privateKey, publicKey } = privateFile.parse(JSON.parse(text));
    await readOrMakeKeyFile(join(dataDir, PUBLIC_FILE), 0o644, async () => JSON.stringify({ id, publicKey }));
    return new CredentialVault(id, await suite.DeserializePrivateKey(Buffer.from(privateKey, 'base64')));
  }

  /**
   * Opens a sealed secret.
   * @throws Error when it was sealed for another place or key, or was altered; the message names the place only.
   */
  async open(place: SecretPlace, sealed: string): Promise<string> {
    const [format, id, encapsulated, ciphertext] = sealed.split(':');
    const where = `${place.table} ${place.rowId} ${place.column}`;
    if (format !== FORMAT || !encapsulated || !ciphertext)
      throw new Error(`sealed secret of ${where} is malformed`);
    if (id !== this.id)
      throw new Error(`sealed secret of ${where} belongs to another vault key (${id ?? 'none'})`);
    const opened = [Buffer.from(encapsulated, 'base64'), Buffer.from(ciphertext, 'base64')] as const;
    try {
      return new TextDecoder().decode(
        await suite.Open(this.privateKey, ...opened, { aad: placeBytes(place) }),
      );
    } catch (error) {
      throw new Error(`sealed secret of ${where} does not open: altered, or moved from another place`, {
        cause: error,
      });
    }
  }
}

async function makePrivateFile(): Promise<string> {
  const pair = await suite.GenerateKeyPair(true);
  const publicKey = Buffer.from(await suite.SerializePublicKey(pair.publicKey));
  const id = createHash('sha256').update(publicKey).digest('hex').slice(0, 8);
  const privateKey = Buffer.from(await suite.SerializePrivateKey(pair.privateKey)).toString('base64');
  return JSON.stringify({ id, privateKey, publicKey: publicKey.toString('base64') });
}
