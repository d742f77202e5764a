import { DataSource, type DataSourceOptions } from 'typeorm';
import { StartFailure } from '#libs/kernel';
import { Connection } from './connection.js';
import * as entities from './entities/index.js';
import { migrations } from './migrations/index.js';
import { SnakeNaming } from './naming.js';
import { assertNotNewer } from './schema-version.js';

/** Connections that one process keeps at most. */
const POOL_SIZE = 10;
/** How long work waits for one of the connections: a burst of a thousand requests is worked off in less. */
const QUEUE_MS = 30_000;

/** How a process reaches the database. `synchronize` is never on: the schema comes from migrations. */
export function dataSourceOptions(url: string): DataSourceOptions {
  return {
    type: 'postgres',
    url,
    entities: Object.values(entities),
    migrations,
    migrationsTableName: 'migrations',
    namingStrategy: new SnakeNaming(),
    synchronize: false,
    installExtensions: false,
    applicationName: 'gatehouse',
    poolSize: POOL_SIZE,
    connectTimeoutMS: QUEUE_MS,
    // all statements are short: compiling a plan or starting workers costs more than it saves, sorting on disk too
    extra: {
      Client: Connection,
      options: '-c jit=off -c max_parallel_workers_per_gather=0 -c work_mem=16MB',
    },
  };
}

/**
 * Opens the database.
 * @throws StartFailure in words: not reachable, password refused, no such database.
 */
export async function openDatabase(url: string): Promise<DataSource> {
  const dataSource = new DataSource(dataSourceOptions(url));
  try {
    return await dataSource.initialize();
  } catch (error) {
    throw databaseFailure(url, error);
  }
}

/** Gives an empty database the schema that these migrations make: that of an earlier version. */
export async function migrateBy(url: string, names: readonly string[]): Promise<void> {
  const chosen = migrations.filter(({ name }) => names.includes(name));
  const dataSource = await new DataSource({ ...dataSourceOptions(url), migrations: chosen }).initialize();
  try {
    await migrate(dataSource);
  } finally {
    await dataSource.destroy();
  }
}

const MIGRATION_LOCK = 0x6761_7465;

/**
 * Brings the schema up to date; several processes that start together wait for each other.
 * @throws StartFailure when the database is of a newer version
 */
export async function migrate(dataSource: DataSource): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await assertNotNewer(dataSource);
    await dataSource.runMigrations({ transaction: 'each' });
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    await runner.release();
  }
}

/** The error of a failed connection as one line for the operator; the password of the URL stays out of it. */
export function databaseFailure(url: string, error: unknown): StartFailure {
  const where = describeTarget(url);
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const reasons: Record<string, [string, string]> = {
    '28P01': [`The database at ${where} refused the password.`, 'Correct GATEHOUSE_DATABASE_URL.'],
    '28000': [`The database at ${where} refused the login.`, 'Check user and pg_hba.conf.'],
    '3D000': [`The database named in GATEHOUSE_DATABASE_URL doesn't exist at ${where}.`, 'Create it.'],
    ECONNREFUSED: [
      `Nothing answers at the database's address ${where}.`,
      'Start it or correct GATEHOUSE_DATABASE_URL.',
    ],
    ENOTFOUND: [`The database's host ${where} has no address.`, 'Correct GATEHOUSE_DATABASE_URL.'],
  };
  const [what, mend] = reasons[code] ?? [
    `The database at ${where} can't be used: ${error instanceof Error ? error.message : String(error)}.`,
    'Correct GATEHOUSE_DATABASE_URL or the database.',
  ];
  return new StartFailure(what, mend, { cause: error });
}

function describeTarget(url: string): string {
  try {
    const { host, searchParams, pathname } = new URL(url);
    return `${host || (searchParams.get('host') ?? 'the local socket')}${pathname}`;
  } catch {
    return 'GATEHOUSE_DATABASE_URL';
  }
}
