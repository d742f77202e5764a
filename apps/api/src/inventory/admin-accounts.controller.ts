import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { AdminAccountBook } from '#libs/inventory';
import type { Actor, AdminAccountId } from '#libs/kernel';
import { Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import {
  AdminAccountListQuery,
  AdminAccountPage,
  AdminAccountView,
  CreateAdminAccount,
  UpdateAdminAccount,
} from './admin-account.dto.js';

@ApiTags('admin accounts')
@Controller('admin-accounts')
export class AdminAccountsController {
  constructor(private readonly accounts: AdminAccountBook) {}

  @Get()
  @Requires('inventory.read')
  @ApiOkResponse({ type: AdminAccountPage })
  listAdminAccounts(@Query() query: AdminAccountListQuery): Promise<AdminAccountPage> {
    return this.accounts.list(query);
  }

  @Post()
  @Requires('inventory.write')
  @ApiCreatedResponse({ type: AdminAccountView })
  createAdminAccount(
    @CurrentActor() actor: Actor,
    @Body() body: CreateAdminAccount,
  ): Promise<AdminAccountView> {
    return this.accounts.create(actor, body);
  }

  @Get(':id')
  @Requires('inventory.read')
  @ApiOkResponse({ type: AdminAccountView })
  getAdminAccount(@IdParam() id: AdminAccountId): Promise<AdminAccountView> {
    return this.accounts.get(id);
  }

  @Patch(':id')
  @Requires('inventory.write')
  @ApiOkResponse({ type: AdminAccountView })
  updateAdminAccount(
    @CurrentActor() actor: Actor,
    @IdParam() id: AdminAccountId,
    @Body() body: UpdateAdminAccount,
  ): Promise<AdminAccountView> {
    return this.accounts.update(actor, id, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @Requires('inventory.write')
  @ApiNoContentResponse()
  deleteAdminAccount(@CurrentActor() actor: Actor, @IdParam() id: AdminAccountId): Promise<void> {
    return this.accounts.remove(actor, id);
  }
}
