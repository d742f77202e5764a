import type { User } from '#libs/database';

/**
 * SQL condition: the user counts at the moment of the parameter, that is, isn't disabled and hasn't ended (FEATURES U11).
 * Everything that asks whether somebody may still do something asks this or {@link countsAt}.
 * @param alias of `users`; @param now a parameter that holds the moment
 */
export function userCounts(alias: string, now: string): string {
  return `(${alias}.active AND (${alias}.valid_until IS NULL OR ${alias}.valid_until > ${now}))`;
}

/** The same of a row that was read. The moment at which an account ends no longer counts. */
export function countsAt({ active, validUntil }: Pick<User, 'active' | 'validUntil'>, now: Date): boolean {
  return active && (validUntil === null || validUntil > now);
}
