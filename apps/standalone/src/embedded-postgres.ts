import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { StartFailure } from '#libs/kernel';
import {
  assertReachable,
  openDataFolder,
  openPrivateFolder,
  openSocketFolder,
} from './postgres/data-folder.js';
import { chooseDatabaseAccount, type DatabaseAccount } from './postgres/database-account.js';
import { lockFolder } from './postgres/folder-lock.js';
import { findPostgresPrograms, type PostgresPrograms } from './postgres/postgres-programs.js';
import { Postmaster, stopLeftOver } from './postgres/postmaster.js';

/** Role and database of the product; the role owns the database and nothing else. */
const ROLE = 'gatehouse';
const DATABASE = 'gatehouse';
/** Role that makes the two; used by this launcher alone. */
const SUPERUSER = 'postgres';

/** Recovery after a crash replays at most a few minutes of writes. */
const START_PATIENCE_MS = 300_000;

/** A running embedded PostgreSQL. */
export interface EmbeddedPostgres {
  /** For pg and TypeORM: over the unix socket, without a password (peer authentication), as no superuser. */
  url: string;
  /** Fulfilled when the server has ended, whether stopped or by itself. */
  ended: Promise<void>;
  /** Stops the server. Nothing committed is lost. */
  stop(): Promise<void>;
}

interface Place {
  dataDir: string;
  cluster: string;
  sockets: string;
  account: DatabaseAccount;
  programs: PostgresPrograms;
}

/**
 * Makes the database in `<dataDir>/postgres` if it isn't there yet, starts it, mends what an earlier run left that
 * was killed, and makes the product's role and database. It listens on a unix socket only.
 * @param options.throwaway the data need not survive a power cut: for tests and demos, starts and writes faster
 * @throws StartFailure
 */
export async function startEmbeddedPostgres(options: {
  dataDir: string;
  throwaway?: boolean;
}): Promise<EmbeddedPostgres> {
  const { throwaway = false } = options;
  const place = preparePlace(resolve(options.dataDir));
  const unlock = await lockFolder(place.dataDir, place.sockets);
  const postmaster = await bringUp(place, throwaway).catch(async (error: unknown) => {
    await unlock();
    throw error;
  });
  return {
    url: embeddedUrl(place.sockets),
    ended: postmaster.ended.then(unlock),
    stop: async () => {
      await postmaster.stop();
      await unlock();
    },
  };
}

/** For pg and TypeORM: the product's database of a server whose sockets are in this folder. */
export function embeddedUrl(sockets: string): string {
  return `postgres://${ROLE}@localhost/${DATABASE}?host=${encodeURIComponent(sockets)}&sslmode=disable`;
}

async function bringUp(place: Place, throwaway: boolean): Promise<Postmaster> {
  makeCluster(place, throwaway);
  await stopLeftOver(place.cluster);
  const postmaster = await launch(place, throwaway);
  try {
    await makeRoleAndDatabase(place.sockets);
    return postmaster;
  } catch (error) {
    await postmaster.stop();
    throw error;
  }
}

function preparePlace(dataDir: string): Place {
  openDataFolder(dataDir);
  const cluster = join(dataDir, 'postgres');
  const account = chooseDatabaseAccount(cluster);
  assertReachable(dataDir, account);
  const programs = findPostgresPrograms(dataDir, account);
  return { dataDir, cluster, sockets: openSocketFolder(dataDir, account), account, programs };
}

/** Runs initdb beside the final place and moves the result there: a cluster is whole or absent. */
function makeCluster({ dataDir, cluster, account, programs }: Place, throwaway: boolean): void {
  const version = join(cluster, 'PG_VERSION');
  if (existsSync(version)) {
    assertSameMajor(cluster, Number(readFileSync(version, 'utf8')), programs.major);
    return;
  }
  const unfinished = join(dataDir, 'postgres.unfinished');
  rmSync(unfinished, { recursive: true, force: true });
  openPrivateFolder(unfinished, account);
  const made = spawnSync(
    programs.initdb,
    [
      ...['-D', unfinished, '-U', SUPERUSER, '--auth=peer', '--auth-host=reject', '--no-instructions'],
      ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
      ...(throwaway ? ['--no-sync'] : []),
    ],
    {
      ...account.ids,
      cwd: '/',
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' },
    },
  );
  if (made.status !== 0) {
    const reason =
      made.error?.message ?? made.stderr.split('\n').find((line) => line.includes('error:')) ?? made.stderr;
    throw new StartFailure(
      `The database can't be made in ${cluster}: ${reason.replace(/^initdb: error: /, '').trim()}.`,
      'Mend that, or set GATEHOUSE_DATABASE_URL to a PostgreSQL of your own.',
    );
  }
  renameSync(unfinished, cluster);
}

function assertSameMajor(cluster: string, found: number, shipped: number): void {
  if (found === shipped) return;
  throw new StartFailure(
    `The database in ${cluster} was made by PostgreSQL ${String(found)}, and this Gatehouse ships ${String(shipped)}.`,
    'Start it with the Gatehouse that made it, dump it there and load the dump into a new data folder.',
  );
}

async function launch(place: Place, throwaway: boolean): Promise<Postmaster> {
  const settings = serverSettings(place, throwaway);
  const deadline = Date.now() + START_PATIENCE_MS;
  for (;;) {
    const postmaster = Postmaster.launch(
      { postgres: place.programs.postgres, cluster: place.cluster, settings },
      place.account,
    );
    while (postmaster.isRunning && Date.now() < deadline) {
      if (await answers(place.sockets)) return postmaster;
      await Promise.race([sleep(25), postmaster.ended]);
    }
    await postmaster.stop();
    if (postmaster.wasTooEarly && Date.now() < deadline) {
      await sleep(250);
      continue;
    }
    throw new StartFailure(
      `The embedded PostgreSQL does not start: ${postmaster.lastWords}.`,
      `Its log is in ${join(place.cluster, 'log')}.`,
    );
  }
}

/** Settings given on the command line, so that each start has those of this version of Gatehouse. */
function serverSettings({ dataDir, sockets, cluster }: Place, throwaway: boolean): Record<string, string> {
  return {
    listen_addresses: '',
    unix_socket_directories: sockets,
    unix_socket_permissions: '0700',
    ...accessFiles(dataDir),
    max_connections: '200',
    logging_collector: 'on',
    log_directory: join(cluster, 'log'),
    // One file a weekday, begun anew a week later: the log is bounded without anybody's care.
    log_filename: 'postgresql-%a.log',
    log_truncate_on_rotation: 'on',
    log_rotation_age: '1d',
    log_rotation_size: '0',
    timezone: 'UTC',
    log_timezone: 'UTC',
    ...(throwaway ? { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' } : {}),
  };
}

/**
 * Who may log in to the database: the operating system's account that runs Gatehouse, nobody else. The files lie
 * outside PostgreSQL's own folder, so that its account can't widen them when it is another one.
 */
function accessFiles(dataDir: string): Record<string, string> {
  const files = { hba_file: join(dataDir, 'pg_hba.conf'), ident_file: join(dataDir, 'pg_ident.conf') };
  const account = `"${userInfo().username}"`;
  writeFileSync(files.hba_file, 'local all all peer map=gatehouse\n', { mode: 0o644 });
  writeFileSync(
    files.ident_file,
    [SUPERUSER, ROLE].map((role) => `gatehouse ${account} ${role}\n`).join(''),
    { mode: 0o644 },
  );
  return files;
}

async function answers(sockets: string): Promise<boolean> {
  try {
    await asSuperuser(sockets, (client) => client.query('SELECT 1'));
    return true;
  } catch {
    return false; // not up yet, or still recovering: asked again
  }
}

async function makeRoleAndDatabase(sockets: string): Promise<void> {
  await asSuperuser(sockets, async (client) => {
    const role = await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [ROLE]);
    if (role.rowCount === 0) await client.query(`CREATE ROLE ${ROLE} LOGIN`);
    const database = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE]);
    if (database.rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE} OWNER ${ROLE}`);
  });
}

async function asSuperuser<T>(sockets: string, use: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({
    host: sockets,
    port: 5432,
    user: SUPERUSER,
    database: 'postgres',
    ssl: false,
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => undefined); // a connection that ends under us fails its query, which is what counts
  try {
    await client.connect();
    return await use(client);
  } finally {
    await client.end().catch(() => undefined); // it never stood
  }
}
