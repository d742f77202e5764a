import {
  Column,
  CreateDateColumn,
  Entity,
  ForeignKey,
  Index,
  PrimaryColumn,
  UpdateDateColumn,
} from 'typeorm';
import type { SystemUserId } from '#libs/kernel';

/** An account on assets as which users log in. Its secrets are sealed to the gateway. */
@Entity('system_users')
export class SystemUser {
  @PrimaryColumn('uuid')
  id!: SystemUserId;

  @Index({ unique: true })
  @Column('text')
  username!: string;

  @Column('text', { default: '/bin/bash' })
  shell!: string;

  @Column('text', { default: '' })
  comment!: string;

  /** Absolute path; empty: where the asset puts homes. */
  @Column('text', { default: '' })
  home!: string;

  /** Supplementary groups on the asset. */
  @Column('text', { array: true, default: [] })
  groups!: string[];

  /** Sealed, see libs/vault. */
  @Column('text', { nullable: true })
  sealedPassword!: string | null;

  /** Sealed private key, already without a passphrase. */
  @Column('text', { nullable: true })
  sealedPrivateKey!: string | null;

  /** Public half of the private key as an OpenSSH line. */
  @Column('text', { nullable: true })
  publicKey!: string | null;

  /** Goes up with every change of what a push brings to assets: records of a lower one are outdated. */
  @Column('integer', { default: 1 })
  revision!: number;

  /** Goes up when the password is replaced. */
  @Column('integer', { default: 1 })
  passwordVersion!: number;

  /** Goes up when the key is replaced. */
  @Column('integer', { default: 1 })
  keyVersion!: number;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt!: Date;

  @UpdateDateColumn({ type: 'timestamptz' })
  updatedAt!: Date;
}

/** A secret that was replaced, kept while an asset still has it. */
@Entity('former_secrets')
export class FormerSecret {
  @ForeignKey(() => SystemUser, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  systemUserId!: SystemUserId;

  @PrimaryColumn('text')
  kind!: 'password' | 'key';

  @PrimaryColumn('integer')
  version!: number;

  /** Sealed for the place that it had in the system user's row. */
  @Column('text')
  sealed!: string;
}
