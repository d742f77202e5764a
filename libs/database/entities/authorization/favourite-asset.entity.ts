import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { AssetId, UserId } from '#libs/kernel';
import { User } from '../identity/user.entity.js';
import { Asset } from '../inventory/asset.entity.js';

/** A user keeps an asset at hand. It gives no access: lists show it only while a rule does. */
@Entity('favourite_assets')
export class FavouriteAsset {
  @ForeignKey(() => User, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  userId!: UserId;

  @Index()
  @ForeignKey(() => Asset, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  assetId!: AssetId;

  @Column('timestamptz')
  addedAt!: Date;
}
