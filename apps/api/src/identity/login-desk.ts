import { Inject, Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import type { User } from '#libs/database';
import {
  Authenticator,
  ChallengeOver,
  CodeChecker,
  HalfLogins,
  LoginRefused,
  LoginRegistry,
  SecondFactorNeeded,
  TokenSigner,
  type LoginOrigin,
  type ProvedBy,
} from '#libs/identity';
import { CONFIG, type Actor, type Config } from '#libs/kernel';
import { addressOf, type LoggedInCaller } from '../http/caller.js';
import { assertOwnOrigin } from '../http/origin.js';
import {
  clearSessionCookie,
  isFromConsole,
  setSessionCookie,
  type CookiePlace,
} from '../http/session-cookie.js';
import { subPathOf } from '../http/sub-path.js';
import type { LoginAnswer, LoginRequest } from './auth.dto.js';
import { meView } from './me.dto.js';
import type { SecondFactorLogin } from './second-factor.dto.js';

/** Somebody who proved all that they have. */
interface Admitted {
  user: User;
  provedBy: ProvedBy | null;
  mustEnrol: boolean;
}

/** Opens and closes logins: a cookie for the console, a token for tools. */
@Injectable()
export class LoginDesk {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly codes: CodeChecker,
    private readonly halfLogins: HalfLogins,
    private readonly logins: LoginRegistry,
    private readonly signer: TokenSigner,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws LoginRefused, SecondFactorNeeded, CodeRefused, TooManyTries, CrossSiteRequest */
  async open(asked: LoginRequest, request: Request, response: Response): Promise<LoginAnswer> {
    const origin = this.originOf(request);
    const user = await this.authenticator.checkPassword(asked.username, asked.password, origin);
    if (!user) throw new LoginRefused();
    const standing = await this.codes.standing(user);
    if (standing !== 'code') {
      const mustEnrol = standing === 'enrolment';
      return this.admit({ user, provedBy: null, mustEnrol }, request, response);
    }
    if (asked.code === undefined) {
      const { challenge, expiresAt } = await this.halfLogins.open(user, origin.way);
      throw new SecondFactorNeeded(challenge, expiresAt);
    }
    const provedBy = await this.codes.check(user, asked.code, 'password', origin);
    return this.admit({ user, provedBy, mustEnrol: false }, request, response);
  }

  /** The second step. @throws ChallengeOver, CodeRefused, TooManyTries, CrossSiteRequest */
  async finish(asked: SecondFactorLogin, request: Request, response: Response): Promise<LoginAnswer> {
    const origin = this.originOf(request);
    const half = await this.halfLogins.take(asked.challenge, origin.way);
    const user = await this.authenticator.activeUser(half.userId);
    if (!user) throw new ChallengeOver();
    const provedBy = await this.codes.check(user, asked.code, 'password', origin);
    await this.halfLogins.finish(half);
    return this.admit({ user, provedBy, mustEnrol: false }, request, response);
  }

  /** Ends the login that asks. */
  async close(
    actor: Actor,
    { user, login }: LoggedInCaller,
    request: Request,
    response: Response,
  ): Promise<void> {
    await this.logins.revokeOwn(actor, user.id, login.id);
    clearSessionCookie(response, this.placeOf(request));
  }

  private originOf(request: Request): LoginOrigin {
    const fromConsole = isFromConsole(request);
    if (fromConsole) assertOwnOrigin(request, this.config.publicUrl);
    return { address: addressOf(request), way: fromConsole ? 'console' : 'api' };
  }

  private async admit(
    { user, provedBy, mustEnrol }: Admitted,
    request: Request,
    response: Response,
  ): Promise<LoginAnswer> {
    const origin = this.originOf(request);
    const place = { address: origin.address, userAgent: request.get('user-agent') ?? '' };
    const login = await this.logins.open(user, place, provedBy !== null);
    await this.authenticator.recordLogin(user, provedBy ? `password+${provedBy}` : 'password', origin);
    const token = this.signer.sign(login);
    const answer = { user: meView(user, mustEnrol), expiresAt: login.expiresAt };
    if (origin.way !== 'console') return { ...answer, accessToken: token };
    setSessionCookie(response, token, this.placeOf(request));
    return answer;
  }

  private placeOf(request: Request): CookiePlace {
    const { publicUrl } = this.config;
    const secure = request.secure || publicUrl?.startsWith('https:') === true;
    return { secure, subPath: subPathOf(publicUrl) };
  }
}
