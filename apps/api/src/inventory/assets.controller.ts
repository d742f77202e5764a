import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { AssetCatalog, BatchEditor } from '#libs/inventory';
import type { Actor, AssetId } from '#libs/kernel';
import { Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import { AssetListQuery, AssetPage, AssetView, CreateAsset, UpdateAsset } from './asset.dto.js';
import { BatchOutcomeView, DeleteAssets, EditAssets } from './batch-edit.dto.js';

@ApiTags('assets')
@Controller('assets')
export class AssetsController {
  constructor(
    private readonly assets: AssetCatalog,
    private readonly batch: BatchEditor,
  ) {}

  @Get()
  @Requires('inventory.read')
  @ApiOkResponse({ type: AssetPage })
  listAssets(@Query() query: AssetListQuery): Promise<AssetPage> {
    return this.assets.list(query);
  }

  @Post()
  @Requires('inventory.write')
  @ApiCreatedResponse({ type: AssetView })
  createAsset(@CurrentActor() actor: Actor, @Body() body: CreateAsset): Promise<AssetView> {
    return this.assets.create(actor, body);
  }

  /** Changes many assets at once: only what is given, in one transaction. */
  @Patch()
  @Requires('inventory.write')
  @ApiOkResponse({ type: BatchOutcomeView })
  editAssets(@CurrentActor() actor: Actor, @Body() body: EditAssets): Promise<BatchOutcomeView> {
    return this.batch.edit(actor, body);
  }

  @Post('delete')
  @HttpCode(204)
  @Requires('inventory.write')
  @ApiNoContentResponse()
  deleteAssets(@CurrentActor() actor: Actor, @Body() body: DeleteAssets): Promise<void> {
    return this.assets.removeAll(actor, body);
  }

  @Get(':id')
  @Requires('inventory.read')
  @ApiOkResponse({ type: AssetView })
  getAsset(@IdParam() id: AssetId): Promise<AssetView> {
    return this.assets.get(id);
  }

  @Patch(':id')
  @Requires('inventory.write')
  @ApiOkResponse({ type: AssetView })
  updateAsset(
    @CurrentActor() actor: Actor,
    @IdParam() id: AssetId,
    @Body() body: UpdateAsset,
  ): Promise<AssetView> {
    return this.assets.update(actor, id, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @Requires('inventory.write')
  @ApiNoContentResponse()
  deleteAsset(@CurrentActor() actor: Actor, @IdParam() id: AssetId): Promise<void> {
    return this.assets.remove(actor, id);
  }
}
