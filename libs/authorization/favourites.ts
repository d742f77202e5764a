import { z } from 'zod';
import type { Transaction, UnitOfWork } from '#libs/database';
import { NotFound, type Actor, type AssetId, type UserId } from '#libs/kernel';
import type { ReachableAssets } from './reachable-assets.js';

const names = z.array(z.object({ name: z.string() }));

const ADD = `
  WITH added AS (
    INSERT INTO favourite_assets (user_id, asset_id, added_at) SELECT $1, a.id, $3 FROM assets a WHERE a.id = $2
    ON CONFLICT DO NOTHING RETURNING asset_id
  ) SELECT a.name FROM added JOIN assets a ON a.id = added.asset_id`;

const REMOVE = `
  WITH gone AS (
    DELETE FROM favourite_assets f WHERE f.user_id = $1 AND f.asset_id = $2 RETURNING f.asset_id
  ) SELECT a.name FROM gone JOIN assets a ON a.id = gone.asset_id`;

/** Which of the assets that they may reach a user keeps at hand (FEATURES S18). */
export class Favourites {
  constructor(
    private readonly reachable: ReachableAssets,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** Adds the asset; again changes nothing. @throws NotFound for an asset that the user may not reach now. */
  async add(actor: Actor, userId: UserId, assetId: AssetId): Promise<void> {
    await this.requireReached(userId, assetId);
    await this.unitOfWork.run(actor, async (tx) => {
      const rows: unknown = await tx.manager.query(ADD, [userId, assetId, tx.now]);
      await record(tx, 'favourite.add', assetId, rows);
    });
  }

  /** Takes it out; again changes nothing. @throws NotFound for an asset that the user neither kept nor may reach. */
  async remove(actor: Actor, userId: UserId, assetId: AssetId): Promise<void> {
    const removed = await this.unitOfWork.run(actor, async (tx) => {
      const rows: unknown = await tx.manager.query(REMOVE, [userId, assetId]);
      return record(tx, 'favourite.remove', assetId, rows);
    });
    if (!removed) await this.requireReached(userId, assetId);
  }

  private async requireReached(userId: UserId, assetId: AssetId): Promise<void> {
    const { items } = await this.reachable.list(userId, { assetId, offset: 0, limit: 1 });
    if (items.length === 0) throw new NotFound('asset');
  }
}

/** @returns whether there was a change to record. */
async function record(tx: Transaction, action: string, id: AssetId, changed: unknown): Promise<boolean> {
  const [asset] = names.parse(changed);
  if (!asset) return false;
  await tx.record({ action, subjectType: 'asset', subjectId: id, subjectName: asset.name });
  return true;
}
