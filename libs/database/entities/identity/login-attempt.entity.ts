import { Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { Id, UserId } from '#libs/kernel';

/** A login to the product, successful or not. */
@Entity('login_attempts')
@Index(['at', 'id'])
@Index(['userId', 'at'])
export class LoginAttempt {
  @PrimaryColumn('uuid')
  id!: Id<'login-attempt'>;

  @Column('timestamptz')
  at!: Date;

  /** As typed, cut to 64 characters. */
  @Column('text')
  username!: string;

  /** null: no such user. */
  @Column('uuid', { nullable: true })
  userId!: UserId | null;

  @Column('text')
  address!: string;

  /** `console`, `api`, `token` or `ssh`. */
  @Column('text')
  way!: string;

  /** `password`, `publickey`… */
  @Column('text')
  method!: string;

  @Column('boolean')
  succeeded!: boolean;

  /** Why it was refused: for auditors, never told to the client. */
  @Column('text', { nullable: true })
  reason!: string | null;
}
