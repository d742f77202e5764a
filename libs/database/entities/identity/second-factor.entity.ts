import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { Id, UserId } from '#libs/kernel';
import { User } from './user.entity.js';

/** A user's authenticator app (FEATURES A9). */
@Entity('second_factors')
export class SecondFactor {
  @ForeignKey(() => User, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  userId!: UserId;

  /** The shared secret of RFC 6238, sealed with a key that isn't in the database. */
  @Column('text')
  sealedSecret!: string;

  /** When the secret was made. */
  @Column('timestamptz')
  createdAt!: Date;

  /** When the user proved to have it in their app; null: not yet, it counts for nothing. */
  @Column('timestamptz', { nullable: true })
  confirmedAt!: Date | null;

  /** The time step (RFC 6238 section 4.2) of the last code that counted; it and earlier ones count no more. */
  @Column('integer', { default: 0 })
  lastStep!: number;
}

/** A code that stands in for the app once. */
@Entity('recovery_codes')
@Index(['userId', 'codeHash'], { unique: true })
export class RecoveryCode {
  @PrimaryColumn('uuid')
  id!: Id<'recovery-code'>;

  @ForeignKey(() => User, { onDelete: 'CASCADE' })
  @Column('uuid')
  userId!: UserId;

  /** SHA-256, hexadecimal. */
  @Column('text')
  codeHash!: string;

  @Column('timestamptz', { nullable: true })
  usedAt!: Date | null;
}

/** A login whose password was right and whose code is still to come. It opens nothing. */
@Entity('login_challenges')
export class LoginChallenge {
  @PrimaryColumn('uuid')
  id!: Id<'login-challenge'>;

  /** SHA-256 of what the client was told, hexadecimal. */
  @Index({ unique: true })
  @Column('text')
  tokenHash!: string;

  @Index()
  @ForeignKey(() => User, { onDelete: 'CASCADE' })
  @Column('uuid')
  userId!: UserId;

  /** `console` or `api`: it ends in a login of the same way. */
  @Column('text')
  way!: string;

  @Index()
  @Column('timestamptz')
  expiresAt!: Date;

  /** Codes that were tried with it. */
  @Column('integer', { default: 0 })
  tries!: number;
}
