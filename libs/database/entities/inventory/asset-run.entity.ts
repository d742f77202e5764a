import { Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { RunItemState, RunKind, RunState, RunStep } from '#libs/contracts';
import type { AssetId, GatewayId, RunId, UserId } from '#libs/kernel';

/** Something that gateways do on a set of assets, one after the other and many at once: facts, a push. */
@Entity('asset_runs')
@Index(['kind', 'createdAt'])
@Index('asset_runs_open', ['createdAt'], { where: 'finished_at IS NULL' })
export class AssetRun {
  @PrimaryColumn('uuid')
  id!: RunId;

  @Column('text')
  kind!: RunKind;

  @Column('text')
  state!: RunState;

  /** What whoever carries it out must know besides the asset; never a secret. */
  @Column('jsonb', { default: {} })
  terms!: Record<string, unknown>;

  /** null: the product itself, by its schedule. */
  @Column('uuid', { nullable: true })
  requestedById!: UserId | null;

  /** Name of who asked for it. */
  @Column('text')
  requestedBy!: string;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt!: Date;

  @Column('timestamptz', { nullable: true })
  startedAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  finishedAt!: Date | null;

  /** Name of who stopped it: what isn't done by then isn't begun any more. */
  @Column('text', { nullable: true })
  stoppedBy!: string | null;

  @Column('integer')
  assetCount!: number;

  /** These three stand still once it is finished; before, its items are counted. */
  @Column('integer', { default: 0 })
  succeededCount!: number;

  @Column('integer', { default: 0 })
  failedCount!: number;

  @Column('integer', { default: 0 })
  stoppedCount!: number;
}

/**
 * A run on one of its assets: the work that a gateway takes, and what came of it. History: the name is a snapshot, and
 * the asset may be gone.
 */
@Entity('asset_run_items')
@Index('asset_run_items_waiting', ['kind', 'place', 'runId'], { where: "state = 'queued'" })
@Index('asset_run_items_taken', ['leaseUntil'], { where: "state = 'running'" })
@Index(['runId', 'state', 'place'])
@Index(['runId', 'place'])
export class AssetRunItem {
  @ForeignKey(() => AssetRun, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  runId!: RunId;

  @Index()
  @PrimaryColumn('uuid')
  assetId!: AssetId;

  @Column('text')
  assetName!: string;

  /** That of the run. */
  @Column('text')
  kind!: RunKind;

  /** By asset name, from 1. Runs take turns by it: one asset never waits for fifty thousand others. */
  @Column('integer')
  place!: number;

  @Column('text', { default: 'queued' })
  state!: RunItemState;

  /** The step that was made last, or that failed. */
  @Column('text', { nullable: true })
  step!: string | null;

  /** Why it failed or was stopped, in words. */
  @Column('text', { default: '' })
  reason!: string;

  @Column('jsonb', { default: [] })
  steps!: RunStep[];

  /** What the kind of run tells besides. */
  @Column('jsonb', { default: {} })
  outcome!: Record<string, unknown>;

  @Column('timestamptz', { nullable: true })
  startedAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  finishedAt!: Date | null;

  /** The gateway that has it in hand. */
  @Column('uuid', { nullable: true })
  workerId!: GatewayId | null;

  /** Until when that gateway must have given a sign of life; later another one takes it. */
  @Column('timestamptz', { nullable: true })
  leaseUntil!: Date | null;

  /** How often it was begun. */
  @Column('integer', { default: 0 })
  attempts!: number;
}
