import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { UserGroupDirectory } from '#libs/identity';
import type { Actor, UserGroupId } from '#libs/kernel';
import { Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import {
  CreateUserGroup,
  UpdateUserGroup,
  UserGroupIds,
  UserGroupListQuery,
  UserGroupPage,
  userGroupView,
  UserGroupView,
} from './user-group.dto.js';

@ApiTags('user groups')
@Controller('user-groups')
export class UserGroupsController {
  constructor(private readonly groups: UserGroupDirectory) {}

  @Get()
  @Requires('members.read')
  @ApiOkResponse({ type: UserGroupPage })
  async listUserGroups(
    @CurrentActor() actor: Actor,
    @Query() query: UserGroupListQuery,
  ): Promise<UserGroupPage> {
    const { items, total } = await this.groups.list(actor, query);
    return { items: items.map(userGroupView), total };
  }

  @Post()
  @Requires('users.write')
  @ApiCreatedResponse({ type: UserGroupView })
  async createUserGroup(@CurrentActor() actor: Actor, @Body() body: CreateUserGroup): Promise<UserGroupView> {
    return userGroupView(await this.groups.create(actor, body));
  }

  @Post('delete')
  @HttpCode(204)
  @Requires('users.write')
  @ApiNoContentResponse()
  deleteUserGroups(@CurrentActor() actor: Actor, @Body() body: UserGroupIds): Promise<void> {
    return this.groups.delete(actor, body.ids);
  }

  @Get(':id')
  @Requires('members.read')
  @ApiOkResponse({ type: UserGroupView })
  async getUserGroup(@CurrentActor() actor: Actor, @IdParam() id: UserGroupId): Promise<UserGroupView> {
    return userGroupView(await this.groups.get(actor, id));
  }

  @Patch(':id')
  @Requires('members.write')
  @ApiOkResponse({ type: UserGroupView })
  async updateUserGroup(
    @CurrentActor() actor: Actor,
    @IdParam() id: UserGroupId,
    @Body() body: UpdateUserGroup,
  ): Promise<UserGroupView> {
    return userGroupView(await this.groups.update(actor, id, body));
  }

  @Delete(':id')
  @HttpCode(204)
  @Requires('users.write')
  @ApiNoContentResponse()
  deleteUserGroup(@CurrentActor() actor: Actor, @IdParam() id: UserGroupId): Promise<void> {
    return this.groups.deleteOne(actor, id);
  }
}
