import { z } from 'zod';
import { AssetHostKey, type OperationRecord, type SqlSource, type Transaction } from '#libs/database';
import {
  newId,
  parsePublicKey,
  ValidationFailed,
  type AssetId,
  type FieldError,
  type SshPublicKey,
} from '#libs/kernel';

const pinnedKey = z.object({
  type: z.string(),
  /** OpenSSH line. */
  publicKey: z.string(),
  fingerprint: z.string(),
  pinnedAt: z.date(),
  pinnedBy: z.string(),
});

/** A host key that is accepted from an asset, and who said so. */
export type PinnedHostKey = z.infer<typeof pinnedKey>;

/** The keys that are accepted from the asset. */
export async function readPinnedKeys(source: SqlSource, assetId: AssetId): Promise<PinnedHostKey[]> {
  const rows = await source.query(
    `SELECT k.type, k.type || ' ' || k.blob AS "publicKey", k.fingerprint, k.pinned_at AS "pinnedAt", k.pinned_by AS "pinnedBy"
     FROM asset_host_keys k WHERE k.asset_id = $1 ORDER BY k.type, k.blob`,
    [assetId],
  );
  return pinnedKey.array().parse(rows);
}

/**
 * Reads OpenSSH lines, each key once.
 * @throws ValidationFailed with an error for every wrong line, at `hostKeys.<index>`.
 */
export function parseHostKeys(lines: readonly string[]): SshPublicKey[] {
  const errors: FieldError[] = [];
  const keys = new Map<string, SshPublicKey>();
  for (const [index, line] of lines.entries()) {
    try {
      const key = parsePublicKey(line, `hostKeys.${index}`);
      keys.set(key.blob, key);
    } catch (error) {
      if (!(error instanceof ValidationFailed)) throw error;
      errors.push(...error.errors);
    }
  }
  if (errors.length > 0) throw new ValidationFailed(errors);
  return [...keys.values()];
}

/** Makes the asset's pins exactly these keys and logs both sets; keys that stay keep who pinned them when. */
export async function replacePins(
  tx: Transaction,
  asset: { id: AssetId; name: string },
  keys: readonly SshPublicKey[],
): Promise<void> {
  const before = await readPinnedKeys(tx.manager, asset.id);
  const lineOf = ({ type, blob }: SshPublicKey): string => `${type} ${blob}`;
  const known = new Set(before.map((pin) => pin.publicKey));
  const wanted = new Set(keys.map(lineOf));
  const added = keys.filter((key) => !known.has(lineOf(key)));
  if (added.length === 0 && known.size === wanted.size) return;
  await tx.manager.query('DELETE FROM asset_host_keys WHERE asset_id = $1 AND blob <> ALL($2::text[])', [
    asset.id,
    keys.map((key) => key.blob),
  ]);
  await insertPins(
    tx,
    added.map((key) => ({ ...key, assetId: asset.id })),
  );
  await tx.record(pinning(asset, before, keys));
}

/** The operation of another set of pins. */
export function pinning(
  asset: { id: AssetId; name: string },
  before: readonly { type: string; fingerprint: string }[],
  after: readonly { type: string; fingerprint: string }[],
): OperationRecord {
  const told = (keys: typeof before): string[] => keys.map((key) => `${key.type} ${key.fingerprint}`).sort();
  return {
    action: 'asset.pin-host-keys',
    subjectType: 'asset',
    subjectId: asset.id,
    subjectName: asset.name,
    before: { hostKeys: told(before) },
    after: { hostKeys: told(after) },
  };
}

/** Pins these besides those that are pinned, in one statement. */
export async function insertPins(
  tx: Transaction,
  keys: readonly (Pick<SshPublicKey, 'type' | 'blob' | 'fingerprint'> & { assetId: AssetId })[],
): Promise<void> {
  if (keys.length === 0) return;
  const rows = keys.map(({ assetId, type, blob, fingerprint }) => ({
    id: newId<AssetHostKey['id']>(),
    assetId,
    type,
    blob,
    fingerprint,
    pinnedAt: tx.now,
    pinnedBy: tx.actor.username,
  }));
  await tx.of(AssetHostKey).insert(rows);
}
