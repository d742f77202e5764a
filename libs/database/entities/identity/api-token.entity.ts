import { Column, CreateDateColumn, Entity, Index, JoinColumn, ManyToOne, PrimaryColumn } from 'typeorm';
import type { Id, UserId } from '#libs/kernel';
import { User } from './user.entity.js';

/** With what a tool calls the API for its owner (FEATURES A10). The token itself is told once and kept nowhere. */
@Entity('api_tokens')
export class ApiToken {
  @PrimaryColumn('uuid')
  id!: Id<'api-token'>;

  @Index()
  @Column('uuid')
  userId!: UserId;

  @ManyToOne(() => User, { onDelete: 'CASCADE', nullable: false })
  @JoinColumn({ name: 'user_id' })
  user?: User;

  @Column('text')
  name!: string;

  /** SHA-256 of the token, hexadecimal. Tokens are looked up by it. */
  @Index({ unique: true })
  @Column('text')
  tokenHash!: string;

  /** Whether it only reads: GET and nothing else. */
  @Column('boolean', { default: false })
  readOnly!: boolean;

  /** CIDR networks from which it counts; empty: from everywhere. */
  @Column('text', { array: true, default: [] })
  networks!: string[];

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt!: Date;

  /** This moment no longer counts; null: never ends by itself. */
  @Column('timestamptz', { nullable: true })
  expiresAt!: Date | null;

  /** Moved on at most once a minute. */
  @Column('timestamptz', { nullable: true })
  lastUsedAt!: Date | null;

  @Column('text', { nullable: true })
  lastUsedFrom!: string | null;

  /** When it was last refused for its network; moved on, and told to auditors, at most once a minute. */
  @Column('timestamptz', { nullable: true })
  lastRefusedAt!: Date | null;
}
