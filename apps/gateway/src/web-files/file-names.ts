import { RAW_BYTES_FROM } from '#libs/contracts';

/** First byte that may stand for itself: those below are ASCII. */
const FIRST = 0x80;
const RAW = /[\uEF80-\uEFFF]/;

/**
 * A file's name as text. Bytes that are no UTF-8 become characters of a private range, one for each; so do the bytes of
 * characters of that very range, so that {@link bytesOf} gives each name back as it was.
 */
export function textOf(bytes: Buffer): string {
  const plain = bytes.toString();
  if (!RAW.test(plain) && !plain.includes('\uFFFD')) return plain;
  let text = '';
  for (let at = 0; at < bytes.length;) {
    const length = lengthOf(bytes[at] ?? 0);
    const character = bytes.subarray(at, at + length).toString();
    const isWhole =
      bytes.length >= at + length && Buffer.from(character).equals(bytes.subarray(at, at + length));
    if (isWhole && !RAW.test(character)) {
      text += character;
      at += length;
    } else {
      text += String.fromCharCode(RAW_BYTES_FROM - FIRST + (bytes[at] ?? 0));
      at++;
    }
  }
  return text;
}

/** The bytes of a name that {@link textOf} made, or that somebody wrote. */
export function bytesOf(text: string): Buffer {
  if (!RAW.test(text)) return Buffer.from(text);
  const parts = [...text].map((character) =>
    RAW.test(character)
      ? Buffer.from([character.charCodeAt(0) - RAW_BYTES_FROM + FIRST])
      : Buffer.from(character),
  );
  return Buffer.concat(parts);
}

/** Bytes of a character of UTF-8 by its first (RFC 3629). */
function lengthOf(first: number): number {
  if (first < 0xc0) return 1;
  if (first < 0xe0) return 2;
  return first < 0xf0 ? 3 : 4;
}
