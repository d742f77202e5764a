import { createHash, randomBytes } from 'node:crypto';

/** Begins every token, so that people and scanners for leaked secrets know one when they see it. */
export const API_TOKEN_PREFIX = 'gatehouse_';

/** As guessed by nobody as a key: 256 bits. */
const RANDOM_BYTES = 32;

/** A new token: the prefix and 43 characters of base64url (RFC 4648 section 5). */
export function makeApiToken(): string {
  return `${API_TOKEN_PREFIX}${randomBytes(RANDOM_BYTES).toString('base64url')}`;
}

/** Whether the text is meant to be a token of ours. */
export function looksLikeApiToken(text: string): boolean {
  return text.startsWith(API_TOKEN_PREFIX);
}

/**
 * What is kept of a token. One round of SHA-256 is enough here, unlike for passwords: there is no dictionary of 256-bit
 * random values to try, so slowness would protect nothing and cost every request. The row is found by this hash, so
 * how long that takes tells at most about a hash that nobody can steer.
 */
export function apiTokenHash(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
