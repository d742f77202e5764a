import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { AssetId, SystemUserId } from '#libs/kernel';
import { Asset } from '../inventory/asset.entity.js';

/**
 * Which system users stand on an asset, in one row: what the lists of reachable assets look at, instead of a push record
 * for each. The database's own triggers on `push_records` keep it; nothing else writes it.
 */
@Entity('asset_accounts')
export class AssetAccounts {
  @ForeignKey(() => Asset, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  assetId!: AssetId;

  @Column('uuid', { array: true })
  systemUserIds!: SystemUserId[];
}
