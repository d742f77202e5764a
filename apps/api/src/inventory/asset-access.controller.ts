import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { AssetAccess } from '#libs/authorization';
import { AssetCatalog } from '#libs/inventory';
import type { AssetId } from '#libs/kernel';
import { Requires } from '../http/access.js';
import { IdParam } from '../http/id-param.js';
import { AssetAccessPage, AssetAccessQuery } from './asset-access.dto.js';

@ApiTags('assets')
@Controller('assets')
export class AssetAccessController {
  constructor(
    private readonly access: AssetAccess,
    private readonly assets: AssetCatalog,
  ) {}

  /** Who may log in now, as whom, by which rules: nobody to an inactive asset, nobody as who isn't pushed. */
  @Get(':id/access')
  @Requires('rules.read')
  @ApiOkResponse({ type: AssetAccessPage })
  async listAssetAccess(@IdParam() id: AssetId, @Query() query: AssetAccessQuery): Promise<AssetAccessPage> {
    const asset = await this.assets.get(id);
    return this.access.list(asset.id, query);
  }
}
