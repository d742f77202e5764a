import { createHash } from 'node:crypto';
import { z } from 'zod';
import { DRIFT_FINDINGS } from '#libs/contracts';
import { sudoersFile, type SudoGrant } from './sudoers-file.js';

/** One thing that differs from what was pushed, as it is stored. */
export const driftFinding = z.object({
  finding: z.enum(DRIFT_FINDINGS),
  isNote: z.boolean(),
  pushed: z.string(),
  found: z.string(),
});

/** What a push set on an asset besides key and password. */
export const pushedThings = z.object({
  shell: z.string(),
  /** Blank: not known. */
  home: z.string(),
  comment: z.string(),
  groups: z.array(z.string()),
  /** SHA-256 of its sudoers file, hex; blank: it has none. */
  sudoers: z.string(),
});
export type PushedThings = z.infer<typeof pushedThings>;

/** What a push of this plan sets. */
export function pushedOf(
  plan: Omit<PushedThings, 'home' | 'sudoers'> & { username: string; grants: readonly SudoGrant[] },
  home: string,
): PushedThings {
  const { shell, comment, groups, username, grants } = plan;
  return { shell, home, comment, groups, sudoers: sudoersDigest(sudoersFile(username, grants)) };
}

/** SHA-256 of a sudoers file, hex; blank for none. */
function sudoersDigest(file: string): string {
  return file === '' ? '' : createHash('sha256').update(file).digest('hex');
}
