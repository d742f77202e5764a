import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { assertNotNewer, openDatabase } from '#libs/database';
import { readConfig, type Config } from '#libs/kernel';
import { embeddedUrl, startEmbeddedPostgres, type EmbeddedPostgres } from '../embedded-postgres.js';
import { chooseDataFolder, openSocketFolder } from '../postgres/data-folder.js';
import { chooseDatabaseAccount } from '../postgres/database-account.js';
import { isLocked } from '../postgres/folder-lock.js';

/** What a command of the machine works on. */
export interface Installation {
  config: Config & { databaseUrl: string };
  dataSource: DataSource;
}

/** The settings with the data folder that a start would take. */
export function commandConfig(): Config {
  const config = readConfig();
  return { ...config, dataDir: chooseDataFolder(config, () => undefined) };
}

/**
 * Opens the database of the installation that the settings name. The embedded PostgreSQL is used as it runs, or runs
 * for as long as the command takes.
 * @throws Error when there is no installation, StartFailure when the database can't be reached
 */
export async function withInstallation<T>(use: (found: Installation) => Promise<T>): Promise<T> {
  const config = commandConfig();
  const own = config.databaseUrl === null ? await embedded(config.dataDir) : null;
  const databaseUrl = config.databaseUrl ?? own?.url ?? '';
  try {
    const dataSource = await openDatabase(databaseUrl);
    try {
      return await use({ config: { ...config, databaseUrl }, dataSource });
    } finally {
      if (dataSource.isInitialized) await dataSource.destroy();
    }
  } finally {
    await own?.stop();
  }
}

/** @throws Error unless the schema is that of this version: older and newer rows are not for its statements */
export async function assertCurrentSchema(dataSource: DataSource): Promise<void> {
  const [found]: { name: string | null }[] = await dataSource.query(
    "SELECT to_regclass('migrations')::text AS name",
  );
  if (!found?.name || (await dataSource.showMigrations()))
    throw new Error(
      'The database is empty or of an older version: start Gatehouse once, which brings it up to date.',
    );
  await assertNotNewer(dataSource);
}

type Running = Pick<EmbeddedPostgres, 'url' | 'stop'>;

async function embedded(dataDir: string): Promise<Running> {
  const cluster = join(dataDir, 'postgres');
  if (!existsSync(join(cluster, 'PG_VERSION')))
    throw new Error(
      `${dataDir} holds no database: set GATEHOUSE_DATA_DIR or GATEHOUSE_DATABASE_URL as at the start.`,
    );
  const sockets = openSocketFolder(dataDir, chooseDatabaseAccount(cluster));
  if (await isLocked(sockets)) return { url: embeddedUrl(sockets), stop: () => Promise.resolve() };
  return startEmbeddedPostgres({ dataDir });
}
