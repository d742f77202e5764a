import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { FactsSchedule } from '#libs/inventory';
import type { Actor } from '#libs/kernel';
import { Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { NightTimesBody } from '../runs/night-times.dto.js';

@ApiTags('settings')
@Controller('settings/facts')
export class FactsTimesController {
  constructor(private readonly schedule: FactsSchedule) {}

  @Get()
  @Requires('inventory.read')
  @ApiOkResponse({ type: NightTimesBody })
  getFactsTimes(): Promise<NightTimesBody> {
    return this.schedule.get();
  }

  @Put()
  @Requires('settings.write')
  @ApiOkResponse({ type: NightTimesBody })
  setFactsTimes(@CurrentActor() actor: Actor, @Body() body: NightTimesBody): Promise<NightTimesBody> {
    const { nightly, time } = body;
    return this.schedule.set(actor, { nightly, time });
  }
}
