import { Body, Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { ApiToken } from '#libs/database';
import { ApiTokenBook } from '#libs/identity';
import type { Actor } from '#libs/kernel';
import { ByLoginOnly, Requires } from '../http/access.js';
import { CurrentActor, CurrentCaller, type Caller } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import {
  ApiTokenList,
  apiTokenList,
  apiTokenView,
  CreateApiToken,
  MadeApiToken,
  toNewApiToken,
} from './api-token.dto.js';

@ApiTags('me')
@Controller('me/api-tokens')
export class MyApiTokensController {
  constructor(private readonly tokens: ApiTokenBook) {}

  @Get()
  @Requires('own.use')
  @ApiOkResponse({ type: ApiTokenList })
  async listMyApiTokens(
    @CurrentActor() actor: Actor,
    @CurrentCaller() { user }: Caller,
  ): Promise<ApiTokenList> {
    return apiTokenList(await this.tokens.list(actor, user.id));
  }

  @Post()
  @Requires('own.use')
  @ByLoginOnly()
  @ApiCreatedResponse({ type: MadeApiToken })
  async createMyApiToken(
    @CurrentActor() actor: Actor,
    @CurrentCaller() { user }: Caller,
    @Body() body: CreateApiToken,
  ): Promise<MadeApiToken> {
    const { token, secret } = await this.tokens.create(actor, user.id, toNewApiToken(body));
    return { ...apiTokenView(token), token: secret };
  }

  @Delete(':id')
  @HttpCode(204)
  @Requires('own.use')
  @ByLoginOnly()
  @ApiNoContentResponse()
  revokeMyApiToken(
    @CurrentActor() actor: Actor,
    @CurrentCaller() { user }: Caller,
    @IdParam() id: ApiToken['id'],
  ): Promise<void> {
    return this.tokens.revoke(actor, user.id, id);
  }
}
