import type { webcrypto } from 'node:crypto';
import { join } from 'node:path';
import { readKeyFile, readOrMakeKeyFile } from './key-files.js';
import { FORMAT, placeBytes, PRIVATE_FILE, PUBLIC_FILE, suite, type SecretPlace } from './suite.js';
import { makeVaultPair, pairsOf, parseVaultFile, publicText, type VaultFile } from './vault-file.js';

/**
 * An opened secret stays this long, so that what begins together opens it once: a batch on a thousand assets, a push. As
 * garbage it stays in memory longer, since a string can't be wiped.
 */
const KEEP_MS = 2_000;

/** The private half: opens what was sealed. Only gateways construct it. */
export class CredentialVault {
  private readonly keys = new Map<string, webcrypto.CryptoKeyPair>();
  private readonly opened = new Map<string, Promise<string>>();

  private constructor(private readonly dataDir: string) {}

  /** Opens the vault of a data folder; the first gateway makes its key. */
  static async open(dataDir: string): Promise<CredentialVault> {
    const make = async (): Promise<string> => JSON.stringify(await makeVaultPair());
    const file = parseVaultFile(await readOrMakeKeyFile(join(dataDir, PRIVATE_FILE), 0o600, make));
    await readOrMakeKeyFile(join(dataDir, PUBLIC_FILE), 0o644, async () => publicText(file));
    const vault = new CredentialVault(dataDir);
    await vault.learn(file);
    return vault;
  }

  /**
   * Opens a sealed secret.
   * @throws Error when it was sealed for another place or key, or was altered; the message names the place only.
   */
  open(place: SecretPlace, sealed: string): Promise<string> {
    const name = `${place.table} ${place.rowId} ${place.column} ${sealed}`;
    const known = this.opened.get(name);
    if (known) return known;
    const opened = this.openSealed(place, sealed);
    const forget = (): unknown => this.opened.delete(name);
    this.opened.set(name, opened);
    setTimeout(forget, KEEP_MS).unref();
    opened.catch(forget);
    return opened;
  }

  private async openSealed(place: SecretPlace, sealed: string): Promise<string> {
    const [format, id, encapsulated, ciphertext] = sealed.split(':');
    const where = `${place.table} ${place.rowId} ${place.column}`;
    if (format !== FORMAT || !encapsulated || !ciphertext)
      throw new Error(`sealed secret of ${where} is malformed`);
    const key = this.keys.get(id ?? '') ?? (await this.lookFor(id ?? ''));
    if (!key) throw new Error(`sealed secret of ${where} belongs to another vault key (${id ?? 'none'})`);
    const opened = [Buffer.from(encapsulated, 'base64'), Buffer.from(ciphertext, 'base64')] as const;
    try {
      return new TextDecoder().decode(await suite.Open(key, ...opened, { aad: placeBytes(place) }));
    } catch (error) {
      throw new Error(`sealed secret of ${where} does not open: altered, or moved from another place`, {
        cause: error,
      });
    }
  }

  /** A key that a rotation made since: the file has it before anything is sealed with it. */
  private async lookFor(id: string): Promise<webcrypto.CryptoKeyPair | undefined> {
    const text = readKeyFile(join(this.dataDir, PRIVATE_FILE));
    if (text !== null) await this.learn(parseVaultFile(text));
    return this.keys.get(id);
  }

  private async learn(file: VaultFile): Promise<void> {
    for (const { id, privateKey, publicKey } of pairsOf(file)) {
      this.keys.set(id, {
        privateKey: await suite.DeserializePrivateKey(Buffer.from(privateKey, 'base64')),
        publicKey: await suite.DeserializePublicKey(Buffer.from(publicKey, 'base64')),
      });
    }
  }
}
