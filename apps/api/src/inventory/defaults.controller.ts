import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { DefaultSettings, SSH_PORT } from '#libs/inventory';
import type { Actor } from '#libs/kernel';
import { Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { DefaultsView, SetDefaults } from './defaults.dto.js';

@ApiTags('settings')
@Controller('settings/defaults')
export class DefaultsController {
  constructor(private readonly defaults: DefaultSettings) {}

  @Get()
  @Requires('inventory.read')
  @ApiOkResponse({ type: DefaultsView })
  getDefaults(): Promise<DefaultsView> {
    return this.defaults.get();
  }

  @Put()
  @Requires('settings.write')
  @ApiOkResponse({ type: DefaultsView })
  setDefaults(@CurrentActor() actor: Actor, @Body() body: SetDefaults): Promise<DefaultsView> {
    const { port = SSH_PORT, adminAccountId = null } = body;
    return this.defaults.set(actor, { port, adminAccountId });
  }
}
