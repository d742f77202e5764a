import { Body, Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { SecondFactorBook } from '#libs/identity';
import type { Actor } from '#libs/kernel';
import { BeforeEnrolment, ByLoginOnly, Requires } from '../http/access.js';
import {
  CurrentActor,
  CurrentCaller,
  CurrentLogin,
  type Caller,
  type LoggedInCaller,
} from '../http/caller.js';
import {
  BeginSecondFactor,
  RecoveryCodes,
  SecondFactorCode,
  SecondFactorSecret,
  SecondFactorView,
} from './second-factor.dto.js';

@ApiTags('me')
@Controller('me/second-factor')
export class MySecondFactorController {
  constructor(private readonly book: SecondFactorBook) {}

  @Get()
  @Requires('own.use')
  @BeforeEnrolment()
  @ApiOkResponse({ type: SecondFactorView })
  getMySecondFactor(@CurrentCaller() { user }: Caller): Promise<SecondFactorView> {
    return this.book.state(user);
  }

  @Post()
  @HttpCode(200)
  @Requires('own.use')
  @BeforeEnrolment()
  @ByLoginOnly()
  @ApiOkResponse({ type: SecondFactorSecret })
  beginMySecondFactor(
    @CurrentActor() actor: Actor,
    @CurrentLogin() owner: LoggedInCaller,
    @Body() body: BeginSecondFactor,
  ): Promise<SecondFactorSecret> {
    return this.book.begin(actor, owner, body.password);
  }

  @Post('confirm')
  @HttpCode(200)
  @Requires('own.use')
  @BeforeEnrolment()
  @ByLoginOnly()
  @ApiOkResponse({ type: RecoveryCodes })
  async confirmMySecondFactor(
    @CurrentActor() actor: Actor,
    @CurrentLogin() owner: LoggedInCaller,
    @Body() body: SecondFactorCode,
  ): Promise<RecoveryCodes> {
    return { recoveryCodes: await this.book.confirm(actor, owner, body.code) };
  }

  @Post('recovery-codes')
  @HttpCode(200)
  @Requires('own.use')
  @ByLoginOnly()
  @ApiOkResponse({ type: RecoveryCodes })
  async renewMyRecoveryCodes(
    @CurrentActor() actor: Actor,
    @CurrentLogin() owner: LoggedInCaller,
    @Body() body: SecondFactorCode,
  ): Promise<RecoveryCodes> {
    return { recoveryCodes: await this.book.renewRecoveryCodes(actor, owner, body.code) };
  }

  @Post('remove')
  @HttpCode(204)
  @Requires('own.use')
  @ByLoginOnly()
  @ApiNoContentResponse()
  removeMySecondFactor(
    @CurrentActor() actor: Actor,
    @CurrentLogin() owner: LoggedInCaller,
    @Body() body: SecondFactorCode,
  ): Promise<void> {
    return this.book.remove(actor, owner, body.code);
  }
}
