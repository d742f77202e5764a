import { Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { MailKind, MailState } from '#libs/contracts';
import type { Id, UserId } from '#libs/kernel';
import { User } from './user.entity.js';

/** A mail to a user, waiting or done. It never holds a link, a token or a password: a gateway makes links as it sends. */
@Entity('mails')
export class Mail {
  @PrimaryColumn('uuid')
  id!: Id<'mail'>;

  @Index()
  @ForeignKey(() => User, { onDelete: 'SET NULL' })
  @Column('uuid', { nullable: true })
  userId!: UserId | null;

  /** When it was queued: whoever is deleted is still called so. */
  @Column('text')
  username!: string;

  @Column('text')
  kind!: MailKind;

  /** The user's address when it was queued. */
  @Column('text')
  recipient!: string;

  /** What the text names: who did it, which key. */
  @Column('jsonb', { default: {} })
  details!: Record<string, string>;

  @Column('text', { default: 'queued' })
  state!: MailState;

  /** How often it was tried. */
  @Column('int', { default: 0 })
  tries!: number;

  /** Why the last try failed, in the mail server's words where it had some. */
  @Column('text', { nullable: true })
  reason!: string | null;

  @Index()
  @CreateDateColumn({ type: 'timestamptz' })
  createdAt!: Date;

  /** When it was sent, or given up. */
  @Column('timestamptz', { nullable: true })
  endedAt!: Date | null;
}
