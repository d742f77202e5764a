import {
  Column,
  CreateDateColumn,
  Entity,
  ForeignKey,
  Index,
  PrimaryColumn,
  UpdateDateColumn,
} from 'typeorm';
import type { Action } from '#libs/contracts';
import type { AssetGroupId, AssetId, RuleId, SystemUserId, UserGroupId, UserId } from '#libs/kernel';
import { UserGroup } from '../identity/user-group.entity.js';
import { User } from '../identity/user.entity.js';
import { AssetGroup } from '../inventory/asset-group.entity.js';
import { Asset } from '../inventory/asset.entity.js';
import { SystemUser } from '../push/system-user.entity.js';

/** Who may do what on which assets as which system users. Rules add up; none, no access. */
@Entity('authorization_rules')
export class AuthorizationRule {
  @PrimaryColumn('uuid')
  id!: RuleId;

  @Index({ unique: true })
  @Column('text')
  name!: string;

  @Column('text', { default: '' })
  comment!: string;

  @Column('boolean', { default: true })
  active!: boolean;

  @Column('text', { array: true })
  actions!: Action[];

  /** What port forwarding may reach from the assets: `host`, `host:port`, `*.domain`, CIDR, `*`; empty: nothing. */
  @Column('text', { array: true, default: [] })
  forwardDestinations!: string[];

  /** null: since ever. */
  @Column('timestamptz', { nullable: true })
  validFrom!: Date | null;

  /** null: without end. The moment itself no longer counts. */
  @Column('timestamptz', { nullable: true })
  validUntil!: Date | null;

  /** IANA name of the zone whose clocks `hoursMinutes` means; null with it. */
  @Column('text', { nullable: true })
  hoursTimeZone!: string | null;

  /** Minutes of the week, from Monday 00:00, in which the rule counts: `{[540,1080)}`; null: always. */
  @Column('int4multirange', { nullable: true })
  hoursMinutes!: string | null;

  @CreateDateColumn({ type: 'timestamptz' })
  createdAt!: Date;

  @UpdateDateColumn({ type: 'timestamptz' })
  updatedAt!: Date;
}

@Entity('rule_users')
export class RuleUser {
  @ForeignKey(() => AuthorizationRule, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  ruleId!: RuleId;

  @Index()
  @ForeignKey(() => User, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  userId!: UserId;
}

@Entity('rule_user_groups')
export class RuleUserGroup {
  @ForeignKey(() => AuthorizationRule, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  ruleId!: RuleId;

  @Index()
  @ForeignKey(() => UserGroup, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  userGroupId!: UserGroupId;
}

@Entity('rule_assets')
export class RuleAsset {
  @ForeignKey(() => AuthorizationRule, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  ruleId!: RuleId;

  @Index()
  @ForeignKey(() => Asset, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  assetId!: AssetId;
}

@Entity('rule_asset_groups')
export class RuleAssetGroup {
  @ForeignKey(() => AuthorizationRule, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  ruleId!: RuleId;

  @Index()
  @ForeignKey(() => AssetGroup, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  assetGroupId!: AssetGroupId;
}

@Entity('rule_system_users')
export class RuleSystemUser {
  @ForeignKey(() => AuthorizationRule, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  ruleId!: RuleId;

  @Index()
  @ForeignKey(() => SystemUser, { onDelete: 'CASCADE' })
  @PrimaryColumn('uuid')
  systemUserId!: SystemUserId;
}
