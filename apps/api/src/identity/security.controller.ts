import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { SecuritySettings } from '#libs/identity';
import type { Actor } from '#libs/kernel';
import { ByLoginOnly, Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { SecurityView, SetSecurity } from './second-factor.dto.js';

@ApiTags('settings')
@Controller('settings/security')
export class SecurityController {
  constructor(private readonly settings: SecuritySettings) {}

  @Get()
  @Requires('settings.write')
  @ApiOkResponse({ type: SecurityView })
  getSecurity(): Promise<SecurityView> {
    return this.settings.get();
  }

  @Put()
  @Requires('settings.write')
  @ByLoginOnly()
  @ApiOkResponse({ type: SecurityView })
  setSecurity(@CurrentActor() actor: Actor, @Body() body: SetSecurity): Promise<SecurityView> {
    const { secondFactorFor, secondFactorRoles = [] } = body;
    return this.settings.set(actor, { secondFactorFor, secondFactorRoles });
  }
}
