import { z } from 'zod';
import { Asset, AssetGroup, requireKnown, type Transaction, type UnitOfWork } from '#libs/database';
import {
  asId,
  systemActor,
  ValidationFailed,
  type Actor,
  type AssetGroupId,
  type AssetId,
  type RunId,
} from '#libs/kernel';
import { assetCondition, assetsInGroups, type AssetFilter } from './asset-rows.js';
import { planRun, readRun, unsuccessfulAssets } from './run-book.js';

/** Which assets are asked for their facts: those named, those in groups, all that a filter finds, or all. */
export interface FactsDraft {
  assetIds?: AssetId[] | undefined;
  /** With all that is now in them and below them. */
  groupIds?: AssetGroupId[] | undefined;
  filter?: AssetFilter | undefined;
  all?: boolean | undefined;
}

const idRows = z.array(z.object({ id: z.string().transform(asId<AssetId>) }));

/** Who isn't named by itself is asked only where an answer can be expected: active, and no device without a shell. */
const ANSWERABLE = `a.active AND (a.type IS NULL OR a.type NOT IN ('switch', 'router', 'firewall'))`;

/** How long finished runs are kept: the change records stay. */
const KEPT = `interval '30 days'`;

/** Plans the collection of facts (FEATURES S13). */
export class FactsPlanner {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** @throws ValidationFailed: nothing or something unknown is named, or there is no such asset */
  plan(actor: Actor, draft: FactsDraft): Promise<RunId> {
    return this.unitOfWork.run(actor, async (tx) => collect(tx, await targetsOf(tx, draft)));
  }

  /** Again, where a run did not succeed. @throws NotFound, ValidationFailed: it succeeded everywhere */
  again(actor: Actor, id: RunId): Promise<RunId> {
    return this.unitOfWork.run(actor, async (tx) => {
      await readRun(tx.manager, 'facts', id);
      return collect(tx, await unsuccessfulAssets(tx, id));
    });
  }

  /** Of all assets, on behalf of the product itself; null: there is none. Forgets old runs besides. */
  nightly(): Promise<RunId | null> {
    return this.unitOfWork.run(systemActor, async (tx) => {
      await tx.manager.query(`DELETE FROM asset_runs WHERE kind = 'facts' AND finished_at < now() - ${KEPT}`);
      const ids = await answerable(tx, {});
      return ids.length > 0 ? collect(tx, ids) : null;
    });
  }
}

async function collect(tx: Transaction, assetIds: AssetId[]): Promise<RunId> {
  const id = await planRun(tx, { kind: 'facts', assetIds });
  await tx.record({
    action: 'facts.collect',
    subjectType: 'run',
    subjectId: id,
    subjectName: `${assetIds.length} assets`,
    after: { assetCount: assetIds.length },
  });
  return id;
}

async function targetsOf(tx: Transaction, draft: FactsDraft): Promise<AssetId[]> {
  const { assetIds = [], groupIds = [], filter, all = false } = draft;
  const ways = [assetIds.length + groupIds.length > 0, filter !== undefined, all].filter((way) => way);
  if (ways.length !== 1) {
    const message = 'Name the assets by `assetIds` and `groupIds`, by `filter`, or say `all`.';
    throw ValidationFailed.field('assetIds', ways.length === 0 ? 'no_target' : 'unclear', message);
  }
  if (filter !== undefined || all) return answerable(tx, filter ?? {});
  await requireKnown(tx.manager, Asset, assetIds, 'assetIds', 'asset');
  await requireKnown(tx.manager, AssetGroup, groupIds, 'groupIds', 'asset group');
  const grouped = groupIds.length > 0 ? await assetsInGroups(tx.manager, groupIds) : [];
  return [...new Set([...assetIds, ...grouped])];
}

async function answerable(tx: Transaction, filter: AssetFilter): Promise<AssetId[]> {
  const { condition, parameters } = assetCondition(filter);
  const rows: unknown = await tx.manager.query(
    `SELECT a.id FROM assets a WHERE ${condition} AND ${ANSWERABLE}`,
    parameters,
  );
  return idRows.parse(rows).map(({ id }) => id);
}
