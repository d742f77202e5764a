import { Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { LoginId, UserId } from '#libs/kernel';
import { User } from './user.entity.js';

/** A login to console or API; its id is the token's `jti`. The token counts only while this row lets it. */
@Entity('logins')
export class Login {
  @PrimaryColumn('uuid')
  id!: LoginId;

  @Index()
  @ForeignKey(() => User, { onDelete: 'CASCADE' })
  @Column('uuid')
  userId!: UserId;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt!: Date;

  /** Absolute end. */
  @Column('timestamptz')
  expiresAt!: Date;

  /** Moved on at most once a minute; idle expiry counts from it. */
  @Column('timestamptz')
  lastSeenAt!: Date;

  @Column('timestamptz', { nullable: true })
  revokedAt!: Date | null;

  /** Whether a code of the user's second factor was part of it. */
  @Column('boolean', { default: false })
  passedSecondFactor!: boolean;

  @Column('text', { nullable: true })
  address!: string | null;

  @Column('text', { default: '' })
  userAgent!: string;
}
