import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type {
  DigestGap,
  FileChange,
  RecordDirection,
  TransferProtocol,
  TransferResult,
} from '#libs/contracts';
import type { AssetId, FileTransferId, SessionId, SystemUserId, UserId } from '#libs/kernel';

/** One file to or from an asset, or a change of one there (FEATURES G9). Names are snapshots, as in a session's row. */
@Entity('file_transfers')
@Index(['userId', 'startedAt'])
@Index(['assetId', 'startedAt'])
@Index(['startedAt', 'id'])
export class FileTransfer {
  @PrimaryColumn('uuid')
  id!: FileTransferId;

  /** null: refused before there was one. */
  @Index()
  @Column('uuid', { nullable: true })
  sessionId!: SessionId | null;

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

  @Column('text')
  protocol!: TransferProtocol;

  @Column('text')
  direction!: RecordDirection;

  /** Of a change, which. */
  @Column('text', { nullable: true })
  change!: FileChange | null;

  /** On the asset, as the client named it. */
  @Column('text')
  path!: string;

  /** Of a change: the new path, where a link leads, or which attributes were set to what. */
  @Column('text', { nullable: true })
  target!: string | null;

  /** The file's own name where `path` may be the folder that it went into. */
  @Column('text', { nullable: true })
  name!: string | null;

  /** Command line of a transfer that is a command (scp, rsync). */
  @Column('text', { nullable: true })
  command!: string | null;

  /** Bytes of the file that passed; of a transfer whose files are not visible, bytes of its stream. */
  @Column('bigint')
  size!: string;

  /** SHA-256 of the whole file's bytes as they passed, hexadecimal; null: see `digestGap`. */
  @Column('text', { nullable: true })
  sha256!: string | null;

  @Column('text', { nullable: true })
  digestGap!: DigestGap | null;

  @Column('text')
  result!: TransferResult;

  /** In words: what the asset answered, or what was missing. */
  @Column('text', { nullable: true })
  detail!: string | null;

  @Column('timestamptz')
  startedAt!: Date;

  @Column('timestamptz')
  endedAt!: Date;
}
