import {
  Column,
  CreateDateColumn,
  Entity,
  ForeignKey,
  Index,
  PrimaryColumn,
  UpdateDateColumn,
} from 'typeorm';
import type { AssetEnvironment, AssetStatus, AssetType, Disk } from '#libs/contracts';
import type { AdminAccountId, AssetId, DataCenterId, Id } from '#libs/kernel';
import { AdminAccount } from './admin-account.entity.js';
import { DataCenter } from './data-center.entity.js';

/**
 * A server or network device that can be logged in to. Each field by which lists sort has an index that holds the id
 * too: a page far down is found without reading the rows before it. The one by name, in which lists stand unless asked
 * otherwise, holds what they are filtered by as well. The migration adds `assets_search_idx`, a trigram
 * index, where the database has the extension for it.
 */
@Entity('assets')
@Index(['name', 'id', 'type', 'environment', 'status', 'active', 'dataCenterId'])
@Index(['dataCenterId', 'id'])
@Index(['address', 'id'])
@Index(['port', 'id'])
@Index(['active', 'id'])
@Index(['type', 'id'])
@Index(['environment', 'id'])
@Index(['status', 'id'])
@Index(['brand', 'id'])
@Index(['model', 'id'])
@Index(['os', 'id'])
@Index(['cpuCount', 'id'])
@Index(['memoryMib', 'id'])
@Index(['serialNumber', 'id'])
@Index(['assetNumber', 'id'])
@Index(['createdAt', 'id'])
@Index(['updatedAt', 'id'])
@Index('assets_search_idx', { synchronize: false })
export class Asset {
  @PrimaryColumn('uuid')
  id!: AssetId;

  @Index({ unique: true })
  @Column('text')
  name!: string;

  /** IP address or DNS name. */
  @Column('text')
  address!: string;

  /** null: the port of the default settings. */
  @Column('integer', { nullable: true })
  port!: number | null;

  /** null: the admin account of the default settings. */
  @Index()
  @ForeignKey(() => AdminAccount, { onDelete: 'RESTRICT' })
  @Column('uuid', { nullable: true })
  adminAccountId!: AdminAccountId | null;

  /** An inactive asset can't be connected to. */
  @Column('boolean', { default: true })
  active!: boolean;

  @Column('text', { default: '' })
  comment!: string;

  /** What is searched: name, address and comment in lower case. The database writes it, statements of its own read it. */
  @Column({
    type: 'text',
    generatedType: 'STORED',
    asExpression: `lower("name" || E'\\n' || "address" || E'\\n' || "comment")`,
    select: false,
    insert: false,
    update: false,
  })
  searchText!: string;

  /** Further IP addresses and DNS names. */
  @Column('text', { array: true, default: '{}' })
  otherAddresses!: string[];

  /** Lower case, with colons. */
  @Column('text', { array: true, default: '{}' })
  macAddresses!: string[];

  /** Those among them that the asset told itself; facts replace these and leave the others. */
  @Column('text', { array: true, default: '{}' })
  toldMacAddresses!: string[];

  /** Of the management board (iDRAC, iLO…). */
  @Column('text', { default: '' })
  outOfBandAddress!: string;

  @Column('text', { default: '' })
  brand!: string;

  @Column('text', { default: '' })
  model!: string;

  @Column('text', { default: '' })
  cpuModel!: string;

  /** Logical processors; null: not known. */
  @Column('integer', { nullable: true })
  cpuCount!: number | null;

  /** MiB; null: not known. */
  @Column('integer', { nullable: true })
  memoryMib!: number | null;

  @Column('jsonb', { default: [] })
  disks!: Disk[];

  @Column('text', { default: '' })
  os!: string;

  @Column('text', { default: '' })
  osVersion!: string;

  @Column('text', { default: '' })
  kernel!: string;

  @Column('text', { default: '' })
  architecture!: string;

  @Column('text', { default: '' })
  serialNumber!: string;

  @Column('text', { default: '' })
  assetNumber!: string;

  @Column('text', { default: '' })
  cabinet!: string;

  @Column('text', { default: '' })
  position!: string;

  @ForeignKey(() => DataCenter, { onDelete: 'SET NULL' })
  @Column('uuid', { nullable: true })
  dataCenterId!: DataCenterId | null;

  /** null: not said. */
  @Column('text', { nullable: true })
  type!: AssetType | null;

  /** null: not said. */
  @Column('text', { nullable: true })
  environment!: AssetEnvironment | null;

  @Column('text', { default: 'in-use' })
  status!: AssetStatus;

  @Index({ type: 'gin' })
  @Column('jsonb', { default: {} })
  labels!: Record<string, string>;

  /** When it was last asked for its facts with success. */
  @Column('timestamptz', { nullable: true })
  factsCollectedAt!: Date | null;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt!: Date;

  @UpdateDateColumn({ type: 'timestamptz' })
  updatedAt!: Date;
}

/** A host key that an admin pinned: only these are accepted from the asset. */
@Entity('asset_host_keys')
@Index(['assetId', 'blob'], { unique: true })
export class AssetHostKey {
  @PrimaryColumn('uuid')
  id!: Id<'asset-host-key'>;

  @ForeignKey(() => Asset, { onDelete: 'CASCADE' })
  @Column('uuid')
  assetId!: AssetId;

  @Column('text')
  type!: string;

  /** Public key blob, base64. */
  @Column('text')
  blob!: string;

  /** `SHA256:…` as OpenSSH prints it. */
  @Column('text')
  fingerprint!: string;

  @CreateDateColumn({ type: 'timestamptz' })
  pinnedAt!: Date;

  /** Name of the admin who pinned it. */
  @Column('text')
  pinnedBy!: string;
}
