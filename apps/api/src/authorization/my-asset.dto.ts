import { ApiProperty } from '@nestjs/swagger';
import { REACHABLE_SORTS, type ReachableAsset } from '#libs/authorization';
import type { AssetId, SystemUserId } from '#libs/kernel';
import { IdField, QueryFlag } from '../http/fields.js';
import { ListQueryBy, PageOf } from '../http/list-query.js';

/** Which of the own assets a list shows; by name unless asked otherwise. */
export class MyAssetListQuery extends ListQueryBy(...REACHABLE_SORTS) {
  @QueryFlag({ optional: true, description: 'Only the favourites, or only the others' })
  favourite?: boolean;

  @IdField({ optional: true, description: 'Only this asset' })
  assetId?: AssetId;
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
