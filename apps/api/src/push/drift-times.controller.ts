import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { DriftSchedule } from '#libs/push';
import type { Actor } from '#libs/kernel';
import { Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { NightTimesBody } from '../runs/night-times.dto.js';

@ApiTags('settings')
@Controller('settings/drift')
export class DriftTimesController {
  constructor(private readonly schedule: DriftSchedule) {}

  @Get()
  @Requires('system-users.read')
  @ApiOkResponse({ type: NightTimesBody })
  getDriftTimes(): Promise<NightTimesBody> {
    return this.schedule.get();
  }

  @Put()
  @Requires('settings.write')
  @ApiOkResponse({ type: NightTimesBody })
  setDriftTimes(@CurrentActor() actor: Actor, @Body() body: NightTimesBody): Promise<NightTimesBody> {
    const { nightly, time } = body;
    return this.schedule.set(actor, { nightly, time });
  }
}
