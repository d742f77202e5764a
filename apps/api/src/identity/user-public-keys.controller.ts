import { Body, Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { PublicKey } from '#libs/database';
import { PublicKeyBook } from '#libs/identity';
import type { Actor, UserId } from '#libs/kernel';
import { ByLoginOnly, Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import {
  CreatePublicKey,
  GeneratePublicKey,
  MadeKeyView,
  madeKeyView,
  PublicKeyList,
  publicKeyList,
  PublicKeyView,
  publicKeyView,
  RenewedKeyView,
  renewedKeyView,
  RenewPublicKey,
} from './public-key.dto.js';

@ApiTags('users')
@Controller('users/:id/public-keys')
export class UserPublicKeysController {
  constructor(private readonly keys: PublicKeyBook) {}

  @Get()
  @Requires('members.read')
  @ApiOkResponse({ type: PublicKeyList })
  async listUserPublicKeys(@CurrentActor() actor: Actor, @IdParam() userId: UserId): Promise<PublicKeyList> {
    return publicKeyList(await this.keys.list(actor, userId));
  }

  @Post()
  @Requires('members.write')
  @ByLoginOnly()
  @ApiCreatedResponse({ type: PublicKeyView })
  async createUserPublicKey(
    @CurrentActor() actor: Actor,
    @IdParam() userId: UserId,
    @Body() body: CreatePublicKey,
  ): Promise<PublicKeyView> {
    return publicKeyView(await this.keys.add(actor, userId, body.publicKey, body.name));
  }

  @Post('generate')
  @Requires('members.write')
  @ByLoginOnly()
  @ApiCreatedResponse({ type: MadeKeyView })
  async generateUserPublicKey(
    @CurrentActor() actor: Actor,
    @IdParam() userId: UserId,
    @Body() body: GeneratePublicKey,
  ): Promise<MadeKeyView> {
    return madeKeyView(await this.keys.generate(actor, userId, body.name, body.passphrase));
  }

  @Post(':keyId/renew')
  @Requires('members.write')
  @ByLoginOnly()
  @ApiCreatedResponse({ type: RenewedKeyView })
  async renewUserPublicKey(
    @CurrentActor() actor: Actor,
    @IdParam() userId: UserId,
    @IdParam('keyId') keyId: PublicKey['id'],
    @Body() body: RenewPublicKey,
  ): Promise<RenewedKeyView> {
    return renewedKeyView(await this.keys.renew(actor, userId, keyId, body));
  }

  @Delete(':keyId')
  @HttpCode(204)
  @Requires('members.write')
  @ByLoginOnly()
  @ApiNoContentResponse()
  deleteUserPublicKey(
    @CurrentActor() actor: Actor,
    @IdParam() userId: UserId,
    @IdParam('keyId') keyId: PublicKey['id'],
  ): Promise<void> {
    return this.keys.remove(actor, userId, keyId);
  }
}
