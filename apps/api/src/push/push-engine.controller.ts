import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { RUN_ENGINES, type RunEngine } from '#libs/contracts';
import type { Actor } from '#libs/kernel';
import { PushEngineSettings } from '#libs/push';
import { Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';

/** Which engine carries out pushes: nothing but SSH, or Ansible. */
export class PushEngineSetting {
  @ApiProperty({ enum: RUN_ENGINES, enumName: 'RunEngine' })
  @IsIn(RUN_ENGINES)
  engine!: RunEngine;
}

@ApiTags('settings')
@Controller('settings/push-engine')
export class PushEngineController {
  constructor(private readonly settings: PushEngineSettings) {}

  @Get()
  @Requires('settings.write')
  @ApiOkResponse({ type: PushEngineSetting })
  getPushEngine(): Promise<PushEngineSetting> {
    return this.settings.get();
  }

  @Put()
  @Requires('settings.write')
  @ApiOkResponse({ type: PushEngineSetting })
  setPushEngine(@CurrentActor() actor: Actor, @Body() body: PushEngineSetting): Promise<PushEngineSetting> {
    return this.settings.set(actor, body);
  }
}
