import { chmod, cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { openDatabase } from '#libs/database';
import type { EmbeddedPostgres } from '../../apps/standalone/src/embedded-postgres.js';
import { startThrowAwayPostgres } from '../database/throw-away-postgres.js';
import { ApiClient, PASSWORD } from './api-fixture.js';
import { ApiProcess } from './api-process.js';

const FIRST_PASSWORD = `${PASSWORD} at first`;
const info = z.object({ url: z.url() });
const check = z.object({
  at: z.coerce.date(),
  problem: z.object({ fault: z.string(), kind: z.string().nullable(), id: z.string().nullable() }).nullable(),
});
const state = z.object({
  lastCheck: check.nullable(),
  checks: z.array(
    z.object({ apiId: z.string(), api: z.string(), standing: z.string(), check: check.nullable() }),
  ),
  waiting: z.number(),
  checkingSince: z.string().nullable(),
});
type State = z.infer<typeof state>;
const posted = z.array(
  z.object({ api_id: z.string(), statement: z.string(), key_id: z.string(), signature: z.string() }),
);

interface Machine {
  dataDir: string;
  api: ApiProcess;
  client: ApiClient;
}

// each api is a process of its own: slow where many run at once
describe('apis on machines of their own', { timeout: 120_000 }, () => {
  let folder: string;
  let postgres: EmbeddedPostgres;
  let database: DataSource;
  let one: Machine;
  let other: Machine;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-apis-'));
    await chmod(folder, 0o755); // the database may run under another account
    postgres = await startThrowAwayPostgres(folder);
    database = await openDatabase(postgres.url);
    one = await start('one');
    // the whole folder is copied, with what the first one keeps there
    await cp(join(folder, 'one'), join(folder, 'other'), { recursive: true });
    other = await start('other');
  }, 120_000);
  afterAll(async () => {
    await Promise.all([one, other].map(({ api }) => api.stop()));
    await database.destroy();
    await postgres.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(name: string): Promise<Machine> {
    const dataDir = join(folder, name);
    const api = ApiProcess.launch({
      GATEHOUSE_DATA_DIR: dataDir,
      GATEHOUSE_DATABASE_URL: postgres.url,
      GATEHOUSE_ADMIN_PASSWORD: FIRST_PASSWORD,
    });
    const { url } = info.parse(await api.untilReady());
    return { dataDir, api, client: await login(url, name === 'one' ? FIRST_PASSWORD : PASSWORD) };
  }

  async function login(url: string, password: string): Promise<ApiClient> {
    const anonymous = new ApiClient(url);
    const answer = await anonymous.post('/auth/login', { username: 'admin', password }).expect(200);
    const { accessToken } = z.object({ accessToken: z.string() }).parse(answer.body);
    const client = anonymous.with({ authorization: `Bearer ${accessToken}` });
    if (password === PASSWORD) return client;
    const change = { currentPassword: password, newPassword: PASSWORD };
    await client.post('/me/password', change).expect(204);
    return login(url, PASSWORD);
  }

  const seenBy = async ({ client }: Machine): Promise<State> =>
    state.parse((await client.get('/audit/integrity').expect(200)).body);
  const board = async (): Promise<z.infer<typeof posted>> =>
    posted.parse(await database.query('SELECT * FROM audit_checks ORDER BY api_id'));
  const idOf = async ({ dataDir }: Machine): Promise<string> =>
    z
      .object({ apiId: z.string() })
      .parse(JSON.parse(await readFile(join(dataDir, 'keys/api/audit.check.json'), 'utf8'))).apiId;

  /** Checks on one of them; gives when. */
  async function checkOn(machine: Machine): Promise<Date> {
    await expect.poll(async () => (await seenBy(machine)).waiting, { timeout: 20_000 }).toBe(0);
    const asked = Date.now();
    await machine.client.post('/audit/integrity/check').expect(202);
    const ownCheck = async (): Promise<Date | undefined> => {
      const { checks, checkingSince } = await seenBy(machine);
      if (checkingSince !== null || checks.length === 0) return undefined;
      const id = await idOf(machine);
      return checks.find(({ apiId }) => apiId === id)?.check?.at;
    };
    await expect
      .poll(async () => (await ownCheck())?.getTime() ?? 0, { timeout: 20_000 })
      .toBeGreaterThanOrEqual(asked);
    return (await ownCheck()) ?? new Date(0);
  }

  it('show each other’s checks, and the newest as the last one', async () => {
    const at = await checkOn(one);
    const here = await seenBy(one);
    const there = await seenBy(other);
    expect(there.lastCheck).toEqual({ at, problem: null });
    expect(there.checks).toEqual(here.checks);
    expect(there.checks).toMatchObject([{ standing: 'good', check: { problem: null } }]);
    const later = await checkOn(other);
    const both = await seenBy(one);
    expect(both.lastCheck?.at).toEqual(later);
    expect(both.checks.map((found) => found.apiId)).toEqual([await idOf(other), await idOf(one)]);
  });

  it('both tell of a record that one of them found changed', async () => {
    const change = `UPDATE operations SET subject_name = $1 WHERE id =
      (SELECT row_id FROM audit_seals WHERE kind = 'operation' ORDER BY seq LIMIT 1) RETURNING id`;
    const [[{ id }]] = z
      .tuple([z.tuple([z.object({ id: z.string() })]), z.number()])
      .parse(await database.query(change, ['mallory']));
    await checkOn(one);
    for (const machine of [one, other]) {
      const { lastCheck } = await seenBy(machine);
      expect(lastCheck?.problem).toMatchObject({ fault: 'changed', kind: 'operation', id });
    }
  });

  it('put back what was taken or put in the place of their word; the others say that it was', async () => {
    const [oneId, otherId] = [await idOf(one), await idOf(other)];
    const standing = async (machine: Machine, id: string): Promise<unknown> => {
      const { checks } = await seenBy(machine);
      return checks.find(({ apiId }) => apiId === id);
    };
    const before = (await board()).find(({ api_id: id }) => id === oneId);
    const bad = { check: { problem: { fault: 'changed' } } };
    await database.query('DELETE FROM audit_checks WHERE api_id = $1', [oneId]);
    expect(await standing(other, oneId)).toMatchObject({ standing: 'withdrawn', ...bad });
    // by its own, as it does each minute
    expect(await standing(one, oneId)).toMatchObject({ standing: 'good', ...bad });
    expect((await board()).find(({ api_id: id }) => id === oneId)).toEqual(before);
    expect(await standing(other, oneId)).toMatchObject({ standing: 'good', ...bad });

    const whole = (before?.statement ?? '').replace(/"problem":\{[^}]*\}/, '"problem":null');
    expect(whole).not.toBe(before?.statement);
    await database.query('UPDATE audit_checks SET statement = $2 WHERE api_id = $1', [oneId, whole]);
    expect(await standing(other, oneId)).toMatchObject({ standing: 'unproven', ...bad });
    const at = await checkOn(one);
    expect(await standing(other, oneId)).toMatchObject({ standing: 'good', check: { at } });
    // its earlier word, with its signature
    await database.query(
      'UPDATE audit_checks SET statement = $2, key_id = $3, signature = $4 WHERE api_id = $1',
      [oneId, before?.statement, before?.key_id, before?.signature],
    );
    expect(await standing(other, oneId)).toMatchObject({ standing: 'withdrawn', check: { at } });
    await checkOn(one);
    const seen = await seenBy(other);
    expect(seen.checks.map(({ apiId }) => apiId).sort()).toEqual([oneId, otherId].sort());
  });

  it('take a name of their own when another machine’s files were copied to them', async () => {
    const file = 'keys/api/audit.check.json';
    const copied = z.looseObject({}).parse(JSON.parse(await readFile(join(one.dataDir, file), 'utf8')));
    // the second machine got the first one’s files before the first one checked again
    await writeFile(join(other.dataDir, file), JSON.stringify({ ...copied, api: 'another-machine' }));
    await seenBy(other);
    expect(await idOf(other)).not.toBe(await idOf(one));
    const ids = (await board()).map(({ api_id: id }) => id);
    expect(ids).toEqual(expect.arrayContaining([await idOf(one), await idOf(other)]));
  });
});
