import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { AssetCatalog, ChangeLog } from '#libs/inventory';
import type { AssetId } from '#libs/kernel';
import { Requires } from '../http/access.js';
import { IdParam } from '../http/id-param.js';
import { AssetChangeListQuery, AssetChangePage, ChangesOfAssetQuery } from './asset-change.dto.js';

@ApiTags('assets')
@Controller()
export class AssetChangesController {
  constructor(
    private readonly changes: ChangeLog,
    private readonly assets: AssetCatalog,
  ) {}

  /** Newest first; those of deleted assets too. */
  @Get('asset-changes')
  @Requires('inventory.read')
  @ApiOkResponse({ type: AssetChangePage })
  listAssetChanges(@Query() query: AssetChangeListQuery): Promise<AssetChangePage> {
    return this.changes.list(query);
  }

  /** Newest first. */
  @Get('assets/:id/changes')
  @Requires('inventory.read')
  @ApiOkResponse({ type: AssetChangePage })
  async listChangesOfAsset(
    @IdParam() id: AssetId,
    @Query() query: ChangesOfAssetQuery,
  ): Promise<AssetChangePage> {
    const { id: assetId } = await this.assets.get(id);
    return this.changes.list({ ...query, assetId });
  }
}
