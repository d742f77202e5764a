import { Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { AssetGroupId, AssetId } from '#libs/kernel';
import { Asset } from './asset.entity.js';

/** A set of assets; groups nest, and a rule that names one covers all below it. */
@Entity('asset_groups')
export class AssetGroup {
  @PrimaryColumn('uuid')
  id!: AssetGroupId;

  @Index({ unique: true })
  @Column('text')
  name!: string;

  /** null: a top group. Never below itself. */
  @Index()
  @ForeignKey(() => AssetGroup, { onDelete: 'RESTRICT' })
  @Column('uuid', { nullable: true })
  parentId!: AssetGroupId | null;

  @Column('text', { default: '' })
  comment!: string;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt!: Date;
}

/** An asset is in a group. */
@Entity('asset_group_members')
export class AssetGroupMember {
  @ForeignKey(() => AssetGroup, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  groupId!: AssetGroupId;

  @Index()
  @ForeignKey(() => Asset, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  assetId!: AssetId;
}
