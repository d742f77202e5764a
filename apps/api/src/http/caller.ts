import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { Request } from 'express';
import type { ApiToken, Login, User } from '#libs/database';
import { LoginRequired } from '#libs/identity';
import type { Actor } from '#libs/kernel';

/**
 * Who makes a request, as the login or the API token proved it. `mustEnrol`: they must have a second factor and have none.
 */
export type Caller = LoggedInCaller | TokenCaller;

/** Somebody who logged in: `console` by cookie, `api` by the login's bearer token. */
export interface LoggedInCaller {
  user: User;
  login: Login;
  token: null;
  mustEnrol: boolean;
  way: 'console' | 'api';
}

/** A tool with an API token. */
interface TokenCaller {
  user: User;
  login: null;
  token: ApiToken;
  mustEnrol: boolean;
  way: 'token';
}

const callers = new WeakMap<Request, Caller>();

/** Remembers whose request it is; only the token strategy does this. */
export function setCaller(request: Request, caller: Caller): void {
  callers.set(request, caller);
}

/** @throws Error when the handler is public: a mistake of ours, never of the client. */
export function callerOf(request: Request): Caller {
  const caller = callers.get(request);
  if (!caller) throw new Error('a public handler asked who the caller is');
  return caller;
}

/** The client's address without a port; a forwarded-for header counts from trusted proxies only (Express `trust proxy`). */
export function addressOf(request: Request): string {
  return bareAddress(request.ip ?? '');
}

/** An IPv4 address that came in over an IPv6 socket, written as IPv4. */
export function bareAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}

/** Parameter: the caller as the {@link Actor} of a use-case. */
export const CurrentActor = createParamDecorator((_: unknown, context: ExecutionContext): Actor => {
  const request = context.switchToHttp().getRequest<Request>();
  const { user, way } = callerOf(request);
  return { userId: user.id, username: user.username, role: user.role, address: addressOf(request), way };
});

/** Parameter: the {@link Caller}. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller =>
  callerOf(context.switchToHttp().getRequest<Request>()),
);

/** Parameter of handlers that are `@ByLoginOnly`: the caller with their login. @throws LoginRequired */
export const CurrentLogin = createParamDecorator((_: unknown, context: ExecutionContext): LoggedInCaller => {
  const caller = callerOf(context.switchToHttp().getRequest<Request>());
  if (caller.login === null) throw new LoginRequired();
  return caller;
});
