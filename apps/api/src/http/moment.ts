import { ValidationFailed } from '#libs/kernel';

/** The moment of a checked field as the domain takes it. @throws ValidationFailed at `field` for 30 February and the like */
export function toDate(field: string, text: string): Date;
export function toDate(field: string, text: string | null | undefined): Date | null | undefined;
export function toDate(field: string, text: string | null | undefined): Date | null | undefined {
  if (text === null || text === undefined) return text;
  const date = new Date(text);
  // years that neither a person means nor PostgreSQL takes as they are
  const isUsable = date >= new Date('1970-01-01T00:00:00Z') && date < new Date('9999-01-01T00:00:00Z');
  if (isUsable) return date;
  throw ValidationFailed.field(field, 'not_a_moment', 'There is no such moment between 1970 and 9998.');
}
