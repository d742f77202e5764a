import { ApiProperty, PartialType } from '@nestjs/swagger';
import {
  ASSET_GROUP_SORTS,
  type AssetGroupBranch,
  type AssetGroupDraft,
  type AssetGroupFilter,
  type AssetGroupRow,
} from '#libs/inventory';
import type { AssetGroupId, AssetId } from '#libs/kernel';
import { Comment, IdField, IdList, Text } from '../http/fields.js';
import { ListQueryBy, PageOf } from '../http/list-query.js';
import type { TextForm } from '../http/text-forms.js';

/** Sheets write the way to a group as its names with / between them. */
const GROUP_NAME: TextForm = {
  pattern: /^[^/]*$/,
  code: 'not_an_asset_group_name',
  rule: '/ separates the levels of asset groups: leave it out, and put the group below another instead.',
};

/** A new asset group. */
export class CreateAssetGroup implements AssetGroupDraft {
  @Text({ min: 1, max: 128, form: GROUP_NAME })
  name!: string;

  @IdField({ optional: true, nullable: true, description: 'Group above it; null: none' })
  parentId?: AssetGroupId | null;

  @IdList({
    optional: true,
    description: 'Its own members; a rule that names the group covers groups below it too',
  })
  assetIds?: AssetId[];

  @Comment()
  comment?: string;
}

/** What is given changes; `assetIds` replaces the members. */
export class UpdateAssetGroup extends PartialType(CreateAssetGroup, { skipNullProperties: false }) {}

/** Which asset groups a list shows. */
export class AssetGroupListQuery extends ListQueryBy(...ASSET_GROUP_SORTS) implements AssetGroupFilter {
  @IdField({ optional: true, description: 'Directly below this group' })
  parentId?: AssetGroupId;

  @IdField({ optional: true, description: 'With this asset as their own member' })
  assetId?: AssetId;
}

/** An asset group. */
export class AssetGroupView implements AssetGroupRow {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: AssetGroupId;

  @ApiProperty()
  name!: string;

  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  parentId!: AssetGroupId | null;

  @ApiProperty()
  comment!: string;

  @ApiProperty({ type: String, format: 'uuid', isArray: true })
  assetIds!: AssetId[];

  @ApiProperty({ type: Date })
  createdAt!: Date;
}

/** A page of asset groups. */
export class AssetGroupPage extends PageOf(AssetGroupView) {}

/** A group as the tree shows it. */
export class AssetGroupBranchView implements AssetGroupBranch {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: AssetGroupId;

  @ApiProperty()
  name!: string;

  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  parentId!: AssetGroupId | null;

  @ApiProperty({ type: 'integer', description: 'Members of its own' })
  memberCount!: number;

  @ApiProperty({
    type: 'integer',
    description: 'Its members and those of the groups below it, each asset once',
  })
  assetCount!: number;
}

/** All groups, for a tree. */
export class AssetGroupOutline {
  @ApiProperty({ type: AssetGroupBranchView, isArray: true, description: 'By name' })
  items!: AssetGroupBranchView[];
}
