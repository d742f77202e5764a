import { ApiProperty } from '@nestjs/swagger';
import {
  REFUSAL_REASONS,
  RULE_GAPS,
  type ExplainedRule,
  type Explanation,
  type RefusalReason,
  type RuleGap,
} from '#libs/authorization';
import { ACTIONS, type Action } from '#libs/contracts';
import type { AssetGroupId, AssetId, RuleId, SystemUserId, UserGroupId, UserId } from '#libs/kernel';
import { IdField, OneOf, Text } from '../http/fields.js';
import { WeekHoursBody } from './week-hours.dto.js';

/** Who, where, as whom. */
export class ExplainQuery {
  @IdField()
  userId!: UserId;

  @IdField()
  assetId!: AssetId;

  @IdField()
  systemUserId!: SystemUserId;

  @OneOf(ACTIONS, { optional: true, description: 'connect if left out' })
  action?: Action;

  @Text({ optional: true, max: 260, description: 'host:port, for the action forward' })
  destination?: string;
}

/** A user group that a rule names. */
export class ExplainedUserGroupView {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: UserGroupId;

  @ApiProperty()
  name!: string;
}

/** An asset group on the way from the one that a rule names down to the asset. */
export class ExplainedAssetGroupView {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: AssetGroupId;

  @ApiProperty()
  name!: string;
}

/** How a rule stands to what was asked. */
export class ExplainedRuleView implements ExplainedRule {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: RuleId;

  @ApiProperty()
  name!: string;

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

  @ApiProperty({ description: 'The rule names the user themselves' })
  namesUser!: boolean;

  @ApiProperty({
    type: ExplainedUserGroupView,
    isArray: true,
    description: 'Groups of the user that it names',
  })
  userGroups!: ExplainedUserGroupView[];

  @ApiProperty({ description: 'The rule names the asset itself' })
  namesAsset!: boolean;

  @ApiProperty({
    description:
      'For each group that it names and that holds the asset: the groups from there down to the asset',
    type: 'array',
    items: { type: 'array', items: { $ref: '#/components/schemas/ExplainedAssetGroupView' } },
  })
  assetPaths!: ExplainedAssetGroupView[][];

  @ApiProperty()
  namesSystemUser!: boolean;

  @ApiProperty({
    enum: RULE_GAPS,
    enumName: 'RuleGap',
    isArray: true,
    description: 'Empty: it gives what was asked',
  })
  gaps!: RuleGap[];
}

/** Why somebody can or can't do something on an asset as a system user. */
export class ExplanationView implements Explanation {
  @ApiProperty()
  granted!: boolean;

  @ApiProperty({
    enum: REFUSAL_REASONS,
    enumName: 'RefusalReason',
    isArray: true,
    description: 'All that stands in the way; the user is told the first',
  })
  obstacles!: RefusalReason[];

  @ApiProperty({ type: String, nullable: true, description: 'What the user is told' })
  message!: string | null;

  @ApiProperty({
    enum: ACTIONS,
    enumName: 'Action',
    isArray: true,
    description: 'What the rules allow there now',
  })
  actions!: Action[];

  @ApiProperty({
    type: ExplainedRuleView,
    isArray: true,
    description: 'Those that name all three, then two of them',
  })
  rules!: ExplainedRuleView[];
}
