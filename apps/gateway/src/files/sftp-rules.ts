import type { Action } from '#libs/contracts';
import { OPEN, SFTP } from './sftp-packets.js';

/** What a kind of request needs of the rules. `either`: upload or download, whichever is there. */
export type Need = 'upload' | 'download' | 'both' | 'either';

/** Each request of SFTP version 3; OPEN goes by its flags, EXTENDED by its name. What isn't here is refused. */
const REQUESTS: Readonly<Record<number, Need>> = {
  [SFTP.CLOSE]: 'either',
  [SFTP.READ]: 'download',
  [SFTP.WRITE]: 'upload',
  [SFTP.LSTAT]: 'either',
  [SFTP.FSTAT]: 'either',
  [SFTP.SETSTAT]: 'upload',
  [SFTP.FSETSTAT]: 'upload',
  [SFTP.OPENDIR]: 'either',
  [SFTP.READDIR]: 'either',
  [SFTP.REMOVE]: 'upload',
  [SFTP.MKDIR]: 'upload',
  [SFTP.RMDIR]: 'upload',
  [SFTP.REALPATH]: 'either',
  [SFTP.STAT]: 'either',
  [SFTP.RENAME]: 'upload',
  [SFTP.READLINK]: 'either',
  [SFTP.SYMLINK]: 'upload',
};

/** Extended requests of OpenSSH (PROTOCOL section 4) and of draft-ietf-secsh-filexfer-extensions. */
const EXTENDED: Readonly<Record<string, Need>> = {
  'statvfs@openssh.com': 'either',
  'fstatvfs@openssh.com': 'either',
  'limits@openssh.com': 'either',
  'expand-path@openssh.com': 'either',
  'users-groups-by-id@openssh.com': 'either',
  'home-directory': 'either',
  'posix-rename@openssh.com': 'upload',
  'hardlink@openssh.com': 'upload',
  'fsync@openssh.com': 'upload',
  'lsetstat@openssh.com': 'upload',
};

/** What a request needs; null: there is no such request. */
export function needOf(type: number): Need | null {
  return REQUESTS[type] ?? null;
}

/** What an extended request needs. One that isn't known could do anything. */
export function needOfExtended(name: string): Need {
  return EXTENDED[name] ?? 'both';
}

/**
 * What the flags of OPEN let one do. Servers open for reading whatever isn't opened for writing alone (OpenSSH takes no
 * flags at all for reading), and appending without writing is no combination that can be trusted.
 */
export function useOf(flags: number): { reads: boolean; writes: boolean } {
  const writes = (flags & (OPEN.WRITE | OPEN.APPEND | OPEN.CREAT | OPEN.TRUNC)) !== 0;
  const reads = (flags & OPEN.READ) !== 0 || (flags & OPEN.WRITE) === 0;
  return { reads, writes };
}

/** The actions of a need that are missing. */
export function missingFor(need: Need, allowed: ReadonlySet<Action>): Action[] {
  const lacking = (['upload', 'download'] as const).filter((action) => !allowed.has(action));
  if (need === 'either') return lacking.length === 2 ? lacking : [];
  return need === 'both' ? lacking : lacking.filter((action) => action === need);
}
