/** What a client put before the `@` of the gateway's address. */
export interface LoginName {
  username: string;
  /** Direct login; null: the menu. */
  target: { systemUsername: string; asset: string } | null;
}

const MAX_LENGTH = 400;

/**
 * Reads `user`, `user@systemuser@asset` or `user#systemuser#asset` (FEATURES C5).
 * Gives null for anything else: it belongs to nobody.
 */
export function parseLoginName(text: string): LoginName | null {
  if (text.length > MAX_LENGTH || /\p{C}/u.test(text)) return null;
  const separator = text.includes('@') ? '@' : '#';
  const parts = text.split(separator);
  if (parts.some((part) => part === '')) return null;
  const [username = '', systemUsername, asset] = parts;
  if (parts.length === 1) return { username: username.toLowerCase(), target: null };
  if (parts.length !== 3 || systemUsername === undefined || asset === undefined) return null;
  return { username: username.toLowerCase(), target: { systemUsername, asset } };
}
