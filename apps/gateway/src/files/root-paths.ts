import { posix } from 'node:path';

/** Where a path of the SFTP root leads: the root, an asset's folder, or into an asset as a system user. */
export type RootPlace =
  | { kind: 'root' }
  | { kind: 'asset'; asset: string }
  | { kind: 'inside'; asset: string; systemUser: string; path: string };

const ESCAPED = /[\p{Cc}%/]/gu;

/** A name as a folder: `%`, `/` and control characters as %XX; `.` and `..` too, which mean something else. */
export function folderOf(name: string): string {
  if (name === '.' || name === '..') return name.replaceAll('.', '%2E');
  return name.replace(ESCAPED, (character) => `%${hex(character)}`);
}

/** The name that a folder stands for; null when no name is written so. */
export function nameOf(folder: string): string | null {
  const name = folder.replace(/%([0-9A-F]{2})/g, (_whole, code: string) =>
    String.fromCharCode(parseInt(code, 16)),
  );
  return folderOf(name) === folder && !name.includes('\0') ? name : null;
}

/** The absolute form of a path as the client sends it: `.` and `..` are resolved here and never lead out of the root. */
export function absolute(path: string): string {
  return posix.resolve('/', path);
}

/** Reads a path; bytes are Latin-1 characters here, as a path on an asset need not be UTF-8. */
export function placeOf(path: string): RootPlace | null {
  const [, asset = '', systemUser, ...rest] = absolute(path).split('/');
  if (asset === '') return { kind: 'root' };
  const assetName = nameOf(utf8(asset));
  if (assetName === null) return null;
  if (systemUser === undefined) return { kind: 'asset', asset: assetName };
  const systemUserName = nameOf(utf8(systemUser));
  if (systemUserName === null) return null;
  return { kind: 'inside', asset: assetName, systemUser: systemUserName, path: `/${rest.join('/')}` };
}

function utf8(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString();
}

function hex(character: string): string {
  return character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');
}
