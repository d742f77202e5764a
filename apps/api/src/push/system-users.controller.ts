import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query, Res } from '@nestjs/common';
import type { Response } from 'express';
import {
  ApiAcceptedResponse,
  ApiCreatedResponse,
  ApiNoContentResponse,
  ApiOkResponse,
  ApiTags,
} from '@nestjs/swagger';
import { SystemUserBook } from '#libs/push';
import type { Actor, SystemUserId } from '#libs/kernel';
import { Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import {
  AcceptedRemoval,
  CreateSystemUser,
  DeleteSystemUserQuery,
  SystemUserListQuery,
  SystemUserPage,
  SystemUserView,
  UpdateSystemUser,
} from './system-user.dto.js';

@ApiTags('system users')
@Controller('system-users')
export class SystemUsersController {
  constructor(private readonly systemUsers: SystemUserBook) {}

  @Get()
  @Requires('system-users.read')
  @ApiOkResponse({ type: SystemUserPage })
  listSystemUsers(@Query() query: SystemUserListQuery): Promise<SystemUserPage> {
    return this.systemUsers.list(query);
  }

  @Post()
  @Requires('system-users.write')
  @ApiCreatedResponse({ type: SystemUserView })
  createSystemUser(@CurrentActor() actor: Actor, @Body() body: CreateSystemUser): Promise<SystemUserView> {
    return this.systemUsers.create(actor, body);
  }

  @Get(':id')
  @Requires('system-users.read')
  @ApiOkResponse({ type: SystemUserView })
  getSystemUser(@IdParam() id: SystemUserId): Promise<SystemUserView> {
    return this.systemUsers.get(id);
  }

  @Patch(':id')
  @Requires('system-users.write')
  @ApiOkResponse({ type: SystemUserView })
  updateSystemUser(
    @CurrentActor() actor: Actor,
    @IdParam() id: SystemUserId,
    @Body() body: UpdateSystemUser,
  ): Promise<SystemUserView> {
    return this.systemUsers.update(actor, id, body);
  }

  /** Without `recycle` accounts on assets stay. With it the system user goes when the push has taken it back everywhere. */
  @Delete(':id')
  @HttpCode(204)
  @Requires('system-users.write')
  @ApiNoContentResponse({ description: 'Without: it is gone' })
  @ApiAcceptedResponse({ type: AcceptedRemoval, description: 'With `recycle`' })
  async deleteSystemUser(
    @CurrentActor() actor: Actor,
    @IdParam() id: SystemUserId,
    @Query() { recycle = false }: DeleteSystemUserQuery,
    @Res({ passthrough: true }) response: Response,
  ): Promise<AcceptedRemoval | undefined> {
    if (!recycle) {
      await this.systemUsers.remove(actor, id);
      return undefined;
    }
    response.status(202);
    return { pushId: await this.systemUsers.removeEverywhere(actor, id) };
  }
}
