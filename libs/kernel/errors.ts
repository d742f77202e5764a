/** What kind of failure it is; the HTTP filter and the SSH side each map it to their own terms. */
export type FailureKind =
  'invalid' | 'unauthenticated' | 'forbidden' | 'not-found' | 'conflict' | 'too-many' | 'unavailable';

/** What goes into the sentence of a code, so that it can be said in another language too. */
export type FaultParams = Readonly<Record<string, string | number>>;

/** What is wrong with a value: a stable code and a sentence for the person. */
export interface Fault {
  code: string;
  message: string;
  params?: FaultParams;
}

/** One wrong field of a request: its path (`hostKeys.0`) and what is wrong with it. */
export interface FieldError extends Fault {
  field: string;
}

/** Codes that say nothing without their limits. */
interface Limits {
  too_short: { min: number };
  too_long: { max: number };
  too_few: { min: number };
  too_many: { max: number };
  out_of_range: { min: number; max: number };
  unknown_value: { values: string };
}

/** The limits that a code asks for. */
export type LimitsOf<Code extends string> = Code extends keyof Limits ? [limits: Limits[Code]] : [];

/** What is wrong with a value; a code that has limits can't be given without them. */
export function faultWith<const Code extends string>(
  code: Code,
  message: string,
  ...[params]: LimitsOf<Code>
): Fault {
  return { code, message, ...(params && { params: { ...params } }) };
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
  static field<const Code extends string>(
    field: string,
    code: Code,
    message: string,
    ...limits: LimitsOf<Code>
  ): ValidationFailed {
    return ValidationFailed.at(field, faultWith(code, message, ...limits));
  }

  /** One wrong field, of which it is known already what is wrong. */
  static at(field: string, fault: Fault): ValidationFailed {
    return new ValidationFailed([{ field, ...fault }]);
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
