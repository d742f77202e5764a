import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { migrate, openDatabase } from '#libs/database';
import { startEmbeddedPostgres } from '../../apps/standalone/src/embedded-postgres.js';
import { TEMPLATE_VARIABLE } from './throw-away-postgres.js';

/** Set-up of a test run: makes the database, with its schema, that those of the specs are copied from. */
export async function setup(): Promise<(() => Promise<void>) | undefined> {
  if (process.env[TEMPLATE_VARIABLE] !== undefined) return undefined; // another project of this run made it
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-template-'));
  await chmod(folder, 0o755); // the database may run under another account
  const postgres = await startEmbeddedPostgres({ dataDir: folder, throwaway: true });
  try {
    const dataSource = await openDatabase(postgres.url);
    await migrate(dataSource);
    await dataSource.destroy();
  } finally {
    await postgres.stop();
  }
  process.env[TEMPLATE_VARIABLE] = folder;
  return () => rm(folder, { recursive: true, force: true });
}
