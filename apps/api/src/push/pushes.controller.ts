import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiAcceptedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Actor, PushId } from '#libs/kernel';
import { PushPlanner } from '#libs/push';
import { Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import {
  AcceptedPush,
  CreatePush,
  PushAgain,
  PushDetailView,
  PushHistoryPage,
  PushHistoryQuery,
  PushListQuery,
  PushPage,
  PushRecordListQuery,
  PushRecordPage,
} from './push.dto.js';

@ApiTags('pushes')
@Controller()
export class PushesController {
  constructor(private readonly pushes: PushPlanner) {}

  @Get('pushes')
  @Requires('system-users.read')
  @ApiOkResponse({ type: PushPage })
  listPushes(@Query() query: PushListQuery): Promise<PushPage> {
    return this.pushes.list(query);
  }

  @Post('pushes')
  @HttpCode(202)
  @Requires('system-users.write')
  @ApiAcceptedResponse({ type: AcceptedPush })
  async createPush(@CurrentActor() actor: Actor, @Body() body: CreatePush): Promise<AcceptedPush> {
    return { id: await this.pushes.push(actor, body) };
  }

  @Get('pushes/:id')
  @Requires('system-users.read')
  @ApiOkResponse({ type: PushDetailView })
  getPush(@IdParam() id: PushId): Promise<PushDetailView> {
    return this.pushes.get(id);
  }

  @Post('pushes/:id/again')
  @HttpCode(202)
  @Requires('system-users.write')
  @ApiAcceptedResponse({ type: AcceptedPush })
  async pushAgain(
    @CurrentActor() actor: Actor,
    @IdParam() id: PushId,
    @Body() body: PushAgain,
  ): Promise<AcceptedPush> {
    return { id: await this.pushes.again(actor, id, body.assetIds) };
  }

  @Post('pushes/:id/stop')
  @HttpCode(204)
  @Requires('system-users.write')
  @ApiNoContentResponse()
  stopPush(@CurrentActor() actor: Actor, @IdParam() id: PushId): Promise<void> {
    return this.pushes.stop(actor, id);
  }

  @Get('push-history')
  @Requires('system-users.read')
  @ApiOkResponse({ type: PushHistoryPage })
  listPushHistory(@Query() query: PushHistoryQuery): Promise<PushHistoryPage> {
    return this.pushes.history(query);
  }

  @Get('push-records')
  @Requires('system-users.read')
  @ApiOkResponse({ type: PushRecordPage })
  listPushRecords(@Query() query: PushRecordListQuery): Promise<PushRecordPage> {
    return this.pushes.records(query);
  }
}
