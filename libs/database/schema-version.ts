import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { StartFailure } from '#libs/kernel';
import { migrations } from './migrations/index.js';

const tables = z.tuple([z.object({ name: z.string().nullable() })]);
const names = z.array(z.object({ name: z.string() }));

/** Names of the migrations of this version, in their order. */
export const MIGRATION_NAMES: readonly string[] = migrations.map(({ name }) => name);

/** How often a gateway looks whether the api is done. */
const MIGRATION_POLL_MS = 100;

/** @throws StartFailure when a newer version was at this database: its rows are not for this one's statements */
export async function assertNotNewer(dataSource: DataSource): Promise<void> {
  const unknown = (await appliedMigrations(dataSource)).find((name) => !MIGRATION_NAMES.includes(name));
  if (unknown === undefined) return;
  throw new StartFailure(
    `The database is of a newer Gatehouse than this one (${unknown}).`,
    'Start that version, or restore a backup that this one made.',
  );
}

/**
 * Waits until the schema is that of this version: the api brings it up to date, and may have been started a moment
 * later, or be busy with a large table.
 * @param onWait called once if there is something to wait for
 * @throws StartFailure when the schema is a newer version's, or is still an older one's after that time
 */
export async function awaitMigrated(
  dataSource: DataSource,
  patienceMs: number,
  onWait: () => void,
): Promise<void> {
  for (let waited = 0; ; waited += MIGRATION_POLL_MS) {
    await assertNotNewer(dataSource);
    const applied = await appliedMigrations(dataSource);
    if (MIGRATION_NAMES.every((name) => applied.includes(name))) return;
    if (waited >= patienceMs) {
      throw new StartFailure(
        'The database has no schema of this version yet, which the api brings.',
        'Start the api of the same version, with the same GATEHOUSE_DATABASE_URL.',
      );
    }
    if (waited === 0) onWait();
    await sleep(MIGRATION_POLL_MS);
  }
}

/** Names of those that were applied, the newest first. */
async function appliedMigrations(dataSource: DataSource): Promise<string[]> {
  const found: unknown = await dataSource.query(`SELECT to_regclass('migrations')::text AS name`);
  if (tables.parse(found)[0].name === null) return [];
  const rows: unknown = await dataSource.query('SELECT name FROM migrations ORDER BY id DESC');
  return names.parse(rows).map(({ name }) => name);
}
