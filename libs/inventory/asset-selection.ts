import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { Asset, requireKnown } from '#libs/database';
import { asId, ValidationFailed, type AssetId } from '#libs/kernel';
import { assetCondition, type AssetFilter } from './asset-rows.js';

/** Assets that are meant together: those named, or all that the filter finds now. */
export interface AssetSelection {
  ids?: AssetId[] | undefined;
  filter?: AssetFilter | undefined;
}

const idRows = z.array(z.object({ id: z.string().transform(asId<AssetId>) }));

/**
 * The ids of the selection in their order, in which assets are locked.
 * @throws ValidationFailed at `ids`: one doesn't exist, or there are both ids and a filter, or neither.
 */
export async function selectedAssets(manager: EntityManager, selection: AssetSelection): Promise<AssetId[]> {
  const { ids, filter } = selection;
  if ((ids === undefined) === (filter === undefined)) {
    throw ValidationFailed.field('ids', 'unclear', 'Name the assets either by `ids` or by `filter`.');
  }
  if (ids) {
    await requireKnown(manager, Asset, ids, 'ids', 'asset');
    return [...ids].sort();
  }
  const { condition, parameters } = assetCondition(filter ?? {});
  const rows: unknown = await manager.query(
    `SELECT a.id FROM assets a WHERE ${condition} ORDER BY a.id`,
    parameters,
  );
  return idRows.parse(rows).map(({ id }) => id);
}
