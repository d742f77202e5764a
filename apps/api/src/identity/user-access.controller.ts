import { Controller, Get, Query } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { UserAccess } from '#libs/authorization';
import { UserDirectory } from '#libs/identity';
import type { Actor, UserId } from '#libs/kernel';
import { Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import { UserAccessPage, UserAccessQuery } from './user-access.dto.js';

@ApiTags('users')
@Controller('users')
export class UserAccessController {
  constructor(
    private readonly access: UserAccess,
    private readonly users: UserDirectory,
  ) {}

  /** What the user may reach now, as whom, by which rules: nothing of a user who is disabled or has ended. */
  @Get(':id/access')
  @Requires('rules.read')
  @ApiOkResponse({ type: UserAccessPage })
  async listUserAccess(
    @CurrentActor() actor: Actor,
    @IdParam() id: UserId,
    @Query() query: UserAccessQuery,
  ): Promise<UserAccessPage> {
    const user = await this.users.get(actor, id);
    return this.access.list(user.id, query);
  }
}
