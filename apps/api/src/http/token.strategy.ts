import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import type { Request } from 'express';
import { Strategy } from 'passport-jwt';
import {
  ApiTokenBook,
  CodeChecker,
  LoginRegistry,
  looksLikeApiToken,
  readClaims,
  readSessionCookie,
  TOKEN_RULES,
  TokenSigner,
  type LiveApiToken,
  type LiveLogin,
} from '#libs/identity';
import { addressOf, setCaller } from './caller.js';

/** The token of the Authorization header (RFC 6750), null without one. */
export function bearerToken(request: Request): string | null {
  const [, token = null] = /^Bearer +([\w.-]+)$/i.exec(request.headers.authorization ?? '') ?? [];
  return token;
}

/** Whether the request comes with credentials of its own, not with the browser's cookie. */
export function namesItsToken(request: Request): boolean {
  return request.headers.authorization !== undefined;
}

/** Proves who calls: a login by its token, signature first, then the login's row; a tool by its API token. */
@Injectable()
export class TokenStrategy extends PassportStrategy(Strategy, 'token') {
  constructor(
    signer: TokenSigner,
    private readonly logins: LoginRegistry,
    private readonly tokens: ApiTokenBook,
    private readonly codes: CodeChecker,
  ) {
    super({
      jwtFromRequest: (request: Request) =>
        namesItsToken(request) ? bearerToken(request) : readSessionCookie(request.headers.cookie),
      secretOrKeyProvider: (_request, _token, done) => {
        done(null, signer.publicKey);
      },
      passReqToCallback: true,
      ...TOKEN_RULES,
    });
  }

  /** Called by passport for each request. An API token counts as Bearer alone, never as a cookie. */
  override authenticate(request: Request, options?: object): void {
    const token = bearerToken(request);
    if (token === null || !looksLikeApiToken(token)) {
      super.authenticate(request, options);
      return;
    }
    this.checkToken(token, request).then(
      (live) => {
        if (live) this.success(live);
        else this.fail(401);
      },
      (error: unknown) => {
        this.error(error instanceof Error ? error : new Error('the API token could not be checked'));
      },
    );
  }

  /** Called by passport-jwt with the payload of a token whose signature and rules held. */
  async validate(request: Request, payload: unknown): Promise<LiveLogin | false> {
    const claims = readClaims(payload);
    if (!claims) return false;
    const live = await this.logins.check(claims.loginId);
    if (live?.user.id !== claims.userId) return false;
    setCaller(request, { ...live, token: null, way: namesItsToken(request) ? 'api' : 'console' });
    return live;
  }

  private async checkToken(token: string, request: Request): Promise<LiveApiToken | null> {
    const live = await this.tokens.check(token, addressOf(request));
    if (!live) return null;
    const mustEnrol = (await this.codes.standing(live.user)) === 'enrolment';
    setCaller(request, { ...live, login: null, mustEnrol, way: 'token' });
    return live;
  }
}
