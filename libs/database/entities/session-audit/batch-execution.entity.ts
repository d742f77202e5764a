import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { BatchFailure, BatchResultState, BatchWay, RunState, Told } from '#libs/contracts';
import type { AssetId, BatchExecutionId, GatewayId, SessionId, SystemUserId, UserId } from '#libs/kernel';

/** One command on many assets at once (FEATURES G8). Names are snapshots. */
@Entity('batch_executions')
@Index(['createdAt', 'id'])
@Index(['userId', 'createdAt'])
@Index('batch_executions_open', ['createdAt'], { where: 'finished_at IS NULL' })
export class BatchExecution {
  @PrimaryColumn('uuid')
  id!: BatchExecutionId;

  @Column('uuid')
  userId!: UserId;

  @Column('text')
  username!: string;

  @Column('text')
  sourceAddress!: string;

  @Column('text')
  way!: BatchWay;

  @Column('uuid')
  systemUserId!: SystemUserId;

  @Column('text')
  systemUsername!: string;

  @Column('text')
  command!: string;

  /** As it was written; empty: the assets were picked one by one. */
  @Column('text')
  pattern!: string;

  /** Assets at once. */
  @Column('integer')
  parallel!: number;

  @Column('integer')
  timeLimitSeconds!: number;

  /** Output that is kept of one asset. */
  @Column('integer')
  outputBytes!: number;

  @Column('text')
  state!: RunState;

  /** Who carries it out, alone and from begin to end; null: nobody yet. */
  @Column('uuid', { nullable: true })
  gatewayId!: GatewayId | null;

  @Column('integer')
  assetCount!: number;

  /** These three stand still once it is finished; before, its results are counted. */
  @Column('integer', { default: 0 })
  succeededCount!: number;

  @Column('integer', { default: 0 })
  failedCount!: number;

  @Column('integer', { default: 0 })
  stoppedCount!: number;

  @Column('timestamptz')
  createdAt!: Date;

  @Column('timestamptz', { nullable: true })
  startedAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  finishedAt!: Date | null;

  /** Name of who stopped it. */
  @Column('text', { nullable: true })
  stoppedBy!: string | null;
}

/** What came of it on one asset. Output is bytes as the asset wrote them, up to the limit. */
@Entity('batch_results')
@Index(['executionId', 'place'])
@Index(['executionId', 'state', 'place'])
@Index(['executionId', 'digest'])
export class BatchResult {
  @PrimaryColumn('uuid')
  @ForeignKey(() => BatchExecution, { onDelete: 'CASCADE' })
  executionId!: BatchExecutionId;

  @PrimaryColumn('uuid')
  assetId!: AssetId;

  @Column('text')
  assetName!: string;

  /** In the order of names. */
  @Column('integer')
  place!: number;

  @Column('text', { default: 'queued' })
  state!: BatchResultState;

  /** null: it had no end of its own, or a signal was its end. */
  @Column('integer', { nullable: true })
  exitStatus!: number | null;

  /** Without `SIG`. */
  @Column('text', { nullable: true })
  signal!: string | null;

  @Column('bytea', { default: () => `'\\x'` })
  stdout!: Buffer;

  @Column('bytea', { default: () => `'\\x'` })
  stderr!: Buffer;

  /** Bytes of output that were not kept. */
  @Column('bigint', { default: 0 })
  cutBytes!: string;

  /** SHA-256 over outputs and end: results with the same one are shown as one. */
  @Column('text', { default: '' })
  digest!: string;

  @Column('text', { nullable: true })
  failure!: BatchFailure | null;

  /** The failure in words for the person. */
  @Column('text', { default: '' })
  reason!: string;

  /** The same by a code, where it isn't the same for every such failure. */
  @Column('jsonb', { nullable: true })
  reasonTold!: Told | null;

  /** Its row in the login history; null: it came to none. */
  @Column('uuid', { nullable: true })
  sessionId!: SessionId | null;

  @Column('timestamptz', { nullable: true })
  startedAt!: Date | null;

  @Column('timestamptz', { nullable: true })
  finishedAt!: Date | null;
}
