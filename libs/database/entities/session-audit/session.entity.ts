import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { EndReason, SessionKind } from '#libs/contracts';
import type { AssetId, GatewayId, SessionId, SystemUserId, UserId } from '#libs/kernel';

/**
 * One login of a user to an asset. Names are snapshots and ids carry no foreign key:
 * history stays readable when what it names is gone.
 */
@Entity('sessions')
@Index('sessions_online', ['startedAt'], { where: 'ended_at IS NULL' })
@Index(['userId', 'startedAt'])
@Index(['userId', 'assetId', 'startedAt'])
@Index(['assetId', 'startedAt'])
@Index(['startedAt', 'id'])
@Index('sessions_long', ['startedAt', 'id', 'endedAt'], {
  where: "ended_at - started_at > interval '12 hours'",
})
export class Session {
  @PrimaryColumn('uuid')
  id!: SessionId;

  @Column('text')
  kind!: SessionKind;

  @Column('uuid')
  userId!: UserId;

  @Column('text')
  username!: string;

  @Column('uuid')
  assetId!: AssetId;

  @Column('text')
  assetName!: string;

  @Column('uuid')
  systemUserId!: SystemUserId;

  @Column('text')
  systemUsername!: string;

  @Column('text')
  sourceAddress!: string;

  @Index({ where: 'ended_at IS NULL' })
  @Column('uuid')
  gatewayId!: GatewayId;

  /** The command line of an exec session. */
  @Column('text', { nullable: true })
  command!: string | null;

  /** What a forwarding reached from the asset, or where it listened there: `host:port`. */
  @Column('text', { nullable: true })
  destination!: string | null;

  @Column('timestamptz')
  startedAt!: Date;

  /** null: online. */
  @Column('timestamptz', { nullable: true })
  endedAt!: Date | null;

  @Column('text', { nullable: true })
  endReason!: EndReason | null;

  /** In words, for example by whom it was terminated. */
  @Column('text', { nullable: true })
  endDetail!: string | null;

  /** Exit status that the asset reported. */
  @Column('integer', { nullable: true })
  exitStatus!: number | null;

  /** Bytes from the user to the asset. */
  @Column('bigint', { default: 0 })
  bytesIn!: string;

  /** Bytes from the asset to the user. */
  @Column('bigint', { default: 0 })
  bytesOut!: string;

  /** Path of the recording below the recordings folder; null: not recorded. */
  @Column('text', { nullable: true })
  recordingPath!: string | null;

  /** Size of the stored (compressed) recording in bytes. */
  @Column('bigint', { default: 0 })
  recordingBytes!: string;
}
