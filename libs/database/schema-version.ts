import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { StartFailure } from '#libs/kernel';
import { migrations } from './migrations/index.js';

const tables = z.tuple([z.object({ name: z.string().nullable() })]);
const names = z.array(z.object({ name: z.string() }));

/** Names of the migrations of this version, in their order. */
export const MIGRATION_NAMES: readonly string[] = migrations.map(({ name }) => name);

/** @throws StartFailure when a newer version was at this database: its rows are not for this one's statements */
export async function assertNotNewer(dataSource: DataSource): Promise<void> {
  const found: unknown = await dataSource.query(`SELECT to_regclass('migrations')::text AS name`);
  if (tables.parse(found)[0].name === null) return;
  const rows: unknown = await dataSource.query('SELECT name FROM migrations ORDER BY id DESC');
  const unknown = names.parse(rows).find(({ name }) => !MIGRATION_NAMES.includes(name));
  if (!unknown) return;
  throw new StartFailure(
    `The database is of a newer Gatehouse than this one (${unknown.name}).`,
    'Start that version, or restore a backup that this one made.',
  );
}
