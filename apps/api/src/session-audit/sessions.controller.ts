import { Controller, Get, HttpCode, Post, Query, StreamableFile } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { Actor, SessionId } from '#libs/kernel';
import { SessionArchive } from '#libs/session-audit';
import { Requires } from '../http/access.js';
import { CurrentActor, CurrentCaller, type Caller } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import {
  MySessionListQuery,
  SessionDetail,
  SessionListQuery,
  SessionPage,
  sessionView,
} from './session.dto.js';

/** Media type of asciicast v2. */
const ASCIICAST = 'application/x-asciicast';

@ApiTags('sessions')
@Controller()
export class SessionsController {
  constructor(private readonly archive: SessionArchive) {}

  @Get('sessions')
  @Requires('audit.read')
  @ApiOkResponse({ type: SessionPage })
  async listSessions(@Query() query: SessionListQuery): Promise<SessionPage> {
    const page = await this.archive.list(query);
    return { ...page, items: page.items.map(sessionView) };
  }

  @Get('me/sessions')
  @Requires('own.use')
  @ApiOkResponse({ type: SessionPage })
  async listMySessions(
    @CurrentCaller() { user }: Caller,
    @Query() query: MySessionListQuery,
  ): Promise<SessionPage> {
    const page = await this.archive.list({ ...query, userId: user.id });
    return { ...page, items: page.items.map(sessionView) };
  }

  @Get('sessions/:id')
  @Requires('audit.read')
  @ApiOkResponse({ type: SessionDetail })
  async getSession(@IdParam() id: SessionId): Promise<SessionDetail> {
    const session = sessionView(await this.archive.get(id));
    return { ...session, gaps: await this.archive.gapsOf(id) };
  }

  @Post('sessions/:id/terminate')
  @HttpCode(204)
  @Requires('sessions.terminate')
  @ApiNoContentResponse({ description: 'The gateway was told; the session ends within a second' })
  terminateSession(@CurrentActor() actor: Actor, @IdParam() id: SessionId): Promise<void> {
    return this.archive.terminate(actor, id);
  }

  @Get('sessions/:id/recording')
  @Requires('audit.read')
  @ApiProduces(ASCIICAST)
  @ApiOkResponse({ schema: { type: 'string', format: 'binary' }, description: 'asciicast v2' })
  async getRecording(@CurrentActor() actor: Actor, @IdParam() id: SessionId): Promise<StreamableFile> {
    const recording = await this.archive.openRecording(actor, id);
    return new StreamableFile(recording, {
      type: ASCIICAST,
      disposition: `attachment; filename="${id}.cast"`,
    });
  }
}
