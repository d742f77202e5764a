import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#libs/kernel';
import { MonitorSettings, type MonitorPolicy } from '#libs/session-audit';
import { Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { Flag } from '../http/fields.js';

/** What the live monitor does for those who are watched. */
export class MonitorSetting implements MonitorPolicy {
  @Flag({ description: 'A line in the terminal tells its user when somebody begins to watch' })
  tellsWatched!: boolean;
}

@ApiTags('settings')
@Controller('settings/monitor')
export class MonitorSettingsController {
  constructor(private readonly settings: MonitorSettings) {}

  @Get()
  @Requires('settings.write')
  @ApiOkResponse({ type: MonitorSetting })
  getMonitor(): Promise<MonitorSetting> {
    return this.settings.get();
  }

  @Put()
  @Requires('settings.write')
  @ApiOkResponse({ type: MonitorSetting })
  setMonitor(@CurrentActor() actor: Actor, @Body() body: MonitorSetting): Promise<MonitorSetting> {
    return this.settings.set(actor, body);
  }
}
