import { ApiProperty, PartialType } from '@nestjs/swagger';
import {
  RULE_SORTS,
  type NamedMember,
  type RuleChange,
  type RuleFilter,
  type RuleRow,
} from '#libs/authorization';
import { ACTIONS, DEFAULT_ACTIONS, type Action } from '#libs/contracts';
import type { AssetGroupId, AssetId, RuleId, SystemUserId, UserGroupId, UserId } from '#libs/kernel';
import {
  Comment,
  Flag,
  IdField,
  IdList,
  Lines,
  Moment,
  Name,
  Nested,
  QueryFlag,
  SomeOf,
} from '../http/fields.js';
import { ListQueryBy, PageOf } from '../http/list-query.js';
import { WeekHoursBody } from './week-hours.dto.js';
import { toDate } from '../http/moment.js';

/** A new rule. It needs users, assets and system users, the first two by themselves or by groups. */
export class CreateRule {
  @Name()
  name!: string;

  @Comment()
  comment?: string;

  @IdList({ optional: true })
  userIds?: UserId[];

  @IdList({ optional: true })
  userGroupIds?: UserGroupId[];

  @IdList({ optional: true })
  assetIds?: AssetId[];

  @IdList({ optional: true, description: 'Groups below them are covered too, and what joins them later' })
  assetGroupIds?: AssetGroupId[];

  @IdList({ optional: true })
  systemUserIds?: SystemUserId[];

  @SomeOf(ACTIONS, { optional: true, min: 1, description: `${DEFAULT_ACTIONS.join(', ')} if left out` })
  actions?: Action[];

  @Lines(260, {
    optional: true,
    description:
      'What port forwarding (action forward) may reach from the assets: host, host:port, *.domain, CIDR, or * for ' +
      'every address but those of link and metadata; nothing if left out',
  })
  forwardDestinations?: string[];

  @Moment({ optional: true, nullable: true, description: 'null: since ever' })
  validFrom?: string | null;

  @Moment({ optional: true, nullable: true, description: 'This moment no longer counts; null: without end' })
  validUntil?: string | null;

  @Nested(WeekHoursBody, { optional: true, nullable: true, description: 'null: at all hours' })
  hours?: WeekHoursBody | null;

  @Flag({ optional: true })
  active?: boolean;
}

/** What is given changes; lists are replaced. */
export class UpdateRule extends PartialType(CreateRule, { skipNullProperties: false }) {}

/** Which rules a list shows; by user and asset also those that name them by a group. */
export class RuleListQuery extends ListQueryBy(...RULE_SORTS) implements RuleFilter {
  @IdField({ optional: true })
  userId?: UserId;

  @IdField({ optional: true })
  assetId?: AssetId;

  @IdField({ optional: true })
  systemUserId?: SystemUserId;

  @QueryFlag()
  active?: boolean;
}

/** Rules to delete together. */
export class DeleteRules {
  @IdList({ min: 1, max: 1000 })
  ids!: RuleId[];
}

/** Something that a rule names. */
export class NamedMemberView implements NamedMember {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;

  @ApiProperty()
  name!: string;
}

const first = 'By name; a list names the first ten';

/** An authorization rule. */
export class RuleView implements RuleRow {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: RuleId;

  @ApiProperty()
  name!: string;

  @ApiProperty()
  comment!: string;

  @ApiProperty()
  active!: boolean;

  @ApiProperty({ enum: ACTIONS, enumName: 'Action', isArray: true })
  actions!: Action[];

  @ApiProperty({ type: String, isArray: true })
  forwardDestinations!: string[];

  @ApiProperty({ type: Date, nullable: true })
  validFrom!: Date | null;

  @ApiProperty({ type: Date, nullable: true })
  validUntil!: Date | null;

  @ApiProperty({ type: WeekHoursBody, nullable: true })
  hours!: WeekHoursBody | null;

  @ApiProperty({ type: String, format: 'uuid', isArray: true })
  userIds!: UserId[];

  @ApiProperty({ type: String, format: 'uuid', isArray: true })
  userGroupIds!: UserGroupId[];

  @ApiProperty({ type: String, format: 'uuid', isArray: true })
  assetIds!: AssetId[];

  @ApiProperty({ type: String, format: 'uuid', isArray: true })
  assetGroupIds!: AssetGroupId[];

  @ApiProperty({ type: String, format: 'uuid', isArray: true })
  systemUserIds!: SystemUserId[];

  @ApiProperty({ type: NamedMemberView, isArray: true, description: first })
  users!: NamedMemberView[];

  @ApiProperty({ type: NamedMemberView, isArray: true, description: first })
  userGroups!: NamedMemberView[];

  @ApiProperty({ type: NamedMemberView, isArray: true, description: first })
  assets!: NamedMemberView[];

  @ApiProperty({ type: NamedMemberView, isArray: true, description: first })
  assetGroups!: NamedMemberView[];

  @ApiProperty({ type: NamedMemberView, isArray: true, description: first })
  systemUsers!: NamedMemberView[];

  @ApiProperty({ type: Date })
  createdAt!: Date;

  @ApiProperty({ type: Date })
  updatedAt!: Date;
}

/** A page of rules. */
export class RulePage extends PageOf(RuleView) {}

/** The rule as the domain takes it: moments as dates. @throws ValidationFailed */
export function toRuleChange<T extends CreateRule | UpdateRule>({
  validFrom,
  validUntil,
  ...rest
}: T): Omit<T, 'validFrom' | 'validUntil'> & Pick<RuleChange, 'validFrom' | 'validUntil'> {
  return { ...rest, validFrom: toDate('validFrom', validFrom), validUntil: toDate('validUntil', validUntil) };
}
