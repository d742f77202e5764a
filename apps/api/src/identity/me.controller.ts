import { Body, Controller, Delete, Get, HttpCode, Patch, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { LOGIN_LIMITS, LoginRegistry, OwnAccount } from '#libs/identity';
import type { Actor, LoginId } from '#libs/kernel';
import { BeforeEnrolment, BeforePasswordChange, ByLoginOnly, Requires } from '../http/access.js';
import {
  CurrentActor,
  CurrentCaller,
  CurrentLogin,
  type Caller,
  type LoggedInCaller,
} from '../http/caller.js';
import { IdParam } from '../http/id-param.js';
import { ChangePassword, LoginLimitsView, LoginList, loginList, MeView, meView, UpdateMe } from './me.dto.js';

@ApiTags('me')
@Controller('me')
export class MeController {
  constructor(
    private readonly account: OwnAccount,
    private readonly logins: LoginRegistry,
  ) {}

  @Get()
  @Requires('own.use')
  @BeforePasswordChange()
  @BeforeEnrolment()
  @ApiOkResponse({ type: MeView })
  getMe(@CurrentCaller() { user, mustEnrol }: Caller): MeView {
    return meView(user, mustEnrol);
  }

  @Patch()
  @Requires('own.use')
  @ApiOkResponse({ type: MeView })
  async updateMe(
    @CurrentActor() actor: Actor,
    @CurrentCaller() { user }: Caller,
    @Body() body: UpdateMe,
  ): Promise<MeView> {
    return meView(await this.account.update(actor, user.id, body));
  }

  @Post('password')
  @HttpCode(204)
  @Requires('own.use')
  @BeforePasswordChange()
  @BeforeEnrolment()
  @ByLoginOnly()
  @ApiNoContentResponse()
  changeMyPassword(
    @CurrentActor() actor: Actor,
    @CurrentLogin() { user, login }: LoggedInCaller,
    @Body() body: ChangePassword,
  ): Promise<void> {
    return this.account.changePassword(actor, user, login.id, body);
  }

  @Get('logins')
  @Requires('own.use')
  @ApiOkResponse({ type: LoginList })
  async listMyLogins(@CurrentCaller() { user, login }: Caller): Promise<LoginList> {
    return loginList(await this.logins.list(user.id), login);
  }

  @Get('login-limits')
  @Requires('own.use')
  @ApiOkResponse({ type: LoginLimitsView })
  getLoginLimits(): LoginLimitsView {
    return LOGIN_LIMITS;
  }

  @Delete('logins/:id')
  @HttpCode(204)
  @Requires('own.use')
  @ByLoginOnly()
  @ApiNoContentResponse()
  revokeMyLogin(
    @CurrentActor() actor: Actor,
    @CurrentCaller() { user }: Caller,
    @IdParam() id: LoginId,
  ): Promise<void> {
    return this.logins.revokeOwn(actor, user.id, id);
  }
}
