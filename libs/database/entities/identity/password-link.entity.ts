import { Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { Id, UserId } from '#libs/kernel';
import { User } from './user.entity.js';

/** A link with which a user may set a password once. The newest of a user is the only one; using it deletes it. */
@Entity('password_links')
export class PasswordLink {
  @PrimaryColumn('uuid')
  id!: Id<'password-link'>;

  @Index({ unique: true })
  @ForeignKey(() => User, { onDelete: 'CASCADE' })
  @Column('uuid')
  userId!: UserId;

  /** SHA-256 of the token's secret part, hexadecimal. */
  @Column('text')
  secretHash!: string;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt!: Date;

  @Column('timestamptz')
  expiresAt!: Date;
}
