/** What kind of failure it is; the HTTP filter and the SSH side each map it to their own terms. */
export type FailureKind =
  'invalid' | 'unauthenticated' | 'forbidden' | 'not-found' | 'conflict' | 'too-many' | 'unavailable';

/** One wrong field of a request: its path (`hostKeys.0`), a stable code and a sentence for the person. */
export interface FieldError {
  field: string;
  code: string;
  message: string;
}

/**
 * A failure that is told to the caller. `code` is stable and part of the API;
 * `message` says what happened and what to do next, and never holds a secret.
 */
export abstract class DomainError extends Error {
  abstract readonly kind: FailureKind;
  abstract readonly code: string;
  /** More for machines, put beside the code in the answer. */
  readonly details: Readonly<Record<string, unknown>> = {};

  constructor(message: string) {
    super(message);
    this.name = new.target.name;
  }
}

/** Fields of the request are wrong: nothing was stored. */
export class ValidationFailed extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'validation_failed';

  constructor(readonly errors: FieldError[]) {
    super(errors.map((error) => error.message).join(' ') || 'The request is not valid.');
  }

  /** One wrong field. */
  static field(field: string, code: string, message: string): ValidationFailed {
    return new ValidationFailed([{ field, code, message }]);
  }
}

/** What was asked for isn't there, or isn't the caller's to see: the two are never told apart. */
export class NotFound extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'not_found';

  constructor(what: string) {
    super(`No such ${what}.`);
  }
}

/** Another row already has this unique value. */
export class AlreadyTaken extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'already_taken';
  readonly errors: FieldError[];

  constructor(field: string, what: string) {
    super(`This ${what} is already taken; choose another.`);
    this.errors = [{ field, code: this.code, message: this.message }];
  }
}

/** The caller is known but may not do this. */
export class NotPermitted extends DomainError {
  readonly kind = 'forbidden';
  readonly code = 'not_permitted';

  constructor(message = 'Your role does not allow this.') {
    super(message);
  }
}

/** A part that is needed does not answer. */
export class Unavailable extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'unavailable';
  override readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, reason?: UnavailableReason) {
    super(message);
    this.details = reason === undefined ? {} : { reason };
  }
}

/** What of the product does not answer, where whoever asked can tell it apart; stable. */
export const UNAVAILABLE_REASONS = ['job_failed', 'job_late', 'gateways_busy', 'gateways_silent'] as const;
export type UnavailableReason = (typeof UNAVAILABLE_REASONS)[number];

/** What would have to go along: shown to the caller so that they can act. */
export interface UsedBy {
  /** What kind of thing uses it, in GLOSSARY words with hyphens: `authorization-rule`. */
  type: string;
  id: string;
  name: string;
}

/** It can't be deleted while something uses it. */
export class InUse extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'in_use';
  override readonly details: { usedBy: UsedBy[]; usedByCount: number };

  /** @param usedBy the first ones by name; @param count how many there are in all. */
  constructor(what: string, usedBy: UsedBy[], count = usedBy.length) {
    const named = usedBy.map((one) => `${one.type.replaceAll('-', ' ')} ${one.name}`).join(', ');
    const more = count > usedBy.length ? ` and ${count - usedBy.length} more` : '';
    super(`${what} is in use by ${named}${more}. Take it out there first.`);
    this.details = { usedBy, usedByCount: count };
  }
}
