import { RAW_BYTES_FROM } from '#libs/contracts';

const FIRST_RAW = 0x80;
/** What a line of text would not show as it is: raw bytes, control characters, and what turns the writing direction. */
const UNSEEN = /[\uEF80-\uEFFF\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A name or path as people can read it: what can't be seen is written out, as `\n`, `\xFF` or `\u202E`. */
export function shownName(name: string): string {
  return name.replace(UNSEEN, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === '\n') return '\\n';
    if (character === '\t') return '\\t';
    const isRaw = code >= RAW_BYTES_FROM && code < RAW_BYTES_FROM + FIRST_RAW;
    const byte = isRaw ? code - RAW_BYTES_FROM + FIRST_RAW : code;
    const digits = byte.toString(16).toUpperCase();
    return byte > 0xff ? `\\u${digits.padStart(4, '0')}` : `\\x${digits.padStart(2, '0')}`;
  });
}

/** Path of what is in a folder. */
export function pathIn(folder: string, name: string): string {
  return folder.endsWith('/') ? folder + name : `${folder}/${name}`;
}

/** The folder above; null: it is the topmost. */
export function parentOf(path: string): string | null {
  if (path === '/' || !path.startsWith('/')) return null;
  return path.slice(0, Math.max(1, path.lastIndexOf('/')));
}

/** Each folder on the way from the topmost, itself the last. */
export function folderTrail(path: string): { name: string; path: string }[] {
  const trail = [{ name: '/', path: '/' }];
  let at = '';
  for (const name of path.split('/').filter(Boolean)) {
    at += `/${name}`;
    trail.push({ name, path: at });
  }
  return trail;
}
