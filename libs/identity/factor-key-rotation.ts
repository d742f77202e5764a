import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { asId, Unavailable, type UserId } from '#libs/kernel';
import {
  readKeyFile,
  replaceKeyFile,
  type ResealPass,
  type RotatingKey,
  type RotationStage,
} from '#libs/vault';
import {
  FACTOR_KEY_FILE,
  factorKeyId,
  factorKeysText,
  makeFactorKeyText,
  parseFactorKeys,
  type FactorKeys,
} from './factor-key-file.js';
import { FactorKey } from './factor-key.js';

const sealedRows = z.array(z.object({ userId: z.string().transform(asId<UserId>), sealed: z.string() }));

/** Replaces the key that seals the secrets of authenticator apps. */
export class FactorKeyRotation implements RotatingKey {
  private constructor(
    private readonly dataDir: string,
    private readonly dataSource: DataSource,
    private keys: FactorKeys,
  ) {}

  /** null while nobody has an authenticator app, so that there is no key. @throws Error when the file is no key file */
  static open(dataDir: string, dataSource: DataSource): FactorKeyRotation | null {
    const path = join(dataDir, FACTOR_KEY_FILE);
    const text = readKeyFile(path);
    if (text === null) return null;
    const keys = parseFactorKeys(text);
    if (!keys) throw new Error(`${path} is no key of second factors.`);
    return new FactorKeyRotation(dataDir, dataSource, keys);
  }

  get stage(): RotationStage {
    if (this.keys.former) return 'switched';
    return this.keys.next ? 'prepared' : 'steady';
  }

  get id(): string {
    return factorKeyId(this.keys.current);
  }

  async prepare(): Promise<void> {
    this.write({ ...this.keys, next: Buffer.from(makeFactorKeyText(), 'base64') });
  }

  async switch(): Promise<void> {
    const { current, next } = this.keys;
    if (next) this.write({ current: next, former: current });
  }

  async reseal(): Promise<ResealPass> {
    const key = new FactorKey(this.dataDir);
    const found: unknown = await this.dataSource.query(
      `SELECT user_id AS "userId", sealed_secret AS sealed FROM second_factors
       WHERE split_part(sealed_secret, ':', 2) <> $1 ORDER BY user_id`,
      [this.id],
    );
    const pass: ResealPass = { resealed: 0, stuck: [] };
    for (const { userId, sealed } of sealedRows.parse(found)) {
      const secret = opened(key, userId, sealed);
      if (secret === null) {
        pass.stuck.push(`second_factors ${userId} sealed_secret`);
        continue;
      }
      await this.dataSource.query(
        'UPDATE second_factors SET sealed_secret = $1 WHERE user_id = $2 AND sealed_secret = $3',
        [await key.seal(userId, secret), userId, sealed],
      );
      pass.resealed++;
    }
    return pass;
  }

  retire(): void {
    this.write({ current: this.keys.current });
  }

  private write(keys: FactorKeys): void {
    replaceKeyFile(join(this.dataDir, FACTOR_KEY_FILE), factorKeysText(keys));
    this.keys = keys;
  }
}

/** null: no key of the file opens it. */
function opened(key: FactorKey, userId: UserId, sealed: string): string | null {
  try {
    return key.open(userId, sealed);
  } catch (error) {
    if (error instanceof Unavailable) return null;
    throw error;
  }
}
