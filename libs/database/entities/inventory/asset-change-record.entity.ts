import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { ChangeSource } from '#libs/contracts';
import type { AssetId, Id, UserId } from '#libs/kernel';

/** That one field of an asset changed. History: names are snapshots, and asset and actor may be gone. */
@Entity('asset_changes')
@Index(['assetId', 'at'])
@Index(['at', 'id'])
export class AssetChangeRecord {
  @PrimaryColumn('uuid')
  id!: Id<'asset-change'>;

  @Column('uuid')
  assetId!: AssetId;

  @Column('text')
  assetName!: string;

  /** As the API calls it; what has a name of its own is written by it: `groups`, `dataCenter`, `adminAccount`. */
  @Column('text')
  field!: string;

  @Column('jsonb')
  before!: unknown;

  @Column('jsonb')
  after!: unknown;

  @Column('timestamptz')
  at!: Date;

  @Column('uuid', { nullable: true })
  actorId!: UserId | null;

  @Column('text')
  actorName!: string;

  @Column('text')
  source!: ChangeSource;
}
