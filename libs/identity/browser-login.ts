/** The console's login: an HttpOnly cookie that holds the token. */
export const SESSION_COOKIE = 'gatehouse_session';

/** The token in a `Cookie` header, null without one. */
export function readSessionCookie(header: string | undefined): string | null {
  const pairs = (header ?? '').split(';').map((pair) => pair.trim());
  const prefix = `${SESSION_COOKIE}=`;
  return pairs.find((pair) => pair.startsWith(prefix))?.slice(prefix.length) || null;
}

/** Whether an Origin header (RFC 6454) names this installation: the configured address or the one that was called. */
export function isOurOrigin(origin: string, host: string | undefined, publicUrl: string | null): boolean {
  if (publicUrl !== null && origin === new URL(publicUrl).origin) return true;
  try {
    return new URL(origin).host === host?.toLowerCase();
  } catch {
    return false; // "null" and other texts that are no address
  }
}
