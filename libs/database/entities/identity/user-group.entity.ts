import { Column, CreateDateColumn, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { UserGroupId, UserId } from '#libs/kernel';
import { User } from './user.entity.js';

/** A set of users, with those who administer it. */
@Entity('user_groups')
export class UserGroup {
  @PrimaryColumn('uuid')
  id!: UserGroupId;

  @Index({ unique: true })
  @Column('text')
  name!: string;

  @Column('text', { default: '' })
  comment!: string;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt!: Date;
}

/** A user is in a group. */
@Entity('user_group_members')
export class UserGroupMember {
  @ForeignKey(() => UserGroup, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  groupId!: UserGroupId;

  @Index()
  @ForeignKey(() => User, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  userId!: UserId;
}

/** A user of role `group_admin` manages the members of a group. */
@Entity('user_group_administrators')
export class UserGroupAdministrator {
  @ForeignKey(() => UserGroup, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  groupId!: UserGroupId;

  @Index()
  @ForeignKey(() => User, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  userId!: UserId;
}
