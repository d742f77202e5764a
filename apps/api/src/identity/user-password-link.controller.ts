import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { PasswordRecovery } from '#libs/identity';
import type { Actor, UserId } from '#libs/kernel';
import { ByLoginOnly, Requires } from '../http/access.js';
import { CurrentActor, CurrentCaller, type Caller } from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import { PasswordLinkView, mailView } from './mail.dto.js';

@ApiTags('users')
@Controller('users/:id/password-link')
export class UserPasswordLinkController {
  constructor(private readonly recovery: PasswordRecovery) {}

  @Get()
  @Requires('members.read')
  @ApiOkResponse({ type: PasswordLinkView })
  async getUserPasswordLink(
    @CurrentActor() actor: Actor,
    @CurrentCaller() { user }: Caller,
    @IdParam() id: UserId,
  ): Promise<PasswordLinkView> {
    const mail = await this.recovery.newestLinkMail(actor, id);
    return { mail: mail && mailView(mail, user.role) };
  }

  @Post()
  @HttpCode(204)
  @Requires('members.write')
  @ByLoginOnly()
  @ApiNoContentResponse({ description: 'A mail with a link to set the password is on its way' })
  mailUserPasswordLink(@CurrentActor() actor: Actor, @IdParam() id: UserId): Promise<void> {
    return this.recovery.sendLink(actor, id);
  }
}
