import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { SessionId } from '#libs/kernel';
import { CommandArchive } from '#libs/session-audit';
import { Requires } from '../http/access.js';
import { IdParam } from '../http/id-param.js';
import { CommandListQuery, CommandPage, CommandSearchPage, SessionCommandListQuery } from './command.dto.js';

@ApiTags('commands')
@Controller()
export class CommandsController {
  constructor(private readonly archive: CommandArchive) {}

  @Get('commands')
  @Requires('audit.read')
  @ApiOkResponse({ type: CommandSearchPage })
  listCommands(@Query() query: CommandListQuery): Promise<CommandSearchPage> {
    return this.archive.search(query);
  }

  @Get('sessions/:id/commands')
  @Requires('audit.read')
  @ApiOkResponse({ type: CommandPage })
  listSessionCommands(
    @IdParam() id: SessionId,
    @Query() query: SessionCommandListQuery,
  ): Promise<CommandPage> {
    return this.archive.listOf(id, query);
  }
}
