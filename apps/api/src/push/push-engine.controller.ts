import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOkResponse, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsIn } from 'class-validator';
import { RUN_ENGINES, type RunEngine } from '#libs/contracts';
import type { Actor } from '#libs/kernel';
import { ANSIBLE_LIMIT, PushEngineSettings, type PushEngineChange, type PushEngineChoice } from '#libs/push';
import { Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { Whole } from '../http/fields.js';

/** Which engine carries out pushes: nothing but SSH, or Ansible. */
export class ChangePushEngine implements PushEngineChange {
  @ApiProperty({ enum: RUN_ENGINES, enumName: 'RunEngine' })
  @IsIn(RUN_ENGINES)
  engine!: RunEngine;

  @Whole({
    ...ANSIBLE_LIMIT,
    optional: true,
    description: 'Longest time for one asset by Ansible, in seconds. Absent: it stays.',
  })
  ansibleLimitSeconds?: number;
}

/** The settings of the push engine. */
export class PushEngineSetting implements PushEngineChoice {
  @ApiProperty({ enum: RUN_ENGINES, enumName: 'RunEngine' })
  engine!: RunEngine;

  @ApiProperty({ type: 'integer', description: 'Longest time for one asset by Ansible, in seconds' })
  ansibleLimitSeconds!: number;
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
  setPushEngine(@CurrentActor() actor: Actor, @Body() body: ChangePushEngine): Promise<PushEngineSetting> {
    return this.settings.set(actor, body);
  }
}
