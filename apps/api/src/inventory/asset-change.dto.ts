import { ApiProperty, OmitType } from '@nestjs/swagger';
import { CHANGE_SOURCES, type ChangeSource } from '#libs/contracts';
import { CHANGE_SORTS, type ChangeFilter, type ChangeRow } from '#libs/inventory';
import type { AssetId } from '#libs/kernel';
import { IdField, Moment, OneOf, Text } from '../http/fields.js';
import { ListQueryBy, PageOf } from '../http/list-query.js';

/** Which change records a list shows. */
export class AssetChangeListQuery extends ListQueryBy(...CHANGE_SORTS) implements ChangeFilter {
  @IdField({ optional: true, description: 'Of this asset, deleted or not' })
  assetId?: AssetId;

  @Text({ optional: true, max: 64, example: 'memoryMib' })
  field?: string;

  @OneOf(CHANGE_SOURCES, { optional: true })
  source?: ChangeSource;

  @Moment({ optional: true })
  from?: string;

  @Moment({ optional: true, description: 'Up to, not including' })
  until?: string;
}

/** Which change records of one asset a list shows. */
export class ChangesOfAssetQuery extends OmitType(AssetChangeListQuery, ['assetId']) {}

/** That one field of an asset changed. */
export class AssetChangeView implements ChangeRow {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;

  @ApiProperty({ type: String, format: 'uuid', description: 'The asset may be gone' })
  assetId!: AssetId;

  @ApiProperty({ description: 'Its name at the time' })
  assetName!: string;

  @ApiProperty({
    description: 'Field of the asset; `groups`, `dataCenter` and `adminAccount` are written by their names',
    example: 'memoryMib',
  })
  field!: string;

  @ApiProperty({ description: 'Any JSON value', nullable: true, oneOf: [{}] })
  before!: unknown;

  @ApiProperty({ description: 'Any JSON value', nullable: true, oneOf: [{}] })
  after!: unknown;

  @ApiProperty({ type: Date })
  at!: Date;

  @ApiProperty({ description: 'Name of who changed it' })
  actorName!: string;

  @ApiProperty({ enum: CHANGE_SOURCES, enumName: 'ChangeSource', description: 'How: by hand, import, facts' })
  source!: ChangeSource;
}

/** A page of change records. */
export class AssetChangePage extends PageOf(AssetChangeView) {}
