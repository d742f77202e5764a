import { DomainError, type Actor } from '#libs/kernel';

/** No login, or one that is over: the client must log in again. */
export class NotLoggedIn extends DomainError {
  readonly kind = 'unauthenticated';
  readonly code = 'not_logged_in';

  constructor() {
    super('Log in first.');
  }
}

/** Unknown user, wrong password, disabled user: one refusal for all, so that it tells nothing. */
export class LoginRefused extends DomainError {
  readonly kind = 'unauthenticated';
  readonly code = 'login_refused';

  constructor() {
    super('The user name or the password is wrong.');
  }
}

/** Too many failed tries for an account or from an address. */
export class TooManyTries extends DomainError {
  readonly kind = 'too-many';
  readonly code = 'too_many_tries';
  override readonly details: { retryAfterSeconds: number };

  constructor(readonly retryAfterSeconds: number) {
    super(`Too many failed tries. Try again in ${Math.ceil(retryAfterSeconds / 60)} min.`);
    this.details = { retryAfterSeconds };
  }
}

/** A one-time password only lets its owner choose a new one. */
export class PasswordChangeRequired extends DomainError {
  readonly kind = 'forbidden';
  readonly code = 'password_change_required';

  constructor() {
    super('Choose your own password first.');
  }
}

/** The password was right, and the user has a second factor: the login ends with its code. */
export class SecondFactorNeeded extends DomainError {
  readonly kind = 'unauthenticated';
  readonly code = 'second_factor_needed';
  override readonly details: { challenge: string; challengeExpiresAt: string };

  /** @param challenge what the code must be sent with */
  constructor(challenge: string, expiresAt: Date) {
    super('Give a code of your authenticator app or a recovery code.');
    this.details = { challenge, challengeExpiresAt: expiresAt.toISOString() };
  }
}

/** A wrong code, or one that was used before. */
export class CodeRefused extends DomainError {
  readonly kind = 'unauthenticated';
  readonly code: 'code_refused' | 'code_used';

  constructor(why: 'wrong' | 'used') {
    super(
      why === 'used'
        ? 'This code was used already. Wait for the next one.'
        : 'The code is wrong. Each one counts for half a minute, and once.',
    );
    this.code = why === 'used' ? 'code_used' : 'code_refused';
  }
}

/** The login that waited for a code is over. */
export class ChallengeOver extends DomainError {
  readonly kind = 'unauthenticated';
  readonly code = 'challenge_over';

  constructor() {
    super('This took too long or too many tries. Begin again with your password.');
  }
}

/** Whoever must have a second factor and has none can only get one. */
export class EnrolmentRequired extends DomainError {
  readonly kind = 'forbidden';
  readonly code = 'second_factor_required';

  constructor() {
    super('Set up your second factor first.');
  }
}

/** One authenticator app at a time. */
export class SecondFactorExists extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'second_factor_exists';

  constructor() {
    super('You have a second factor already. Remove it first to set up another one.');
  }
}

/** There is none to confirm, renew or remove. */
export class NoSecondFactor extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'no_second_factor';

  constructor() {
    super('There is no second factor, or its setup took too long. Set one up first.');
  }
}

/** An API token can't do what would outlive it: passwords, keys, second factors, tokens. */
export class LoginRequired extends DomainError {
  readonly kind = 'forbidden';
  readonly code = 'login_required';

  constructor() {
    super("An API token can't do this. Log in with your own password first.");
  }
}

/** For changes of what a login or its recovery depends on. @throws LoginRequired when a token makes them */
export function assertByLogin(actor: Actor): void {
  if (actor.way === 'token') throw new LoginRequired();
}

/** The token was made to read only. */
export class ReadOnlyToken extends DomainError {
  readonly kind = 'forbidden';
  readonly code = 'read_only_token';

  constructor() {
    super('This API token only reads. Use one that may change things.');
  }
}

/** Somebody must be left who can administer. */
export class LastAdmin extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'last_admin';

  constructor() {
    super(
      'This is the last active administrator without an end. Make somebody else administrator first, without an end.',
    );
  }
}
