import { bytesOf } from '../web-files/file-names.js';
import { shellWords } from '../files/shell-words.js';

/** Bytes of a name (POSIX `NAME_MAX` of the file systems there are). */
const MAX_NAME = 255;
const MAX_PATHS = 50;

/**
 * The last step of a name that a sender gave, as the name of a file: it leads into no other folder, on no system. null:
 * it can be none.
 */
export function safeName(given: string): string | null {
  const name = given.split(/[/\\]/).at(-1) ?? '';
  const isName = name !== '' && !/^\.+$/.test(name) && !/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name);
  return isName && bytesOf(name).length <= MAX_NAME ? name : null;
}

/** Paths as a shell would see them, none of them a pattern; an empty line is where a login begins. null: it is no list of paths. */
export function readPaths(line: string): string[] | null {
  const words = shellWords(line);
  if (words?.length === 0) return [''];
  return words && words.length <= MAX_PATHS ? words : null;
}
