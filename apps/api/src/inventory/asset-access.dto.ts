import { ApiProperty } from '@nestjs/swagger';
import { ACCESS_SORTS, type AccessRow } from '#libs/authorization';
import type { RuleId, SystemUserId, UserId } from '#libs/kernel';
import { ListQueryBy, PageOf } from '../http/list-query.js';

/** Which part of those who may log in a list shows. */
export class AssetAccessQuery extends ListQueryBy(...ACCESS_SORTS) {}

/** A rule that gives access. */
export class AccessRuleView {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: RuleId;

  @ApiProperty()
  name!: string;
}

/** That a user may log in as a system user. */
export class AssetAccessView implements AccessRow {
  @ApiProperty({ type: String, format: 'uuid' })
  userId!: UserId;

  @ApiProperty()
  username!: string;

  @ApiProperty({ description: 'The name of the person' })
  userName!: string;

  @ApiProperty({ type: String, format: 'uuid' })
  systemUserId!: SystemUserId;

  @ApiProperty()
  systemUsername!: string;

  @ApiProperty({ type: AccessRuleView, isArray: true, description: 'The rules that give it' })
  rules!: AccessRuleView[];
}

/** A page of those who may log in to an asset. */
export class AssetAccessPage extends PageOf(AssetAccessView) {}
