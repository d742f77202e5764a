import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { UserUsage } from '#libs/authorization';
import type { Actor, UserGroupId } from '#libs/kernel';
import { Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import { UserGroupIds } from './user-group.dto.js';
import { UserUsageView } from './user-usage.dto.js';
import { DeleteUsers } from './user.dto.js';

@ApiTags('usage')
@Controller()
export class UserUsageController {
  constructor(private readonly usage: UserUsage) {}

  /** What goes with these users: to be told before they are deleted. Changes nothing. */
  @Post('users/usage')
  @HttpCode(200)
  @Requires('members.write')
  @ApiOkResponse({ type: UserUsageView })
  getUserUsage(@CurrentActor() actor: Actor, @Body() body: DeleteUsers): Promise<UserUsageView> {
    return this.usage.ofUsers(actor, body.ids);
  }

  /** The same of user groups. */
  @Post('user-groups/usage')
  @HttpCode(200)
  @Requires('users.write')
  @ApiOkResponse({ type: UserUsageView })
  getUserGroupsUsage(@Body() body: UserGroupIds): Promise<UserUsageView> {
    return this.usage.ofUserGroups(body.ids);
  }

  @Get('user-groups/:id/usage')
  @Requires('users.write')
  @ApiOkResponse({ type: UserUsageView })
  getUserGroupUsage(@IdParam() id: UserGroupId): Promise<UserUsageView> {
    return this.usage.ofUserGroup(id);
  }
}
