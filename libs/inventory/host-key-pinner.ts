import { z } from 'zod';
import { HOST_KEY_VERDICTS, type HostKeyVerdict } from '#libs/contracts';
import type { Transaction, UnitOfWork } from '#libs/database';
import { asId, ValidationFailed, type Actor, type AssetId, type RunId } from '#libs/kernel';
import { loggingChanges } from './change-log.js';
import { hostKeyFinding } from './host-key-findings.js';
import { SCANNED, VERDICT } from './host-key-scan-rows.js';
import { insertPins, pinning } from './host-keys.js';
import { readRun } from './run-book.js';

/** Which of a scan's keys are accepted. */
export interface HostKeyChoice {
  /** Of all assets of which none was pinned. */
  allNew?: boolean | undefined;
  /** Of these, of which none was pinned. */
  assetIds?: AssetId[] | undefined;
  /** Of these in the place of others that were pinned. */
  changedAssetIds?: AssetId[] | undefined;
}

/** An asset of which nothing was pinned, and why: that is where it stands. null: it was not scanned. */
export interface RefusedPin {
  assetId: AssetId;
  assetName: string;
  verdict: HostKeyVerdict | null;
}

/** What came of it. */
export interface PinOutcome {
  pinnedCount: number;
  refused: RefusedPin[];
}

/** Assets that are pinned in one transaction: nobody waits long for their rows. */
const CHUNK = 500;

const itemRow = z.object({
  assetId: z.string().transform(asId<AssetId>),
  assetName: z.string(),
  verdict: z.enum(HOST_KEY_VERDICTS).nullable(),
  outcome: z.unknown(),
});
type Item = z.infer<typeof itemRow>;

const idRows = z.array(z.object({ id: z.string().transform(asId<AssetId>) }));

/** Pins what a scan showed to people, never anything else: no asset is asked again. */
export class HostKeyPinner {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /**
   * Pins exactly the keys that the scan keeps, on assets where nothing changed since; the others are refused one by one.
   * @throws NotFound, ValidationFailed: nothing is chosen, something that the scan doesn't hold, or all of one under way
   */
  async pin(actor: Actor, id: RunId, choice: HostKeyChoice): Promise<PinOutcome> {
    const { wanted, replacing } = await this.unitOfWork.run(actor, (tx) => chosen(tx, id, choice));
    const outcome: PinOutcome = { pinnedCount: 0, refused: [] };
    for (let start = 0; start < wanted.length; start += CHUNK) {
      const chunk = wanted.slice(start, start + CHUNK);
      const { pinnedCount, refused } = await this.unitOfWork.run(actor, (tx) =>
        pinSome(tx, id, chunk, replacing),
      );
      outcome.pinnedCount += pinnedCount;
      outcome.refused.push(...refused);
    }
    return outcome;
  }
}

/** In the order of their ids, in which assets are locked, and those among them whose pins may be replaced. */
async function chosen(
  tx: Transaction,
  id: RunId,
  { allNew = false, assetIds = [], changedAssetIds = [] }: HostKeyChoice,
): Promise<{ wanted: AssetId[]; replacing: ReadonlySet<AssetId> }> {
  const { finishedAt } = await readRun(tx.manager, 'host-keys', id);
  if (allNew === assetIds.length + changedAssetIds.length > 0) {
    const message = 'Name the assets by `assetIds` and `changedAssetIds`, or say `allNew`.';
    throw ValidationFailed.field('assetIds', allNew ? 'unclear' : 'no_target', message);
  }
  if (allNew && finishedAt === null) {
    const message = 'The scan is under way: wait until it ends, as more assets may show new keys.';
    throw ValidationFailed.field('allNew', 'under_way', message);
  }
  const replacing = new Set(changedAssetIds);
  const named = [...new Set([...assetIds, ...changedAssetIds])].sort();
  const rows: unknown = await tx.manager.query(
    `SELECT i.asset_id AS id FROM ${SCANNED} WHERE i.run_id = $1 AND ${allNew ? `${VERDICT} = 'new'` : 'i.asset_id = ANY($2::uuid[])'} ORDER BY i.asset_id`,
    allNew ? [id] : [id, named],
  );
  const wanted = idRows.parse(rows).map((row) => row.id);
  if (!allNew && wanted.length < named.length) {
    throw ValidationFailed.field('assetIds', 'not_found', 'One of these assets was not in the scan.');
  }
  return { wanted, replacing };
}

async function pinSome(
  tx: Transaction,
  id: RunId,
  ids: readonly AssetId[],
  replacing: ReadonlySet<AssetId>,
): Promise<PinOutcome> {
  const { result } = await loggingChanges(tx, ids, 'hand', async () => {
    const items = await readItems(tx, id, ids);
    const isAccepted = ({ assetId, verdict }: Item): boolean =>
      verdict === (replacing.has(assetId) ? 'changed' : 'new');
    const accepted = items.filter(isAccepted);
    await replaceAll(tx, accepted);
    const refused = items
      .filter((item) => !isAccepted(item))
      .map(({ assetId, assetName, verdict }) => ({ assetId, assetName, verdict }));
    return { pinnedCount: accepted.length, refused };
  });
  if (result.pinnedCount > 0) await tx.notify('access.changed', { reason: 'asset.pin-host-keys' });
  return result;
}

/** Where they stand now that their assets are locked, on which every change of pins or address waits. */
async function readItems(tx: Transaction, id: RunId, ids: readonly AssetId[]): Promise<Item[]> {
  const rows: unknown = await tx.manager.query(
    `SELECT i.asset_id AS "assetId", coalesce(a.name, i.asset_name) AS "assetName", ${VERDICT} AS verdict, i.outcome
     FROM ${SCANNED} WHERE i.run_id = $1 AND i.asset_id = ANY($2::uuid[]) ORDER BY i.asset_name, i.asset_id`,
    [id, ids],
  );
  return itemRow.array().parse(rows);
}

/** Their pins become what was scanned; keys that stay keep who pinned them when. */
async function replaceAll(tx: Transaction, items: readonly Item[]): Promise<void> {
  const found = items.map(({ assetId, assetName, outcome }) => ({
    asset: { id: assetId, name: assetName },
    ...hostKeyFinding.parse(outcome),
  }));
  const shown = found.flatMap(({ asset, keys, pins }) => {
    const pinned = new Set(pins.map(({ publicKey }) => publicKey));
    return keys.map(({ type, publicKey, fingerprint }) => {
      const blob = publicKey.slice(type.length + 1);
      return { assetId: asset.id, type, blob, fingerprint, isPinned: pinned.has(publicKey) };
    });
  });
  await tx.manager.query(
    `DELETE FROM asset_host_keys k WHERE k.asset_id = ANY($1::uuid[]) AND NOT EXISTS (
       SELECT FROM unnest($2::uuid[], $3::text[]) AS shown(asset_id, blob)
       WHERE shown.asset_id = k.asset_id AND shown.blob = k.blob)`,
    [found.map(({ asset }) => asset.id), shown.map(({ assetId }) => assetId), shown.map(({ blob }) => blob)],
  );
  await insertPins(
    tx,
    shown.filter(({ isPinned }) => !isPinned),
  );
  await tx.recordAll(found.map(({ asset, pins, keys }) => pinning(asset, pins, keys)));
}
