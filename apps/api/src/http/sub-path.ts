import type { RequestHandler } from 'express';

/** Path below which browsers find the console: `/gatehouse` of https://ops.example.com/gatehouse; empty at the root of a host. */
export function subPathOf(publicUrl: string | null): string {
  return publicUrl === null ? '' : new URL(publicUrl).pathname.replace(/\/+$/, '');
}

/** A request's target without the sub-path. A proxy may leave it there or take it off: both are understood. */
export function withoutSubPath(target: string, subPath: string): string {
  return subPath !== '' && target.startsWith(`${subPath}/`) ? target.slice(subPath.length) : target;
}

/** Has all that follows see addresses as if they began at the root; must come first. */
export function underSubPath(subPath: string): RequestHandler {
  return (request, response, next) => {
    const [path, query] = request.url.split('?', 2);
    if (subPath !== '' && path === subPath) {
      // relative links of the page need the slash
      response.redirect(308, `${subPath}/${query === undefined ? '' : `?${query}`}`);
      return;
    }
    request.url = withoutSubPath(request.url, subPath);
    request.originalUrl = request.url;
    next();
  };
}
