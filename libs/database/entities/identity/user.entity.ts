import { Column, CreateDateColumn, Entity, Index, PrimaryColumn, UpdateDateColumn } from 'typeorm';
import type { Role } from '#libs/contracts';
import type { UserId } from '#libs/kernel';

/** A person who logs in to the product. Never an OS account. */
@Entity('users')
export class User {
  @PrimaryColumn('uuid')
  id!: UserId;

  /** Lower case, unique. */
  @Index({ unique: true })
  @Column('text')
  username!: string;

  @Column('text')
  name!: string;

  @Column('text', { nullable: true })
  email!: string | null;

  @Column('text')
  role!: Role;

  /** argon2id in PHC string form; null: no password login. */
  @Column('text', { nullable: true })
  passwordHash!: string | null;

  @Column('boolean', { default: false })
  mustChangePassword!: boolean;

  /** Whether they must have a second factor, whatever the settings demand of others. */
  @Column('boolean', { default: false })
  secondFactorRequired!: boolean;

  @Column('boolean', { default: true })
  active!: boolean;

  /** When the account ends: this moment no longer counts; null: never. */
  @Column('timestamptz', { nullable: true })
  validUntil!: Date | null;

  /** BCP 47: `en` or `zh-CN`; null: by the client's locale. */
  @Column('text', { nullable: true })
  language!: string | null;

  /** IANA name (`Asia/Shanghai`); null: by the client's. */
  @Column('text', { nullable: true })
  timeZone!: string | null;

  /** Their own list of assets begins with those used last. */
  @Column('boolean', { default: false })
  recentFirst!: boolean;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt!: Date;

  @UpdateDateColumn({ type: 'timestamptz' })
  updatedAt!: Date;
}
