import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { SudoAliasBook } from '#libs/push';
import type { Actor, SudoAliasId } from '#libs/kernel';
import { Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import {
  CreateSudoAlias,
  SudoAliasListQuery,
  SudoAliasPage,
  SudoAliasView,
  UpdateSudoAlias,
} from './sudo-alias.dto.js';

@ApiTags('sudo aliases')
@Controller('sudo-aliases')
export class SudoAliasesController {
  constructor(private readonly sudoAliases: SudoAliasBook) {}

  @Get()
  @Requires('system-users.read')
  @ApiOkResponse({ type: SudoAliasPage })
  listSudoAliases(@Query() query: SudoAliasListQuery): Promise<SudoAliasPage> {
    return this.sudoAliases.list(query);
  }

  @Post()
  @Requires('system-users.write')
  @ApiCreatedResponse({ type: SudoAliasView })
  createSudoAlias(@CurrentActor() actor: Actor, @Body() body: CreateSudoAlias): Promise<SudoAliasView> {
    return this.sudoAliases.create(actor, body);
  }

  @Get(':id')
  @Requires('system-users.read')
  @ApiOkResponse({ type: SudoAliasView })
  getSudoAlias(@IdParam() id: SudoAliasId): Promise<SudoAliasView> {
    return this.sudoAliases.get(id);
  }

  @Patch(':id')
  @Requires('system-users.write')
  @ApiOkResponse({ type: SudoAliasView })
  updateSudoAlias(
    @CurrentActor() actor: Actor,
    @IdParam() id: SudoAliasId,
    @Body() body: UpdateSudoAlias,
  ): Promise<SudoAliasView> {
    return this.sudoAliases.update(actor, id, body);
  }

  @Delete(':id')
  @HttpCode(204)
  @Requires('system-users.write')
  @ApiNoContentResponse()
  deleteSudoAlias(@CurrentActor() actor: Actor, @IdParam() id: SudoAliasId): Promise<void> {
    return this.sudoAliases.remove(actor, id);
  }
}
