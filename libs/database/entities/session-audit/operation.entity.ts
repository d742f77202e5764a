import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Id, UserId } from '#libs/kernel';

/** A change that somebody made: who, what, from where, before and after without secrets. */
@Entity('operations')
@Index(['at', 'id'])
@Index('operations_subject_idx', ['subjectId', 'at'])
@Index('operations_gaps', ['subjectId'], { where: "action IN ('session.recording-gap', 'audit.gap')" })
export class Operation {
  @PrimaryColumn('uuid')
  id!: Id<'operation'>;

  @Column('timestamptz')
  at!: Date;

  @Column('uuid', { nullable: true })
  actorId!: UserId | null;

  @Column('text')
  actorName!: string;

  @Column('text', { nullable: true })
  address!: string | null;

  @Column('text')
  way!: string;

  /** `user.create`, `asset.delete`… */
  @Column('text')
  action!: string;

  @Column('text')
  subjectType!: string;

  @Column('text', { nullable: true })
  subjectId!: string | null;

  @Column('text')
  subjectName!: string;

  @Column('jsonb', { nullable: true })
  before!: object | null;

  @Column('jsonb', { nullable: true })
  after!: object | null;
}
