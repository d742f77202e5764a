import { ApiProperty } from '@nestjs/swagger';
import {
  REACHABLE_SORTS,
  type ReachableAsset,
  type ReachableGroup,
  type ReachableGroups,
} from '#libs/authorization';
import { ASSET_ENVIRONMENTS, type AssetEnvironment } from '#libs/contracts';
import type { AssetGroupId, AssetId, SystemUserId } from '#libs/kernel';
import { IdField, OneOf, QueryFlag } from '../http/fields.js';
import { ListQueryBy, PageOf } from '../http/list-query.js';

/** Which of the own assets a list shows; by name unless asked otherwise. */
export class MyAssetListQuery extends ListQueryBy(...REACHABLE_SORTS) {
  @QueryFlag({ optional: true, description: 'Only the favourites, or only the others' })
  favourite?: boolean;

  @IdField({ optional: true, description: 'Only this asset' })
  assetId?: AssetId;

  @IdField({ optional: true, description: 'In this group or one below it' })
  groupId?: AssetGroupId;

  @QueryFlag({
    optional: true,
    description: 'With `groupId`: only its own members, not those of groups below it',
  })
  directly?: boolean;

  @QueryFlag({ optional: true, description: 'Only those in an asset group, or only the others' })
  grouped?: boolean;
}

/** A system user as whom the caller may log in. */
export class WayInView {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: SystemUserId;

  @ApiProperty()
  username!: string;
}

/** An asset that a rule gives the caller. */
export class MyAssetView implements ReachableAsset {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: AssetId;

  @ApiProperty()
  name!: string;

  @ApiProperty({ description: 'IP address or DNS name' })
  address!: string;

  @ApiProperty({ type: 'integer' })
  port!: number;

  @ApiProperty()
  comment!: string;

  @OneOf(ASSET_ENVIRONMENTS, { nullable: true, description: 'null: not said' })
  environment!: AssetEnvironment | null;

  @ApiProperty({ type: WayInView, isArray: true })
  systemUsers!: WayInView[];

  @ApiProperty({ description: 'Whether the caller keeps it at hand' })
  favourite!: boolean;

  @ApiProperty({
    type: Date,
    nullable: true,
    description: 'When the caller last began a session there; null: never',
  })
  lastUsedAt!: Date | null;
}

/** A page of the own assets. */
export class MyAssetPage extends PageOf(MyAssetView) {}

/** An asset group that holds some of the own assets, itself or in a group below it. */
export class MyAssetGroupView implements ReachableGroup {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: AssetGroupId;

  @ApiProperty()
  name!: string;

  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  parentId!: AssetGroupId | null;

  @ApiProperty({ type: 'integer', description: 'Own assets in it and in groups below it, each counted once' })
  assets!: number;

  @ApiProperty({ type: 'integer', description: 'Own assets that are members of this very group' })
  ownAssets!: number;
}

/** The asset groups of the own assets. */
export class MyAssetGroups implements ReachableGroups {
  @ApiProperty({ type: MyAssetGroupView, isArray: true, description: 'By name' })
  groups!: MyAssetGroupView[];

  @ApiProperty({ type: 'integer', description: 'Own assets that are in no group' })
  ungrouped!: number;
}
