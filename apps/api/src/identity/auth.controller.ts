import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import type { Actor } from '#libs/kernel';
import { BeforeEnrolment, BeforePasswordChange, ByLoginOnly, Public, Requires } from '../http/access.js';
import { CurrentActor, CurrentLogin, type LoggedInCaller } from '../http/caller.js';
import { LoginAnswer, LoginRequest } from './auth.dto.js';
import { LoginDesk } from './login-desk.js';
import { SecondFactorLogin } from './second-factor.dto.js';

@ApiTags('auth')
@Controller('auth')
export class AuthController {
  constructor(private readonly desk: LoginDesk) {}

  @Post('login')
  @HttpCode(200)
  @Public('this is how one logs in')
  @ApiOkResponse({ type: LoginAnswer })
  login(
    @Body() body: LoginRequest,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<LoginAnswer> {
    return this.desk.open(body, request, response);
  }

  @Post('second-factor')
  @HttpCode(200)
  @Public('this is the second step of logging in')
  @ApiOkResponse({ type: LoginAnswer })
  finishLogin(
    @Body() body: SecondFactorLogin,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<LoginAnswer> {
    return this.desk.finish(body, request, response);
  }

  @Post('logout')
  @HttpCode(204)
  @Requires('own.use')
  @BeforePasswordChange()
  @BeforeEnrolment()
  @ByLoginOnly()
  @ApiNoContentResponse()
  logout(
    @CurrentActor() actor: Actor,
    @CurrentLogin() caller: LoggedInCaller,
    @Req() request: Request,
    @Res({ passthrough: true }) response: Response,
  ): Promise<void> {
    return this.desk.close(actor, caller, request, response);
  }
}
