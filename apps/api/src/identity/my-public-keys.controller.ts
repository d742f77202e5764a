import { Body, Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { ApiCreatedResponse, ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { PublicKey } from '#libs/database';
import { PublicKeyBook } from '#libs/identity';
import type { Actor } from '#libs/kernel';
import { ByLoginOnly, Requires } from '../http/access.js';
import { CurrentActor, CurrentCaller, type Caller } from '../http/caller.js';
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

@ApiTags('me')
@Controller('me/public-keys')
export class MyPublicKeysController {
  constructor(private readonly keys: PublicKeyBook) {}

  @Get()
  @Requires('own.use')
  @ApiOkResponse({ type: PublicKeyList })
  async listMyPublicKeys(
    @CurrentActor() actor: Actor,
    @CurrentCaller() { user }: Caller,
  ): Promise<PublicKeyList> {
    return publicKeyList(await this.keys.list(actor, user.id));
  }

  @Post()
  @Requires('own.use')
  @ByLoginOnly()
  @ApiCreatedResponse({ type: PublicKeyView })
  async createMyPublicKey(
    @CurrentActor() actor: Actor,
    @CurrentCaller() { user }: Caller,
    @Body() body: CreatePublicKey,
  ): Promise<PublicKeyView> {
    return publicKeyView(await this.keys.add(actor, user.id, body.publicKey, body.name));
  }

  @Post('generate')
  @Requires('own.use')
  @ByLoginOnly()
  @ApiCreatedResponse({ type: MadeKeyView })
  async generateMyPublicKey(
    @CurrentActor() actor: Actor,
    @CurrentCaller() { user }: Caller,
    @Body() body: GeneratePublicKey,
  ): Promise<MadeKeyView> {
    return madeKeyView(await this.keys.generate(actor, user.id, body.name, body.passphrase));
  }

  @Post(':id/renew')
  @Requires('own.use')
  @ByLoginOnly()
  @ApiCreatedResponse({ type: RenewedKeyView })
  async renewMyPublicKey(
    @CurrentActor() actor: Actor,
    @CurrentCaller() { user }: Caller,
    @IdParam() id: PublicKey['id'],
    @Body() body: RenewPublicKey,
  ): Promise<RenewedKeyView> {
    return renewedKeyView(await this.keys.renew(actor, user.id, id, body));
  }

  @Delete(':id')
  @HttpCode(204)
  @Requires('own.use')
  @ByLoginOnly()
  @ApiNoContentResponse()
  deleteMyPublicKey(
    @CurrentActor() actor: Actor,
    @CurrentCaller() { user }: Caller,
    @IdParam() id: PublicKey['id'],
  ): Promise<void> {
    return this.keys.remove(actor, user.id, id);
  }
}
