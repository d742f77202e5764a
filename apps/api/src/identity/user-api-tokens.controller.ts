import { Controller, Delete, Get, HttpCode } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { ApiToken } from '#libs/database';
import { ApiTokenBook } from '#libs/identity';
import type { Actor, UserId } from '#libs/kernel';
import { ByLoginOnly, Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import { ApiTokenList, apiTokenList } from './api-token.dto.js';

@ApiTags('users')
@Controller('users/:id/api-tokens')
export class UserApiTokensController {
  constructor(private readonly tokens: ApiTokenBook) {}

  @Get()
  @Requires('members.read')
  @ApiOkResponse({ type: ApiTokenList })
  async listUserApiTokens(@CurrentActor() actor: Actor, @IdParam() userId: UserId): Promise<ApiTokenList> {
    return apiTokenList(await this.tokens.list(actor, userId));
  }

  @Delete(':tokenId')
  @HttpCode(204)
  @Requires('members.write')
  @ByLoginOnly()
  @ApiNoContentResponse()
  revokeUserApiToken(
    @CurrentActor() actor: Actor,
    @IdParam() userId: UserId,
    @IdParam('tokenId') tokenId: ApiToken['id'],
  ): Promise<void> {
    return this.tokens.revoke(actor, userId, tokenId);
  }
}
