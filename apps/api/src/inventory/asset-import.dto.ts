import { OmitType, PartialType } from '@nestjs/swagger';
import type { AssetImportFields } from '#libs/inventory';
import { Lines, Text } from '../http/fields.js';
import { AssetListQuery, CreateAsset } from './asset.dto.js';

/** A row of a spreadsheet of assets: as REST takes an asset, but what it refers to stands by its name. */
export class AssetRowFields
  extends PartialType(OmitType(CreateAsset, ['groupIds', 'adminAccountId', 'dataCenterId', 'hostKeys']), {
    skipNullProperties: false,
  })
  implements AssetImportFields
{
  @Lines(1_000, { optional: true, max: 100 })
  groups?: string[];

  @Text({ max: 128, optional: true, nullable: true })
  dataCenter?: string | null;

  @Text({ max: 128, optional: true, nullable: true })
  adminAccount?: string | null;
}

/** Which assets an export holds: those that a list with these filters shows, in its order. */
export class AssetExportFilter extends OmitType(AssetListQuery, ['page', 'pageSize']) {}
