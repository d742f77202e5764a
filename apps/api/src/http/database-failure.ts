import { QueryFailedError } from 'typeorm';
import { z } from 'zod';
import { AlreadyTaken, DomainError, Unavailable, ValidationFailed } from '#libs/kernel';

/** What a PostgreSQL error says about itself (pg's DatabaseError). */
const driverError = z.object({
  code: z.string(),
  table: z.string().optional(),
  constraint: z.string().optional(),
});

/** Request fields of unique indexes whose columns are called otherwise. */
const FIELD_OF_INDEX: Readonly<Record<string, string>> = {
  public_keys_blob_idx: 'publicKey',
};

/** Nothing came of waiting for the database. A restart of it takes some seconds, and so does working off a burst. */
class DatabaseAway extends Unavailable {
  override readonly details = { retryAfterSeconds: 5 };

  constructor() {
    super('The database does not answer; try again in a moment.');
  }
}

/** A row can't go because another one needs it. Domain classes say by what; this catches the race. */
class StillInUse extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'in_use';
}

/**
 * What a database error means to the client, null when it is a mistake of ours.
 * Here unique values and foreign keys are decided, free of races (SQLSTATE classes of PostgreSQL's appendix A).
 */
export function failureOf(error: unknown): DomainError | null {
  if (!(error instanceof QueryFailedError)) return isConnectionLoss(error) ? new DatabaseAway() : null;
  const parsed = driverError.safeParse(error.driverError);
  if (!parsed.success) return isConnectionLoss(error.driverError) ? new DatabaseAway() : null;
  const { code, table = '', constraint = '' } = parsed.data;
  if (code === '23505') return taken(table, constraint);
  if (code === '23001') return new StillInUse('Something still uses this. Take it out there first.');
  if (code === '23503') return gone(table, constraint);
  // class 22: a value that the database can't hold (NUL in a text, a date that doesn't exist)
  if (code.startsWith('22'))
    return ValidationFailed.field('', 'not_valid', 'One of the values is not valid.');
  return isConnectionLoss(error.driverError) ? new DatabaseAway() : null;
}

function taken(table: string, index: string): DomainError {
  const column = index.replace(`${table}_`, '').replace(/_idx$/, '');
  const field = FIELD_OF_INDEX[index] ?? camel(column);
  return new AlreadyTaken(
    field,
    field.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`),
  );
}

function gone(table: string, constraint: string): DomainError {
  const column = constraint.replace(`${table}_`, '').replace(/_fkey$/, '');
  return ValidationFailed.field(
    camel(column),
    'not_found',
    'This is not there any more. Reload and try again.',
  );
}

const camel = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

function isConnectionLoss(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  // class 08: connection exception; 57P0x: shutdown, crash, starting up; 53300: no connection left
  if (/^(08...|57P0[123]|53300|ECONNREFUSED|ECONNRESET|ENOENT|EPIPE|ETIMEDOUT)$/.test(code)) return true;
  return /Connection terminated|timeout expired|timeout exceeded when trying to connect/i.test(error.message);
}
