import { Body, Controller, Get, HttpCode, Post, Req } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import { MailSettings, PasswordRecovery } from '#libs/identity';
import { Public } from '../http/access.js';
import { addressOf } from '../http/caller.js';
import { isFromConsole } from '../http/session-cookie.js';
import { ForgottenPassword, LoginOptions, SetPassword } from './password-recovery.dto.js';

@ApiTags('auth')
@Controller('auth')
export class PasswordRecoveryController {
  constructor(
    private readonly recovery: PasswordRecovery,
    private readonly mail: MailSettings,
  ) {}

  @Get('options')
  @Public('the login page shows what is there before anybody is logged in')
  @ApiOkResponse({ type: LoginOptions })
  async getLoginOptions(): Promise<LoginOptions> {
    return { forgottenPassword: await this.mail.isOn() };
  }

  @Post('forgotten-password')
  @HttpCode(204)
  @Public('who forgot the password can not log in; the answer tells nothing')
  @ApiNoContentResponse({ description: 'The same whether or not there is such an account' })
  requestPasswordLink(@Body() body: ForgottenPassword, @Req() request: Request): Promise<void> {
    return this.recovery.request(body.username, originOf(request));
  }

  @Post('set-password')
  @HttpCode(204)
  @Public('the token of a mailed link is the proof')
  @ApiNoContentResponse()
  setPassword(@Body() { token, newPassword }: SetPassword, @Req() request: Request): Promise<void> {
    return this.recovery.setPassword(token, newPassword, originOf(request));
  }
}

function originOf(request: Request): { address: string; way: 'console' | 'api' } {
  return { address: addressOf(request), way: isFromConsole(request) ? 'console' : 'api' };
}
