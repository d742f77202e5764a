import type { Role } from '#libs/contracts';
import type { Actor } from '#libs/kernel';
import { assertByLogin } from './failures.js';

interface Credentials {
  role?: Role | undefined;
  email?: string | null | undefined;
  password?: string | undefined;
  secondFactorRequired?: boolean | undefined;
}

/**
 * What an API token may not change of users, though its owner may: whoever finds a token must not be able to become
 * somebody with it, by a password, by the e-mail to which lost passwords are mended, or as an account of their own that
 * may more than work on assets.
 * @param before absent: the user is being added
 * @throws LoginRequired
 */
export function assertTokenLimits(actor: Actor, before: Credentials | null, changes: Credentials): void {
  const givesRole = changes.role !== undefined && changes.role !== 'user' && changes.role !== before?.role;
  const changesPassword = before !== null && Boolean(changes.password);
  const changesEmail = before !== null && changes.email !== undefined && changes.email !== before.email;
  const changesFactor =
    before !== null &&
    changes.secondFactorRequired !== undefined &&
    changes.secondFactorRequired !== before.secondFactorRequired;
  if (changesFactor || givesRole || changesPassword || changesEmail) assertByLogin(actor);
}
