import { createHash, randomInt } from 'node:crypto';

/** How many a user gets at once. */
export const RECOVERY_CODES = 10;

/** Letters and digits that can't be taken for one another, whatever their case. */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789';
const GROUPS = 4;
const GROUP_LENGTH = 4;

/** New codes: four groups of four characters, 79 bits each. */
export function makeRecoveryCodes(): string[] {
  const group = (): string =>
    Array.from({ length: GROUP_LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join('');
  return Array.from({ length: RECOVERY_CODES }, () => Array.from({ length: GROUPS }, group).join('-'));
}

/**
 * What is kept of a code, and by which it is found, however its groups were typed. One round of SHA-256 is enough:
 * nobody tries 2^79 random values, also not those who have a dump of the database.
 */
export function recoveryCodeHash(code: string): string {
  const bare = code.toLowerCase().replace(/[\s-]/g, '');
  return createHash('sha256').update(bare).digest('hex');
}
