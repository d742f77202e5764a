import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import type { Request } from 'express';
import { roleHas } from '#libs/contracts';
import {
  EnrolmentRequired,
  LoginRequired,
  NotLoggedIn,
  PasswordChangeRequired,
  ReadOnlyToken,
} from '#libs/identity';
import { CONFIG, NotPermitted, type Config } from '#libs/kernel';
import { ACCESS, BEFORE_ENROLMENT, BEFORE_PASSWORD_CHANGE, BY_LOGIN_ONLY, type Access } from './access.js';
import { callerOf, type Caller } from './caller.js';
import { assertOwnOrigin, CrossSiteRequest } from './origin.js';
import { isFromConsole, isOwnLink } from './session-cookie.js';

/** Methods that change nothing (RFC 9110 section 9.2.1); Express answers HEAD by GET's handler. */
const READING = new Set(['GET', 'HEAD']);

/** Stands before every handler. Deny is the default: a handler that declares nothing answers nobody. */
@Injectable()
export class AccessGuard extends AuthGuard('token') {
  constructor(
    private readonly reflector: Reflector,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    super();
  }

  /** @throws NotLoggedIn, CrossSiteRequest, PasswordChangeRequired, EnrolmentRequired, NotPermitted, LoginRequired, ReadOnlyToken */
  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const handler = context.getHandler();
    const access = this.reflector.get<Access | undefined>(ACCESS, handler);
    if (!access) throw new NotPermitted('This address declares no permission.');
    if ('publicBecause' in access) return true;
    await super.canActivate(context);
    const request = context.switchToHttp().getRequest<Request>();
    const caller = callerOf(request);
    const { user, way } = caller;
    if (way === 'console') {
      if (!isFromConsole(request) && !isOwnLink(request)) throw new CrossSiteRequest();
      assertOwnOrigin(request, this.config.publicUrl);
    }
    if (user.mustChangePassword && !this.declares(BEFORE_PASSWORD_CHANGE, handler)) {
      throw new PasswordChangeRequired();
    }
    if (caller.mustEnrol && !this.declares(BEFORE_ENROLMENT, handler)) throw new EnrolmentRequired();
    if (!roleHas(user.role, access.permission)) throw new NotPermitted();
    this.assertTokenMay(caller, request, handler);
    return true;
  }

  private declares(mark: string, handler: ReturnType<ExecutionContext['getHandler']>): boolean {
    return this.reflector.get<boolean | undefined>(mark, handler) === true;
  }

  private assertTokenMay({ token }: Caller, request: Request, handler: object): void {
    if (!token) return;
    if (Reflect.getMetadata(BY_LOGIN_ONLY, handler) === true) throw new LoginRequired();
    if (token.readOnly && !READING.has(request.method)) throw new ReadOnlyToken();
  }

  /** Passport's outcome: an error of ours goes on, everything else is "not logged in". */
  override handleRequest<T>(error: unknown, live: T): T {
    if (error instanceof Error) throw error;
    if (!live) throw new NotLoggedIn();
    return live;
  }
}
