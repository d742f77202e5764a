import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { migrate, openDatabase } from '#libs/database';
import { startEmbeddedPostgres } from '../../apps/standalone/src/embedded-postgres.js';
import { startThrowAwayPostgres } from './throw-away-postgres.js';

/** A real PostgreSQL that ends with the test. */
export interface ThrowAwayDatabase {
  readonly url: string;
  /** Also a data folder for the product, `stop` removes it. */
  readonly dataDir: string;
  /** A connection; closed by `stop`. */
  open(): Promise<DataSource>;
  /** Takes the server away, for {@link ThrowAwayDatabase.comeBack}; what was written stays. */
  goAway(): Promise<void>;
  comeBack(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts an empty one; `migrated` brings the schema up. */
export async function startThrowAwayDatabase(options: { migrated: boolean }): Promise<ThrowAwayDatabase> {
  const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-database-'));
  // PostgreSQL may run under another account, which must get through to its own folder
  await chmod(dataDir, 0o755);
  let postgres = options.migrated
    ? await startThrowAwayPostgres(dataDir)
    : await startEmbeddedPostgres({ dataDir, throwaway: true });
  const opened: DataSource[] = [];
  const open = async (): Promise<DataSource> => {
    const dataSource = await openDatabase(postgres.url);
    opened.push(dataSource);
    return dataSource;
  };
  if (options.migrated) await migrate(await open());
  return {
    url: postgres.url,
    dataDir,
    open,
    goAway: () => postgres.stop(),
    comeBack: async () => {
      postgres = await startEmbeddedPostgres({ dataDir, throwaway: true });
    },
    stop: async () => {
      await Promise.all(
        opened.filter((dataSource) => dataSource.isInitialized).map((dataSource) => dataSource.destroy()),
      );
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
