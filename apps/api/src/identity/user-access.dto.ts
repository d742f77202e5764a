import { ApiProperty } from '@nestjs/swagger';
import { WAY_SORTS, type WayRow } from '#libs/authorization';
import type { AssetId, RuleId, SystemUserId } from '#libs/kernel';
import { ListQueryBy, PageOf } from '../http/list-query.js';

/** Which part of what a user may reach a list shows. */
export class UserAccessQuery extends ListQueryBy(...WAY_SORTS) {}

/** A rule that gives access. */
export class RuleNameView {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: RuleId;

  @ApiProperty()
  name!: string;
}

/** That a user may log in to an asset as a system user. */
export class UserAccessView implements WayRow {
  @ApiProperty({ type: String, format: 'uuid' })
  assetId!: AssetId;

  @ApiProperty()
  assetName!: string;

  @ApiProperty({ description: 'IP address or DNS name' })
  address!: string;

  @ApiProperty({ type: String, format: 'uuid' })
  systemUserId!: SystemUserId;

  @ApiProperty()
  systemUsername!: string;

  @ApiProperty({ type: RuleNameView, isArray: true, description: 'The rules that give it' })
  rules!: RuleNameView[];
}

/** A page of what a user may reach. */
export class UserAccessPage extends PageOf(UserAccessView) {}
