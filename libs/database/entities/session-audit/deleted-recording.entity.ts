import { Column, Entity, PrimaryColumn } from 'typeorm';
import type { SessionId } from '#libs/kernel';

/** A recording that retention took, while its session's row still stands. */
@Entity('deleted_recordings')
export class DeletedRecording {
  @PrimaryColumn('uuid')
  sessionId!: SessionId;

  /** Below the recordings folder. */
  @Column('text')
  path!: string;

  /** false: the deletion is written down, the file is next. */
  @Column('boolean', { default: false })
  fileRemoved!: boolean;
}
