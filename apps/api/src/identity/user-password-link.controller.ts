import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiTags } from '@nestjs/swagger';
import { PasswordRecovery } from '#libs/identity';
import type { Actor, UserId } from '#libs/kernel';
import { ByLoginOnly, Requires } from '../http/access.js';
import { CurrentActor } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';

@ApiTags('users')
@Controller('users/:id/password-link')
export class UserPasswordLinkController {
  constructor(private readonly recovery: PasswordRecovery) {}

  @Post()
  @HttpCode(204)
  @Requires('members.write')
  @ByLoginOnly()
  @ApiNoContentResponse({ description: 'A mail with a link to set the password is on its way' })
  mailUserPasswordLink(@CurrentActor() actor: Actor, @IdParam() id: UserId): Promise<void> {
    return this.recovery.sendLink(actor, id);
  }
}
