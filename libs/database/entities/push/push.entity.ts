import { Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { AssetId, Id, PushId, SystemUserId } from '#libs/kernel';
import type { DriftFinding, DriftState, Told } from '#libs/contracts';
import { Asset } from '../inventory/asset.entity.js';
import { SystemUser } from './system-user.entity.js';

/** What a push sets on the asset; `recycle` takes it back. */
export type PushMode = 'key' | 'password' | 'both' | 'record-only' | 'recycle';

/** What carries a push out; `none`: nothing was run on the asset. */
export type PushEngine = 'none' | 'agentless' | 'ansible';

/** Where a push stands. */
export type PushState = 'queued' | 'running' | 'succeeded' | 'partial' | 'failed' | 'stopped';

/** One push of one system user to a set of assets. One that is carried out on them is the run of the same id. */
@Entity('pushes')
export class Push {
  @PrimaryColumn('uuid')
  id!: PushId;

  /** It may be gone: its name stays. */
  @Index()
  @Column('uuid')
  systemUserId!: SystemUserId;

  @Column('text')
  systemUsername!: string;

  /** The system user goes when this has taken it back from the last asset (FEATURES R9). */
  @Column('boolean', { default: false })
  removesSystemUser!: boolean;

  @Column('text')
  mode!: PushMode;

  @Column('text')
  state!: PushState;

  /** Name of who asked for it. */
  @Column('text')
  requestedBy!: string;

  /** Whether an asset without a pinned host key gets what it shows pinned. */
  @Column('boolean', { default: false })
  pinHostKey!: boolean;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt!: Date;

  @Column('timestamptz', { nullable: true })
  finishedAt!: Date | null;
}

/** A record-only push on one asset. History: the name is a snapshot, and the asset may be gone. */
@Entity('push_results')
export class PushResult {
  @ForeignKey(() => Push, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  pushId!: PushId;

  @Index()
  @PrimaryColumn('uuid')
  assetId!: AssetId;

  @Column('text')
  assetName!: string;

  @Column('text')
  state!: PushState;
}

/** Where a system user stands on an asset: the newest outcome per pair. Authorization asks for it. */
@Entity('push_records')
@Index(['systemUserId', 'assetId'], { unique: true })
@Index('push_records_failed', ['pushedAt'], { where: 'failure IS NOT NULL' })
export class PushRecord {
  @PrimaryColumn('uuid')
  id!: Id<'push-record'>;

  @ForeignKey(() => SystemUser, { onDelete: 'CASCADE' })
  @Column('uuid')
  systemUserId!: SystemUserId;

  @Index()
  @ForeignKey(() => Asset, { onDelete: 'CASCADE' })
  @Column('uuid')
  assetId!: AssetId;

  @ForeignKey(() => Push, { onDelete: 'CASCADE' })
  @Column('uuid')
  pushId!: PushId;

  @Column('text')
  mode!: PushMode;

  /** Whether it stands there by some push; a later one that fails doesn't take that away. */
  @Column('boolean')
  succeeded!: boolean;

  /** Why the newest push failed; null: it didn't. */
  @Column('text', { nullable: true })
  failure!: string | null;

  /** The same by code, where it has one. */
  @Column('jsonb', { nullable: true })
  failureTold!: Told | null;

  @Column('text', { default: 'none' })
  engine!: PushEngine;

  /** Of the system user, as it stands there. */
  @Column('integer', { default: 0 })
  revision!: number;

  /** Of the key that it has there; null: none was pushed. */
  @Column('integer', { nullable: true })
  keyVersion!: number | null;

  /** Of the password that it has there; null: none was pushed. */
  @Column('integer', { nullable: true })
  passwordVersion!: number | null;

  /** Whether the account stood there before the first push; null: no push has looked yet. */
  @Column('boolean', { nullable: true })
  accountExisted!: boolean | null;

  /** User id of the account that a push made: another one is not ours to remove. */
  @Column('bigint', { nullable: true })
  accountUid!: string | null;

  /** What the newest push that succeeded set, without secrets; null: none did. */
  @Column('jsonb', { nullable: true })
  pushed!: Record<string, unknown> | null;

  /** The public key that it has there; null: none was pushed. */
  @Column('text', { nullable: true })
  pushedKey!: string | null;

  /** What the newest drift scan since then said; null: there was none. */
  @Column('text', { nullable: true })
  drift!: DriftState | null;

  @Column('jsonb', { default: [] })
  driftFindings!: DriftFinding[];

  @Column('timestamptz', { nullable: true })
  driftAt!: Date | null;

  @Column('timestamptz')
  pushedAt!: Date;

  @Column('text')
  pushedBy!: string;
}
