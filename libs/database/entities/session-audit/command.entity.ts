import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { CommandKind } from '#libs/contracts';
import type { AssetId, CommandId, SessionId, SystemUserId, UserId } from '#libs/kernel';

/**
 * One command of a session (FEATURES G5). Names are snapshots, as in a session's row. The
 * migration adds `commands_search_idx`, trigrams of the text.
 */
@Entity('commands')
@Index(['sessionId', 'at', 'id'])
@Index(['userId', 'at'])
@Index(['assetId', 'at'])
@Index(['systemUserId', 'at'])
@Index(['at', 'id'])
@Index('commands_search_idx', { synchronize: false })
export class Command {
  @PrimaryColumn('uuid')
  id!: CommandId;

  @Column('uuid')
  sessionId!: SessionId;

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
  kind!: CommandKind;

  @Column('text')
  command!: string;

  /** The keys and the screen say the same. */
  @Column('boolean')
  certain!: boolean;

  @Column('timestamptz')
  at!: Date;

  /** Milliseconds from the beginning of the session's recording. */
  @Column('int')
  offsetMs!: number;
}
