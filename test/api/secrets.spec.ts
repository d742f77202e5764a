import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { generateKey } from '#libs/kernel';
import { openApiDocument } from '../../apps/api/src/openapi.js';
import { ApiFixture, PASSWORD } from './api-fixture.js';

const withId = z.object({ id: z.uuid() });
const table = z.object({ schema: z.string(), name: z.string() });
const row = z.object({ text: z.string() });

/** What must never be found anywhere, as it is or as dumps and logs would show it. */
const planted = {
  'password of an admin account': 'planted-admin-account-4711',
  'password of a system user': 'planted-system-user-4712',
  'password of a user': 'planted-user-password-4713',
};
const keys = { 'key of an admin account': generateKey(), 'key of a system user': generateKey() };

/** The middle of the secret part of an OpenSSH private key. */
const inside = (privateKey: string): string => privateKey.replace(/-----[^-]+-----|\s/g, '').slice(-120, -60);

const needles: [name: string, text: string][] = [
  ...Object.entries(planted),
  ...Object.entries(keys).map(([name, { privateKey }]): [string, string] => [name, inside(privateKey)]),
].flatMap(([name, text]): [string, string][] => [
  [name, text],
  [`${name} in base64`, Buffer.from(text).toString('base64').slice(0, -4)],
  [`${name} in hex`, Buffer.from(text).toString('hex')],
]);

function findPlanted(haystack: string): string[] {
  return needles.filter(([, text]) => haystack.includes(text)).map(([name]) => name);
}

/** What these answer comes from an asset, through a gateway: nothing that the API holds. */
const OF_ASSETS = /^\/api\/v1\/me\/files(?:\/|$)/;

describe('secrets given to the API', () => {
  let api: ApiFixture;
  let log = '';

  beforeAll(async () => {
    api = await ApiFixture.start({ onLog: (line) => (log += line) });
    const account = { name: 'root', username: 'root', password: planted['password of an admin account'] };
    const accountKey = keys['key of an admin account'].privateKey;
    await api.admin.post('/admin-accounts', { ...account, privateKey: accountKey }).expect(201);
    const password = planted['password of a system user'];
    const systemUser = { username: 'dev', password, privateKey: keys['key of a system user'].privateKey };
    const made = withId.parse((await api.admin.post('/system-users', systemUser).expect(201)).body);
    await api.admin.patch(`/system-users/${made.id}`, { password }).expect(200);
    const user = { username: 'alice', name: 'Alice', role: 'user', password: planted['password of a user'] };
    const { id } = withId.parse((await api.admin.post('/users', user).expect(201)).body);
    await api.login('alice', user.password);
    await api.admin.patch(`/users/${id}`, { password: user.password }).expect(200);
    // failures must not repeat what they refuse
    await api.admin.post('/system-users', { ...systemUser, shell: 7 }).expect(422);
    await api.admin.post('/system-users', systemUser).expect(409);
    await api.admin.post('/admin-accounts', { ...account, name: 'x', passphrase: [password] }).expect(422);
    await api
      .anonymous()
      .post('/auth/login', { ...user, username: ['alice'] })
      .expect(422);
  });
  afterAll(() => api.stop());

  it('would be found if they were there', () => {
    const text = JSON.stringify({
      planted,
      keys: Object.values(keys).map(({ privateKey }) => inside(privateKey)),
    });
    expect(findPlanted(text)).toHaveLength(5);
  });

  it('stand in no table', async () => {
    const database = api.app.get(DataSource);
    const tables: unknown = await database.query(
      `SELECT schemaname AS schema, tablename AS name FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    let dump = '';
    for (const { schema, name } of table.array().parse(tables)) {
      const rows: unknown = await database.query(`SELECT t::text AS text FROM "${schema}"."${name}" t`);
      dump += row
        .array()
        .parse(rows)
        .map(({ text }) => text)
        .join('\n');
    }
    expect(dump).toContain('alice');
    expect(findPlanted(dump)).toEqual([]);
  });

  it('stand in no line of the log, at the lowest level', () => {
    expect(log).toContain('/api/v1/system-users');
    expect(findPlanted(log)).toEqual([]);
    expect(log).not.toContain(PASSWORD);
  });

  const AUDIT_LISTS = ['sessions', 'commands', 'file-transfers', 'login-attempts', 'operations'];

  /** What must be said to routes that answer to nobody else. */
  async function questions(): Promise<Record<string, string>> {
    const first = async (path: string): Promise<string> => {
      const page = z.object({ items: z.array(withId).min(1) });
      return page.parse((await api.admin.get(path).expect(200)).body).items[0]?.id ?? '';
    };
    const { id: assetId } = withId.parse(
      (await api.admin.post('/assets', { name: 'web', address: '10.0.0.1' }).expect(201)).body,
    );
    const [userId, systemUserId] = [await first('/users'), await first('/system-users')];
    return {
      '/api/v1/authorization/explain': `?userId=${userId}&systemUserId=${systemUserId}&assetId=${assetId}`,
      '/api/v1/push-history': `?systemUserId=${systemUserId}&assetId=${assetId}`,
      '/api/v1/users/export': '?format=csv',
      '/api/v1/users/import-template': '?format=csv',
      '/api/v1/assets/export': '?format=csv',
      '/api/v1/assets/import-template': '?format=csv',
      ...Object.fromEntries(AUDIT_LISTS.map((list) => [`/api/v1/audit/exports/${list}`, '?format=csv'])),
    };
  }

  it('are read back by no route', async () => {
    const { paths } = await openApiDocument();
    const lists = Object.entries(paths).filter(
      ([path, item]) => item.get && !path.includes('{') && !OF_ASSETS.test(path),
    );
    const asked = await questions();
    let told = '';
    for (const [path] of lists) {
      const answer = await api.admin.get(path + (asked[path] ?? '')).expect(200);
      told += answer.text;
      const page = z.object({ items: z.array(withId) }).safeParse(answer.body);
      const [first] = page.data?.items ?? [];
      if (first && paths[`${path}/{id}`]?.get)
        told += (await api.admin.get(`${path}/${first.id}`).expect(200)).text;
    }
    expect(told).toContain('system-user.create');
    expect(findPlanted(told)).toEqual([]);
    expect(told).not.toMatch(/argon2id|sealed/i);
  });
});
