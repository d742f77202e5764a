import type { Request, Response } from 'express';
import { LOGIN_ABSOLUTE_MS, SESSION_COOKIE } from '#libs/identity';

/** The console names itself by this header; a page of another origin can't send it without our leave (CORS preflight). */
export const CLIENT_HEADER = 'x-gatehouse-client';

/** Whether the console's own code made the request. */
export function isFromConsole(request: Request): boolean {
  return request.headers[CLIENT_HEADER] === 'console';
}

/**
 * Whether a link on a page of ours was followed, for a file that no script need hold. Browsers say so (Fetch Metadata Request
 * Headers, W3C), and no page can say it for them; over plain http they say nothing.
 */
export function isOwnLink({ method, headers }: Request): boolean {
  return method === 'GET' && headers['sec-fetch-site'] === 'same-origin';
}

/** Where the cookie goes: over https alone, and below the console's path, so that no neighbour on the host gets it. */
export interface CookiePlace {
  secure: boolean;
  subPath: string;
}

/** Gives the console its login. */
export function setSessionCookie(response: Response, token: string, place: CookiePlace): void {
  response.cookie(SESSION_COOKIE, token, { ...attributes(place), maxAge: LOGIN_ABSOLUTE_MS });
}

/** Takes the console's login away. */
export function clearSessionCookie(response: Response, place: CookiePlace): void {
  response.clearCookie(SESSION_COOKIE, attributes(place));
}

function attributes({ secure, subPath }: CookiePlace) {
  return { httpOnly: true, sameSite: 'strict' as const, secure, path: `${subPath}/` };
}
