import {
  Column,
  CreateDateColumn,
  Entity,
  ForeignKey,
  Index,
  PrimaryColumn,
  UpdateDateColumn,
} from 'typeorm';
import type { SudoAliasId, SystemUserId } from '#libs/kernel';
import { SystemUser } from './system-user.entity.js';

/** A named list of commands that system users may run by sudo: a `Cmnd_Alias` of sudoers(5). */
@Entity('sudo_aliases')
export class SudoAlias {
  @PrimaryColumn('uuid')
  id!: SudoAliasId;

  @Index({ unique: true })
  @Column('text')
  name!: string;

  /** As people write them, not yet escaped for sudoers. */
  @Column('text', { array: true })
  commands!: string[];

  @Column('text', { default: '' })
  comment!: string;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt!: Date;

  @UpdateDateColumn({ type: 'timestamptz' })
  updatedAt!: Date;
}

@Entity('system_user_sudo_aliases')
export class SystemUserSudoAlias {
  @ForeignKey(() => SystemUser, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  systemUserId!: SystemUserId;

  /** No cascade: an alias that is in use is not deleted. */
  @Index()
  @ForeignKey(() => SudoAlias)
  @PrimaryColumn('uuid')
  sudoAliasId!: SudoAliasId;
}
