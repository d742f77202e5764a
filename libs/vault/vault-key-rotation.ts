import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { CredentialVault } from './credential-vault.js';
import { readKeyFile, replaceKeyFile } from './key-files.js';
import type { ResealPass, RotatingKey, RotationStage } from './key-rotation.js';
import { keysInUse, setKeysInUse } from './keys-in-use.js';
import { valuesOfOtherKeys } from './sealed-values.js';
import { sealFor } from './secret-sealer.js';
import { PRIVATE_FILE, PUBLIC_FILE, suite } from './suite.js';
import { makeVaultPair, parseVaultFile, publicText, type VaultFile } from './vault-file.js';

/** Replaces the key that seals secrets of assets. Holds the private half, as gateways do. */
export class VaultKeyRotation implements RotatingKey {
  private constructor(
    private readonly dataDir: string,
    private readonly dataSource: DataSource,
    private file: VaultFile,
  ) {}

  /** @throws Error when no private file is here */
  static open(dataDir: string, dataSource: DataSource): VaultKeyRotation {
    const path = join(dataDir, PRIVATE_FILE);
    const text = readKeyFile(path);
    if (text === null || readKeyFile(join(dataDir, PUBLIC_FILE)) === null)
      throw new Error(`${path} is not here: rotate keys on the machine of a gateway that has started once.`);
    return new VaultKeyRotation(dataDir, dataSource, parseVaultFile(text));
  }

  get stage(): RotationStage {
    if (this.file.former) return 'switched';
    return this.file.next ? 'prepared' : 'steady';
  }

  get id(): string {
    return this.file.id;
  }

  /** Ids before and after the rotation that is under way. */
  get change(): { before: string; after: string } {
    const { id, next, former } = this.file;
    return { before: former?.id ?? id, after: next?.id ?? id };
  }

  async prepare(): Promise<void> {
    this.write({ ...this.file, next: await makeVaultPair() });
  }

  /** Also ends a switch that was cut off; from its end on no process seals with the former key. */
  async switch(): Promise<void> {
    const { next, former: _former, ...current } = this.file;
    if (next) {
      await setKeysInUse(this.dataSource, [current.id, next.id]);
      this.write({ ...next, former: current });
    }
    const text = publicText(this.file);
    const path = join(this.dataDir, PUBLIC_FILE);
    if (readKeyFile(path) !== text) replaceKeyFile(path, text);
    const inUse = await keysInUse(this.dataSource);
    if (inUse?.length !== 1 || inUse[0] !== this.id) await setKeysInUse(this.dataSource, [this.id]);
  }

  async reseal(): Promise<ResealPass> {
    const vault = await CredentialVault.open(this.dataDir);
    const publicKey = await suite.DeserializePublicKey(Buffer.from(this.file.publicKey, 'base64'));
    const pass: ResealPass = { resealed: 0, stuck: [] };
    for await (const value of valuesOfOtherKeys(this.dataSource, this.id)) {
      const { place, sealed } = value;
      const secret = await vault.open(place, sealed).catch(() => null); // told as stuck: no key of the file opens it
      if (secret === null) {
        pass.stuck.push(`${place.table} ${place.rowId} ${place.column}`);
        continue;
      }
      await value.replace(await sealFor(publicKey, this.id, place, secret));
      pass.resealed++;
    }
    return pass;
  }

  retire(): void {
    const { former: _former, ...rest } = this.file;
    this.write(rest);
  }

  private write(file: VaultFile): void {
    replaceKeyFile(join(this.dataDir, PRIVATE_FILE), JSON.stringify(file));
    this.file = file;
  }
}
