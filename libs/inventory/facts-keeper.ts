import { isDeepStrictEqual } from 'node:util';
import { Asset, type UnitOfWork } from '#libs/database';
import type { Actor, AssetId } from '#libs/kernel';
import type { SomeAssetDetails } from './asset-details.js';
import { readAsset, type AssetRow } from './asset-rows.js';
import { loggingChanges } from './change-log.js';

/** Details that an asset tells of itself (FEATURES S13). */
export type FactField =
  | 'cpuModel'
  | 'cpuCount'
  | 'memoryMib'
  | 'disks'
  | 'os'
  | 'osVersion'
  | 'kernel'
  | 'architecture'
  | 'macAddresses'
  | 'serialNumber'
  | 'brand'
  | 'model';

/** What an asset told; a field that it doesn't tell stays as it is. */
export type AssetFacts = Pick<SomeAssetDetails, FactField>;

/** Keeps the facts that assets told, with a change record for each field that is different (FEATURES S14). */
export class FactsKeeper {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Gives the fields that are different now. @throws NotFound */
  keep(actor: Actor, id: AssetId, facts: AssetFacts): Promise<string[]> {
    return this.unitOfWork.run(actor, async (tx) => {
      await tx.manager.query('SELECT id FROM assets WHERE id = $1 FOR NO KEY UPDATE', [id]);
      const news = differences(await readAsset(tx.manager, id), facts);
      const fields = Object.keys(news);
      if (fields.length > 0) {
        // its change records say all of it: an operation besides, for each asset each night, would say it twice
        await loggingChanges(tx, [id], 'facts', () => tx.of(Asset).update(id, news));
      }
      await tx.manager.query('UPDATE assets SET facts_collected_at = $2 WHERE id = $1', [id, tx.now]);
      return fields;
    });
  }
}

function differences(asset: AssetRow, facts: AssetFacts): AssetFacts {
  // what was entered besides by hand stays, as long as what the asset tells is among it
  const { macAddresses = [] } = facts;
  const macsKnown = macAddresses.every((mac) => asset.macAddresses.includes(mac));
  const before: Record<string, unknown> = asset;
  const entries: [string, unknown][] = Object.entries(facts);
  const told = entries.filter(
    ([field, value]) =>
      value !== undefined &&
      !(field === 'macAddresses' && macsKnown) &&
      !isDeepStrictEqual(value, before[field]),
  );
  return Object.fromEntries(told);
}
