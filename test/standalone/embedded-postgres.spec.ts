import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { StartFailure } from '#libs/kernel';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../apps/standalone/src/embedded-postgres.js';

const isRoot = process.getuid?.() === 0;
const folders: string[] = [];
const children: ChildProcess[] = [];

/** A folder that every account may enter, as the system's data folders are. */
function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-pg-'));
  chmodSync(folder, 0o755);
  folders.push(folder);
  return folder;
}

afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

const start = (dataDir: string): Promise<EmbeddedPostgres> =>
  startEmbeddedPostgres({ dataDir, throwaway: true });

async function query(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  // A server that dies tells its clients so twice: the query fails, and then the connection does.
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<Record<string, unknown>>(sql);
    return rows;
  } finally {
    await client.end();
  }
}

/** Starts the launcher in a process of its own, so that it can be killed. */
async function launchApart(dataDir: string): Promise<{ launcher: ChildProcess; url: string }> {
  const launcher = fork(join(import.meta.dirname, 'launcher.js'), [dataDir]);
  children.push(launcher);
  const [message] = z
    .tuple([z.object({ url: z.string() })])
    .rest(z.unknown())
    .parse(await once(launcher, 'message'));
  return { launcher, url: message.url };
}

const serverOf = (dataDir: string): number =>
  Number(readFileSync(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').split('\n')[0]);

function isAlive(pid: number): boolean {
  try {
    return !readFileSync(`/proc/${String(pid)}/stat`, 'utf8').includes(') Z ');
  } catch {
    return false; // no such process
  }
}

async function gone(pid: number): Promise<void> {
  for (let tries = 0; isAlive(pid); tries += 1) {
    if (tries > 200) throw new Error(`process ${String(pid)} is still there`);
    await sleep(50);
  }
}

describe('the embedded PostgreSQL', () => {
  it('keeps what was written, for an owner of its database who is nothing more', async () => {
    const dataDir = newFolder();
    const first = await start(dataDir);
    await query(first.url, 'CREATE TABLE kept AS SELECT 42 AS answer');
    await first.stop();
    const second = await start(dataDir);
    try {
      expect(await query(second.url, 'SELECT answer FROM kept')).toEqual([{ answer: 42 }]);
      expect(
        await query(
          second.url,
          'SELECT rolname, rolsuper, rolcreaterole, rolcreatedb, rolreplication FROM pg_roles WHERE rolname = current_user',
        ),
      ).toEqual([
        {
          rolname: 'gatehouse',
          rolsuper: false,
          rolcreaterole: false,
          rolcreatedb: false,
          rolreplication: false,
        },
      ]);
    } finally {
      await second.stop();
    }
  });

  it('is reached by TypeORM over the socket, and by nobody over the network', async () => {
    const postgres = await start(newFolder());
    const dataSource = new DataSource({ type: 'postgres', url: postgres.url });
    try {
      await dataSource.initialize();
      expect(
        await dataSource.query("SELECT setting FROM pg_settings WHERE name = 'listen_addresses'"),
      ).toEqual([{ setting: '' }]);
    } finally {
      await dataSource.destroy();
      await postgres.stop();
    }
  });

  it('closes its folders to other accounts', async () => {
    const dataDir = newFolder();
    const postgres = await start(dataDir);
    await postgres.stop();
    for (const folder of ['postgres', 'run']) expect(statSync(join(dataDir, folder)).mode & 0o077).toBe(0);
  });

  it('ends with a launcher that is killed, and starts again', async () => {
    const dataDir = newFolder();
    const { launcher, url } = await launchApart(dataDir);
    await query(url, 'CREATE TABLE kept AS SELECT 1 AS one');
    const server = serverOf(dataDir);
    launcher.kill('SIGKILL');
    await gone(server);
    const again = await start(dataDir);
    expect(await query(again.url, 'SELECT one FROM kept')).toEqual([{ one: 1 }]);
    await again.stop();
  });

  it('starts again when launcher and server were killed together, in the same moment', async () => {
    const dataDir = newFolder();
    const { launcher, url } = await launchApart(dataDir);
    const busy = query(url, 'SELECT pg_sleep(60)').catch(() => 'cut off');
    const server = serverOf(dataDir);
    launcher.kill('SIGKILL');
    process.kill(server, 'SIGKILL');
    const again = await start(dataDir);
    expect(await query(again.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    expect(await busy).toBe('cut off');
    await again.stop();
  });

  it('is not misled by another process that has the number of a server that is gone', async () => {
    const dataDir = newFolder();
    await (await start(dataDir)).stop();
    const mark = join(dataDir, 'postgres', 'postmaster.pid');
    writeFileSync(mark, `${String(process.pid)}\n${join(dataDir, 'postgres')}\n`);
    const again = await start(dataDir);
    expect(await query(again.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    await again.stop();
  });

  it('tells when the server ends by itself', async () => {
    const dataDir = newFolder();
    const postgres = await start(dataDir);
    process.kill(serverOf(dataDir), 'SIGKILL');
    await postgres.ended;
    const again = await start(dataDir);
    await again.stop();
  });

  it('takes a data folder whose path is too long for a socket', async () => {
    const dataDir = join(newFolder(), 'long-'.repeat(20));
    const postgres = await start(dataDir);
    expect(await query(postgres.url, 'SELECT 1 AS one')).toEqual([{ one: 1 }]);
    const sockets = new URL(postgres.url).searchParams.get('host') ?? '';
    folders.push(sockets);
    expect(sockets.startsWith(dataDir)).toBe(false);
    expect(statSync(sockets).mode & 0o077).toBe(0);
    await postgres.stop();
  });
});

describe('a start that can not be', () => {
  /** The sentence that the operator gets. */
  const failure = async (dataDir: string): Promise<string> => {
    const error: unknown = await start(dataDir).then(
      (postgres) => postgres.stop(),
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(StartFailure);
    return error instanceof Error ? error.message : '';
  };

  it('names the process that holds the folder', async () => {
    const dataDir = newFolder();
    const { launcher } = await launchApart(dataDir);
    expect(await failure(dataDir)).toContain(`Another Gatehouse (process ${String(launcher.pid)}) runs on`);
    expect(isAlive(serverOf(dataDir))).toBe(true);
    launcher.kill('SIGTERM');
    await once(launcher, 'exit');
  });

  it('says that the data folder is a file', async () => {
    const file = join(newFolder(), 'file');
    writeFileSync(file, '');
    expect(await failure(file)).toMatch(/data folder .*file can't be written: .*Make it writable/);
    expect(await failure(join(file, 'below'))).toMatch(/can't be written: a part of the path is a file/);
  });

  it('says that the data folder may not be written', async ({ skip }) => {
    if (isRoot) skip('root may write everywhere');
    const folder = newFolder();
    chmodSync(folder, 0o555);
    expect(await failure(join(folder, 'data'))).toMatch(/can't be written: no permission/);
  });

  it('says that the account of PostgreSQL can not reach the data folder', async ({ skip }) => {
    if (!isRoot) skip('only root runs PostgreSQL by another account');
    const home = newFolder();
    chmodSync(home, 0o700);
    expect(await failure(join(home, 'data'))).toMatch(
      /can't be reached by the account .* because you are root/,
    );
  });

  it('says that another PostgreSQL made the database', async () => {
    const dataDir = newFolder();
    mkdirSync(join(dataDir, 'postgres'));
    writeFileSync(join(dataDir, 'postgres', 'PG_VERSION'), '17\n');
    expect(await failure(dataDir)).toMatch(/made by PostgreSQL 17, and this Gatehouse ships 18/);
  });

  it("passes on PostgreSQL's own reason", async () => {
    const dataDir = newFolder();
    await (await start(dataDir)).stop();
    writeFileSync(join(dataDir, 'postgres', 'postgresql.auto.conf'), 'no_such_setting = 1\n');
    expect(await failure(dataDir)).toMatch(/does not start: .*postgresql.auto.conf.*Its log is in/);
  });
});
