import { Body, Controller, Get, Put } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Actor } from '#libs/kernel';
import { RetentionSettings, type RetentionPolicy } from '#libs/session-audit';
import { ByLoginOnly, Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { Whole } from '../http/fields.js';

const Days = (): PropertyDecorator =>
  Whole({ min: 1, max: 36_500, nullable: true, description: 'Days; null: kept for ever' });

/** How long what sessions and people leave behind is kept. */
export class RetentionSetting implements RetentionPolicy {
  @Days()
  recordingDays!: number | null;

  @Whole({
    min: 1,
    max: 1_000_000,
    nullable: true,
    description: 'GiB of all recordings together, the oldest go first; null: no limit',
  })
  recordingGibibytes!: number | null;

  @Days()
  sessionDays!: number | null;

  @Days()
  commandDays!: number | null;

  @Days()
  fileTransferDays!: number | null;

  @Days()
  loginDays!: number | null;

  @Days()
  operationDays!: number | null;

  @Days()
  batchDays!: number | null;
}

@ApiTags('settings')
@Controller('settings/retention')
export class RetentionController {
  constructor(private readonly settings: RetentionSettings) {}

  @Get()
  @Requires('settings.write')
  @ApiOkResponse({ type: RetentionSetting })
  getRetention(): Promise<RetentionSetting> {
    return this.settings.get();
  }

  @Put()
  @Requires('settings.write')
  @ByLoginOnly()
  @ApiOkResponse({ type: RetentionSetting })
  setRetention(@CurrentActor() actor: Actor, @Body() body: RetentionSetting): Promise<RetentionSetting> {
    return this.settings.set(actor, { ...body });
  }
}
