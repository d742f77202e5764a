import { ApiProperty, PartialType } from '@nestjs/swagger';
import { ASSET_SORTS, type AssetDraft, type AssetFilter, type AssetRow } from '#libs/inventory';
import {
  ASSET_ENVIRONMENTS,
  ASSET_STATUSES,
  ASSET_TYPES,
  type AssetEnvironment,
  type AssetStatus,
  type AssetType,
} from '#libs/contracts';
import type { AdminAccountId, AssetGroupId, AssetId, DataCenterId, ImportId } from '#libs/kernel';
import { Comment, Flag, IdField, IdList, Lines, OneOf, QueryFlag, Text } from '../http/fields.js';
import { ListQueryBy, PageOf } from '../http/list-query.js';
import type { TextForm } from '../http/text-forms.js';
import { Address, Port } from './address-field.js';
import { AssetDetailFields } from './asset-details.dto.js';
import { LabelTerms } from './detail-fields.js';

/** Longest host key line and most keys of an asset that are taken. */
const MAX_KEY_LINE = 16_384;
const MAX_KEYS = 32;

/** Host keys as OpenSSH public key lines. */
export function HostKeyLines(options: { optional?: boolean } = {}): PropertyDecorator {
  const description =
    'OpenSSH public key lines. Only these are accepted from the asset; none: nobody can connect.';
  return Lines(MAX_KEY_LINE, { ...options, max: MAX_KEYS, description });
}

const ASSET_NAME: TextForm = {
  pattern: /^[^@#/]*$/,
  code: 'not_an_asset_name',
  rule: '@, # and / have a meaning where people write asset names; leave them out.',
};

/** A new asset. */
export class CreateAsset
  extends PartialType(AssetDetailFields, { skipNullProperties: false })
  implements AssetDraft
{
  @Text({
    min: 1,
    max: 128,
    form: ASSET_NAME,
    example: 'web-1',
  })
  name!: string;

  @Address()
  address!: string;

  @Port({ optional: true, nullable: true, description: 'null: the port of the default settings' })
  port?: number | null;

  @IdField({ optional: true, nullable: true, description: 'null: the admin account of the default settings' })
  adminAccountId?: AdminAccountId | null;

  @IdList({ optional: true })
  groupIds?: AssetGroupId[];

  @Flag({ optional: true, description: 'An inactive asset can not be connected to, whatever its status' })
  active?: boolean;

  @Comment()
  comment?: string;

  @HostKeyLines({ optional: true })
  hostKeys?: string[];
}

/** What is given changes; lists are replaced. */
export class UpdateAsset extends PartialType(CreateAsset, { skipNullProperties: false }) {}

/** Which assets a list shows. */
export class AssetListQuery extends ListQueryBy(...ASSET_SORTS) implements AssetFilter {
  @IdField({ optional: true, description: 'In this group or one below it' })
  groupId?: AssetGroupId;

  @IdField({ optional: true })
  dataCenterId?: DataCenterId;

  @OneOf(ASSET_TYPES, { optional: true })
  type?: AssetType;

  @OneOf(ASSET_ENVIRONMENTS, { optional: true })
  environment?: AssetEnvironment;

  @OneOf(ASSET_STATUSES, { optional: true })
  status?: AssetStatus;

  @LabelTerms()
  label?: string[];

  @IdField({ optional: true, description: 'With this admin account of their own' })
  adminAccountId?: AdminAccountId;

  @QueryFlag()
  active?: boolean;

  @QueryFlag({ optional: true, description: 'Whether a host key is pinned' })
  pinned?: boolean;

  @IdField({ optional: true, description: 'Added or changed by this import, which is kept for an hour' })
  importId?: ImportId;
}

/** An asset. */
export class AssetView extends AssetDetailFields implements AssetRow {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: AssetId;

  @ApiProperty()
  name!: string;

  @ApiProperty({ description: 'IP address or DNS name' })
  address!: string;

  @ApiProperty({ type: 'integer', nullable: true, description: 'null: the port of the default settings' })
  port!: number | null;

  @ApiProperty({ type: 'integer', description: 'Own port, or that of the default settings' })
  effectivePort!: number;

  @ApiProperty({ type: String, format: 'uuid', isArray: true })
  groupIds!: AssetGroupId[];

  @ApiProperty({ type: String, format: 'uuid', nullable: true })
  adminAccountId!: AdminAccountId | null;

  @ApiProperty()
  active!: boolean;

  @ApiProperty()
  comment!: string;

  @ApiProperty({ type: String, isArray: true, description: 'Pinned host keys as OpenSSH lines' })
  hostKeys!: string[];

  @ApiProperty({ type: Date, nullable: true, description: 'When it last gave its facts; null: never' })
  factsCollectedAt!: Date | null;

  @ApiProperty({ type: Date })
  createdAt!: Date;

  @ApiProperty({ type: Date })
  updatedAt!: Date;
}

/** A page of assets. */
export class AssetPage extends PageOf(AssetView) {}
