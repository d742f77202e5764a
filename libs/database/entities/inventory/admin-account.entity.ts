import { Column, CreateDateColumn, Entity, Index, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { AdminAccountId } from '#libs/kernel';

/** A privileged account that already exists on assets. Its secrets are sealed to the gateway. */
@Entity('admin_accounts')
export class AdminAccount {
  @PrimaryColumn('uuid')
  id!: AdminAccountId;

  @Index({ unique: true })
  @Column('text')
  name!: string;

  @Column('text')
  username!: string;

  /** Sealed, see libs/vault. */
  @Column('text', { nullable: true })
  sealedPassword!: string | null;

  /** Sealed private key, already without a passphrase. */
  @Column('text', { nullable: true })
  sealedPrivateKey!: string | null;

  /** Public half of the private key as an OpenSSH line, for people to compare. */
  @Column('text', { nullable: true })
  publicKey!: string | null;

  @Column('text', { default: '' })
  comment!: string;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt!: Date;

  @UpdateDateColumn({ type: 'timestamptz' })
  updatedAt!: Date;
}
