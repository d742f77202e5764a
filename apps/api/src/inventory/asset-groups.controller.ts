import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { AssetGroupTree } from '#libs/inventory';
import type { Actor, AssetGroupId } from '#libs/kernel';
import { Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import {
  AssetGroupListQuery,
  AssetGroupOutline,
  AssetGroupPage,
  AssetGroupView,
  CreateAssetGroup,
  UpdateAssetGroup,
} from './asset-group.dto.js';

@ApiTags('asset groups')
@Controller('asset-groups')
export class AssetGroupsController {
  constructor(private readonly groups: AssetGroupTree) {}

  @Get()
  @Requires('inventory.read')
  @ApiOkResponse({ type: AssetGroupPage })
  listAssetGroups(@Query() query: AssetGroupListQuery): Promise<AssetGroupPage> {
    return this.groups.list(query);
  }

  @Post()
  @Requires('inventory.write')
  @ApiCreatedResponse({ type: AssetGroupView })
  createAssetGroup(@CurrentActor() actor: Actor, @Body() body: CreateAssetGroup): Promise<AssetGroupView> {
    return this.groups.create(actor, body);
  }

  /** All groups at once, without their members. */
  @Get('outline')
  @Requires('inventory.read')
  @ApiOkResponse({ type: AssetGroupOutline })
  async getAssetGroupOutline(): Promise<AssetGroupOutline> {
    return { items: await this.groups.outline() };
  }

  @Get(':id')
  @Requires('inventory.read')
  @ApiOkResponse({ type: AssetGroupView })
  getAssetGroup(@IdParam() id: AssetGroupId): Promise<AssetGroupView> {
    return this.groups.get(id);
  }

  @Patch(':id')
  @Requires('inventory.write')
  @ApiOkResponse({ type: AssetGroupView })
  updateAssetGroup(
    @CurrentActor() actor: Actor,
    @IdParam() id: AssetGroupId,
    @Body() body: UpdateAssetGroup,
  ): Promise<AssetGroupView> {
    return this.groups.update(actor, id, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @Requires('inventory.write')
  @ApiNoContentResponse()
  deleteAssetGroup(@CurrentActor() actor: Actor, @IdParam() id: AssetGroupId): Promise<void> {
    return this.groups.remove(actor, id);
  }
}
