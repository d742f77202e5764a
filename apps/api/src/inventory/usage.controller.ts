import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { AssetUsage } from '#libs/authorization';
import type { AdminAccountId, AssetGroupId, DataCenterId } from '#libs/kernel';
import { Requires } from '../http/access.js';
import { IdParam } from '../http/id-param.js';
import { ChosenAssets } from './batch-edit.dto.js';
import { UsageView } from './usage.dto.js';

@ApiTags('usage')
@Controller()
export class UsageController {
  constructor(private readonly usage: AssetUsage) {}

  /** What hangs on these assets: to be told before they are deleted. Changes nothing. */
  @Post('assets/usage')
  @HttpCode(200)
  @Requires('inventory.read')
  @ApiOkResponse({ type: UsageView })
  getAssetUsage(@Body() body: ChosenAssets): Promise<UsageView> {
    return this.usage.ofAssets(body);
  }

  @Get('asset-groups/:id/usage')
  @Requires('inventory.read')
  @ApiOkResponse({ type: UsageView })
  getAssetGroupUsage(@IdParam() id: AssetGroupId): Promise<UsageView> {
    return this.usage.ofGroup(id);
  }

  @Get('data-centers/:id/usage')
  @Requires('inventory.read')
  @ApiOkResponse({ type: UsageView })
  getDataCenterUsage(@IdParam() id: DataCenterId): Promise<UsageView> {
    return this.usage.ofDataCenter(id);
  }

  @Get('admin-accounts/:id/usage')
  @Requires('inventory.read')
  @ApiOkResponse({ type: UsageView })
  getAdminAccountUsage(@IdParam() id: AdminAccountId): Promise<UsageView> {
    return this.usage.ofAdminAccount(id);
  }
}
