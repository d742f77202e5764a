import { Body, Controller, Delete, Get, HttpCode, Patch, Post, Query } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { UserAccess } from '#libs/authorization';
import { UserDirectory } from '#libs/identity';
import type { Actor, UserId } from '#libs/kernel';
import { ByLoginOnly, Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import {
  CreatedUser,
  CreateUser,
  DeleteUsers,
  OneTimePassword,
  toUserChanges,
  UpdateUser,
  UserListQuery,
  UserPage,
  userView,
  UserView,
} from './user.dto.js';

@ApiTags('users')
@Controller('users')
export class UsersController {
  constructor(
    private readonly users: UserDirectory,
    private readonly access: UserAccess,
  ) {}

  @Get()
  @Requires('members.read')
  @ApiOkResponse({ type: UserPage })
  async listUsers(@CurrentActor() actor: Actor, @Query() query: UserListQuery): Promise<UserPage> {
    const { items, total } = await this.users.list(actor, query);
    if (!query.withAssetCount) return { items: items.map(userView), total };
    const counts = await this.access.countAssets(items.map(({ id }) => id));
    return {
      items: items.map((user) => ({ ...userView(user), assetCount: counts.get(user.id) ?? 0 })),
      total,
    };
  }

  @Post()
  @Requires('members.write')
  @ApiCreatedResponse({ type: CreatedUser })
  async createUser(@CurrentActor() actor: Actor, @Body() body: CreateUser): Promise<CreatedUser> {
    const { user, oneTimePassword } = await this.users.create(actor, toUserChanges(body));
    return { ...userView(user), ...(oneTimePassword !== null && { oneTimePassword }) };
  }

  @Post('delete')
  @HttpCode(204)
  @Requires('members.write')
  @ApiNoContentResponse()
  deleteUsers(@CurrentActor() actor: Actor, @Body() body: DeleteUsers): Promise<void> {
    return this.users.delete(actor, body.ids);
  }

  @Get(':id')
  @Requires('members.read')
  @ApiOkResponse({ type: UserView })
  async getUser(@CurrentActor() actor: Actor, @IdParam() id: UserId): Promise<UserView> {
    const user = await this.users.get(actor, id);
    return { ...userView(user), lockedUntil: await this.users.lockedUntil(actor, id) };
  }

  @Patch(':id')
  @Requires('members.write')
  @ApiOkResponse({ type: UserView })
  async updateUser(
    @CurrentActor() actor: Actor,
    @IdParam() id: UserId,
    @Body() body: UpdateUser,
  ): Promise<UserView> {
    return userView(await this.users.update(actor, id, toUserChanges(body)));
  }

  @Delete(':id')
  @HttpCode(204)
  @Requires('members.write')
  @ApiNoContentResponse()
  deleteUser(@CurrentActor() actor: Actor, @IdParam() id: UserId): Promise<void> {
    return this.users.deleteOne(actor, id);
  }

  @Post(':id/one-time-password')
  @HttpCode(200)
  @Requires('members.write')
  @ByLoginOnly()
  @ApiOkResponse({ type: OneTimePassword })
  async resetUserPassword(@CurrentActor() actor: Actor, @IdParam() id: UserId): Promise<OneTimePassword> {
    return { oneTimePassword: await this.users.resetPassword(actor, id) };
  }

  @Post(':id/unlock')
  @HttpCode(204)
  @Requires('members.write')
  @ApiNoContentResponse()
  unlockUser(@CurrentActor() actor: Actor, @IdParam() id: UserId): Promise<void> {
    return this.users.unlock(actor, id);
  }
}
