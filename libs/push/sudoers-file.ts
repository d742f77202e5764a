import { createHash } from 'node:crypto';
import { sudoersCommand } from './sudo-commands.js';

/** What a system user may run by sudo. */
export interface SudoGrant {
  /** Of the alias. */
  name: string;
  commands: readonly string[];
}

/** sudo skips files of `sudoers.d` with a dot or a tilde in their name; names of system users have neither. */
export function sudoersPath(username: string): string {
  return `/etc/sudoers.d/gatehouse-${username}`;
}

/**
 * The sudoers file of a system user, aliases by name; empty when there is none. Aliases of sudoers are known
 * host-wide, so each carries a mark of its system user: two that share an alias don't get in each other's way.
 */
export function sudoersFile(username: string, grants: readonly SudoGrant[]): string {
  if (grants.length === 0) return '';
  const mark = createHash('sha256').update(username).digest('hex').slice(0, 8).toUpperCase();
  const sorted = grants.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  const nameOf = ({ name }: SudoGrant): string => `${name}_GH${mark}`;
  const aliases = sorted.map(
    (grant) => `Cmnd_Alias ${nameOf(grant)} = ${grant.commands.map(sudoersCommand).join(', ')}`,
  );
  return [
    `# Written by Gatehouse for the system user ${username}. The next push replaces it.`,
    ...aliases,
    `${username} ALL=(root) NOPASSWD: ${sorted.map(nameOf).join(', ')}`,
    '',
  ].join('\n');
}
