import { createHash } from 'node:crypto';
import { RAW_BYTES_FROM } from '#libs/contracts';

/**
 * What no name in an archive has: control characters, what turns the writing direction, separators of any system, and
 * bytes that are no UTF-8 (as `textOf` gives them); `%` where it would be read as one of these.
 */
const UNSAFE =
  /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\u200E\u200F\u202A-\u202E\u2066-\u2069\uFEFF\\/\uEF80-\uEFFF]|%(?=[0-9A-F]{2})/gu;
/** Bytes that a name of the file systems there are may have. */
const MAX_BYTES = 255;

/** A name from an asset as one step of a path in an archive: it leads nowhere else, and two names stay two. */
export function memberName(name: string): string {
  if (name === '' || /^\.+$/.test(name)) return name === '' ? '_' : name.replaceAll('.', '%2E');
  const safe = name.replace(UNSAFE, escaped);
  if (Buffer.byteLength(safe) <= MAX_BYTES) return safe;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 12);
  // a character that the cut divides is left out
  const kept = Buffer.from(safe)
    .subarray(0, MAX_BYTES - digest.length - 4)
    .toString()
    .replace(/\uFFFD$/, '');
  return `${kept}~${digest}`;
}

/** A name that no other in `used` is taken for, on any system; it is added there. */
export function unusedName(wanted: string, used: Set<string>): string {
  let name = wanted;
  for (let count = 2; used.has(name.toLowerCase()); count++) name = `${wanted}~${count}`;
  used.add(name.toLowerCase());
  return name;
}

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  const isRaw = code >= RAW_BYTES_FROM && code <= RAW_BYTES_FROM + 0x7f;
  const bytes = isRaw ? Buffer.from([code - RAW_BYTES_FROM + 0x80]) : Buffer.from(character);
  return [...bytes].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join('');
}
