import type { FileKind } from '#libs/contracts';

/** Bits of `st_mode` that say what it is. */
const FORMAT = 0o170000;
const KINDS: Readonly<Record<number, FileKind>> = { 0o100000: 'file', 0o040000: 'folder', 0o120000: 'link' };

/** What something is by its `st_mode`. */
export function kindOf(mode: number): FileKind {
  return KINDS[mode & FORMAT] ?? 'other';
}
