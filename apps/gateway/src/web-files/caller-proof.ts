import type { IncomingHttpHeaders } from 'node:http';
import type { User } from '#libs/database';
import {
  ApiTokenBook,
  CodeChecker,
  LoginRegistry,
  looksLikeApiToken,
  readSessionCookie,
  TokenReader,
} from '#libs/identity';

/** Whose request the api passed on. */
export interface ProvenCaller {
  user: User;
  sourceAddress: string;
}

/**
 * Checks again whose request it is: the api passes on what the caller proved themselves with, so nobody else who
 * reaches this port is believed.
 */
export class CallerProof {
  constructor(
    private readonly tokens: TokenReader,
    private readonly logins: LoginRegistry,
    private readonly apiTokens: ApiTokenBook,
    private readonly codes: CodeChecker,
  ) {}

  /** null: nobody who may work. `changes`: a token that only reads is not enough. */
  async prove(headers: IncomingHttpHeaders, changes: boolean): Promise<ProvenCaller | null> {
    const forwarded = headers['x-forwarded-for'];
    if (typeof forwarded !== 'string') return null;
    const user = await this.userOf(headers, forwarded, changes);
    return user && !user.mustChangePassword ? { user, sourceAddress: forwarded } : null;
  }

  private async userOf(
    { authorization, cookie }: IncomingHttpHeaders,
    address: string,
    changes: boolean,
  ): Promise<User | null> {
    const [, bearer = null] = /^Bearer +([\w.-]+)$/i.exec(authorization ?? '') ?? [];
    if (bearer !== null && looksLikeApiToken(bearer)) {
      const live = await this.apiTokens.check(bearer, address);
      if (!live || (live.token.readOnly && changes)) return null;
      return (await this.codes.standing(live.user)) === 'enrolment' ? null : live.user;
    }
    const token = authorization === undefined ? readSessionCookie(cookie) : bearer;
    const claims = token === null ? null : await this.tokens.verify(token);
    const live = claims && (await this.logins.check(claims.loginId));
    return live?.user.id === claims?.userId && live?.mustEnrol === false ? live.user : null;
  }
}
