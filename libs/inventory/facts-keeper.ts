import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
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

const toldRows = z.array(z.object({ told: z.array(z.string()) }));

/** Keeps the facts that assets told, with a change record for each field that is different (FEATURES S14). */
export class FactsKeeper {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Gives the fields that are different now. @throws NotFound */
  keep(actor: Actor, id: AssetId, facts: AssetFacts): Promise<string[]> {
    return this.unitOfWork.run(actor, async (tx) => {
      const rows: unknown = await tx.manager.query(
        'SELECT told_mac_addresses AS told FROM assets WHERE id = $1 FOR NO KEY UPDATE',
        [id],
      );
      const asset = await readAsset(tx.manager, id);
      const macs = mergeMacs(asset.macAddresses, toldRows.parse(rows)[0]?.told ?? [], facts.macAddresses);
      const news = differences(asset, { ...facts, macAddresses: macs.all });
      const fields = Object.keys(news);
      if (fields.length > 0) {
        // its change records say all of it: an operation besides, for each asset each night, would say it twice
        await loggingChanges(tx, [id], 'facts', () => tx.of(Asset).update(id, news));
      }
      await tx.manager.query(
        'UPDATE assets SET facts_collected_at = $2, told_mac_addresses = $3 WHERE id = $1',
        [id, tx.now, macs.told],
      );
      return fields;
    });
  }
}

/**
 * Which MAC addresses an asset has when it tells these: they replace those that it told before. What was typed in stays
 * until somebody takes it out, also when the asset tells it too.
 * @param before all that it has; @param told those among them that it told before; @param now absent: it tells none
 */
export function mergeMacs(
  before: readonly string[],
  told: readonly string[],
  now: readonly string[] | undefined,
): { all: string[]; told: string[] } {
  const typed = before.filter((mac) => !told.includes(mac));
  const tells = (now ?? told.filter((mac) => before.includes(mac))).filter((mac) => !typed.includes(mac));
  const stays = before.filter((mac) => typed.includes(mac) || tells.includes(mac));
  return { all: [...stays, ...tells.filter((mac) => !stays.includes(mac))], told: tells };
}

function differences(asset: AssetRow, facts: AssetFacts): AssetFacts {
  const before: Record<string, unknown> = asset;
  const entries: [string, unknown][] = Object.entries(facts);
  const told = entries.filter(
    ([field, value]) => value !== undefined && !isDeepStrictEqual(value, before[field]),
  );
  return Object.fromEntries(told);
}
