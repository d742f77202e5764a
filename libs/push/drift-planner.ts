import { z } from 'zod';
import {
  Asset,
  AssetGroup,
  requireKnown,
  SystemUser,
  type Transaction,
  type UnitOfWork,
} from '#libs/database';
import { assetsInGroups, planRun, readRun, unsuccessfulAssets } from '#libs/inventory';
import {
  asId,
  systemActor,
  ValidationFailed,
  type Actor,
  type AssetGroupId,
  type AssetId,
  type RunId,
  type SystemUserId,
} from '#libs/kernel';
import { COMPARABLE } from './drift-ledger.js';

/** What is looked at: these system users on these assets. What isn't named is not narrowed. */
export interface DriftDraft {
  assetIds?: AssetId[] | undefined;
  /** With all that is now in them and below them. */
  assetGroupIds?: AssetGroupId[] | undefined;
  systemUserIds?: SystemUserId[] | undefined;
  /** Everything that was pushed. */
  all?: boolean | undefined;
}

/** What a gateway must know of a scan besides the asset. */
export const driftTerms = z.object({
  systemUserIds: z.array(z.string().transform(asId<SystemUserId>)).nullable(),
});

const idRows = z.array(z.object({ id: z.string().transform(asId<AssetId>) }));
/** How long finished scans are kept: what they found stands in the push records. */
const KEPT = `interval '30 days'`;

/** Plans scans for drift (FEATURES P15). */
export class DriftPlanner {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** @throws ValidationFailed: nothing or something unknown is named, or nothing was pushed there */
  plan(actor: Actor, draft: DriftDraft): Promise<RunId> {
    return this.unitOfWork.run(actor, async (tx) => {
      const { systemUserIds = [] } = draft;
      await requireKnown(tx.manager, SystemUser, systemUserIds, 'systemUserIds', 'system user');
      const users = systemUserIds.length > 0 ? systemUserIds : null;
      return scan(tx, await pushedAssets(tx, await placesOf(tx, draft), users), users);
    });
  }

  /** Again, where a scan did not succeed. @throws NotFound, ValidationFailed: it succeeded everywhere */
  again(actor: Actor, id: RunId): Promise<RunId> {
    return this.unitOfWork.run(actor, async (tx) => {
      const { terms } = await readRun(tx.manager, 'drift', id);
      return scan(tx, await unsuccessfulAssets(tx, id), driftTerms.parse(terms).systemUserIds);
    });
  }

  /** Of all that was pushed, on behalf of the product itself; null: nothing was. Forgets old scans besides. */
  nightly(): Promise<RunId | null> {
    return this.unitOfWork.run(systemActor, async (tx) => {
      await tx.manager.query(`DELETE FROM asset_runs WHERE kind = 'drift' AND finished_at < now() - ${KEPT}`);
      const ids = await pushedAssets(tx, null, null);
      return ids.length > 0 ? scan(tx, ids, null) : null;
    });
  }
}

async function scan(
  tx: Transaction,
  assetIds: AssetId[],
  systemUserIds: SystemUserId[] | null,
): Promise<RunId> {
  const id = await planRun(tx, { kind: 'drift', assetIds, terms: { systemUserIds } });
  await tx.record({
    action: 'drift.scan',
    subjectType: 'run',
    subjectId: id,
    subjectName: `${assetIds.length} assets`,
    after: { assetCount: assetIds.length, systemUserIds },
  });
  return id;
}

/** The assets that are named, each once; null: all. */
async function placesOf(tx: Transaction, draft: DriftDraft): Promise<AssetId[] | null> {
  const { assetIds = [], assetGroupIds = [], systemUserIds = [], all = false } = draft;
  const isNarrow = assetIds.length + assetGroupIds.length > 0;
  if (all && (isNarrow || systemUserIds.length > 0)) {
    const message = 'Name assets or system users, or say `all`: not both.';
    throw ValidationFailed.field('all', 'unclear', message);
  }
  if (!all && !isNarrow && systemUserIds.length === 0) {
    const message = 'Name assets, asset groups or system users, or say `all`.';
    throw ValidationFailed.field('assetIds', 'no_target', message);
  }
  if (!isNarrow) return null;
  await requireKnown(tx.manager, Asset, assetIds, 'assetIds', 'asset');
  await requireKnown(tx.manager, AssetGroup, assetGroupIds, 'assetGroupIds', 'asset group');
  const grouped = assetGroupIds.length > 0 ? await assetsInGroups(tx.manager, assetGroupIds) : [];
  return [...new Set([...assetIds, ...grouped])];
}

/** Of these assets, or of all active ones (null), those to which something was pushed. @throws ValidationFailed: none of those named */
async function pushedAssets(
  tx: Transaction,
  places: AssetId[] | null,
  users: SystemUserId[] | null,
): Promise<AssetId[]> {
  const rows: unknown = await tx.manager.query(
    `SELECT DISTINCT a.id FROM push_records p JOIN assets a ON a.id = p.asset_id
     WHERE ${COMPARABLE} AND CASE WHEN $1::uuid[] IS NULL THEN a.active ELSE a.id = ANY($1) END
       AND ($2::uuid[] IS NULL OR p.system_user_id = ANY($2)) ORDER BY a.id`,
    [places, users],
  );
  const ids = idRows.parse(rows).map(({ id }) => id);
  if (ids.length > 0 || (places === null && users === null)) return ids;
  throw ValidationFailed.field('assetIds', 'no_target', 'Nothing that could be compared was pushed there.');
}
