import type { Request } from 'express';
import { isOurOrigin } from '#libs/identity';
import { DomainError } from '#libs/kernel';

/** A page of another site tried to act with the user's cookie. */
export class CrossSiteRequest extends DomainError {
  readonly kind = 'forbidden';
  readonly code = 'cross_site';

  constructor() {
    super('This request did not come from the console.');
  }
}

/** @throws CrossSiteRequest when the browser says that a page of another origin made the request. */
export function assertOwnOrigin(request: Request, publicUrl: string | null): void {
  const { origin } = request.headers;
  if (origin !== undefined && !isOurOrigin(origin, request.host, publicUrl)) throw new CrossSiteRequest();
}
