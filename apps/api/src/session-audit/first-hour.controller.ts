import { Body, Controller, Get, HttpCode, Put } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#libs/kernel';
import { FirstHour } from '#libs/session-audit';
import { Requires } from '../http/access.js';
import { CurrentActor, CurrentCaller, type Caller } from '../http/caller.js';
import { FirstHourView, SetFirstHour } from './first-hour.dto.js';

@ApiTags('settings')
@Controller('settings/first-hour')
export class FirstHourController {
  constructor(private readonly firstHour: FirstHour) {}

  @Get()
  @Requires('settings.write')
  @ApiOkResponse({ type: FirstHourView })
  getFirstHour(@CurrentCaller() { user }: Caller): Promise<FirstHourView> {
    return this.firstHour.state(user.id);
  }

  @Put()
  @HttpCode(204)
  @Requires('settings.write')
  @ApiNoContentResponse()
  setFirstHour(@CurrentActor() actor: Actor, @Body() body: SetFirstHour): Promise<void> {
    return this.firstHour.dismiss(actor, body.dismissed);
  }
}
