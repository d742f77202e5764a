import { Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { Id, UserId } from '#libs/kernel';
import { User } from './user.entity.js';

/** A public key with which a user logs in over SSH. A key belongs to one user only. */
@Entity('public_keys')
export class PublicKey {
  @PrimaryColumn('uuid')
  id!: Id<'public-key'>;

  @Index()
  @ForeignKey(() => User, { onDelete: 'CASCADE' })
  @Column('uuid')
  userId!: UserId;

  @Column('text')
  name!: string;

  /** The key's own type: `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`… */
  @Column('text')
  type!: string;

  /** The full public key blob of RFC 4253 section 6.6, base64. Keys are looked up by it. */
  @Index({ unique: true })
  @Column('text')
  blob!: string;

  /** `SHA256:…` as OpenSSH prints it. */
  @Column('text')
  fingerprint!: string;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt!: Date;

  @Column('timestamptz', { nullable: true })
  lastUsedAt!: Date | null;
}
