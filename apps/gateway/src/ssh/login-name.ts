/** What a client put before the `@` of the gateway's address. */
export interface LoginName {
  username: string;
  /** Direct login; null: the menu. A system user of null: the only one there as whom the person may. */
  target: { systemUsername: string | null; asset: string } | null;
}

const MAX_LENGTH = 400;

/**
 * Reads `user`, `user@systemuser@asset`, `user@asset`, or the same with `#` (FEATURES C5).
 * Gives null for anything else: it belongs to nobody.
 */
export function parseLoginName(text: string): LoginName | null {
  if (text.length > MAX_LENGTH || /\p{C}/u.test(text)) return null;
  const separator = text.includes('@') ? '@' : '#';
  const parts = text.split(separator);
  if (parts.some((part) => part === '')) return null;
  if (parts.length > 3) return null;
  const [name = '', ...place] = parts;
  const username = name.toLowerCase();
  const asset = place.pop();
  if (asset === undefined) return { username, target: null };
  return { username, target: { systemUsername: place[0] ?? null, asset } };
}
