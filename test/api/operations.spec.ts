import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { operationSubject } from '#libs/contracts';
import { Operation } from '#libs/database';
import { openApiDocument } from '../../apps/api/src/openapi.js';
import { INVENTORY, PUSHES } from './changes/estate.js';
import { OWN_ACCOUNT, PEOPLE } from './changes/identity.js';
import { SETTINGS, USE } from './changes/use.js';
import { PLANTED, World } from './changes/world.js';
import { root, sourceFiles } from '../architecture/checkout.js';
import { concrete, routesOf } from './routes.js';
import { csvRows, download } from './sheet-files.js';

const changing = routesOf(await openApiDocument()).filter(({ method }) => method !== 'get');

/** One valid request for each route that changes something. */
const REQUESTS = { ...OWN_ACCOUNT, ...PEOPLE, ...INVENTORY, ...PUSHES, ...USE, ...SETTINGS };

/** Routes that write no operation, and why not. Another one is a decision: it goes here after somebody thought about it. */
const UNRECORDED: Readonly<Record<string, string>> = {
  login: 'stands in the logins',
  finishLogin: 'stands in the logins',
  beginMySecondFactor: 'counts for nothing until it is confirmed, which is recorded',
  checkUserImport: 'reads a file; what is done with it is recorded when it is run',
  checkAssetImport: 'reads a file; what is done with it is recorded when it is run',
  getUserUsage: 'changes nothing: a long list of ids is asked with',
  getUserGroupsUsage: 'changes nothing: a long list of ids is asked with',
  getAssetUsage: 'changes nothing: a long list of ids is asked with',
  previewBatchExecution: 'changes nothing',
  previewFileTargets: 'changes nothing',
  scanHostKeys: 'changes nothing: looks at what an address offers to everybody',
  scanAssetHostKeys: 'changes nothing: looks at what an address offers to everybody',
  writeMyFile: 'stands in the file transfers',
  makeMyFolder: 'stands in the file transfers',
  renameMyFile: 'stands in the file transfers',
  removeMyFile: 'stands in the file transfers',
  setMyFileMode: 'stands in the file transfers',
  writeMyCopies: 'stands in the file transfers',
};

/** Needs a gateway: where its operation is looked for. */
const WITH_GATEWAY: Readonly<Record<string, string>> = {
  testConnection: 'gateway/connection-test.spec.ts',
  sendTestMail: 'gateway/mail.spec.ts',
};

/** Operations that no route writes, and the fields that they hold. */
const WITHOUT_ROUTE: Readonly<Record<string, readonly string[]>> = {
  'retention.delete': ['count', 'from', 'to', 'bytes'],
  'session.recording-gap': ['from', 'to', 'bytes', 'reason'],
  'audit.gap': ['from', 'to', 'lost'],
  'session.unwatch': ['seconds'],
  'vault.rotate-key': ['key', 'resealed', 'stuck'],
  'audit.rotate-key': ['key'],
  'login.rotate-key': ['count'],
  'gateway.announce-key': ['key'],
  'gateway.rotate-key': ['key'],
  'gateway.retire-key': ['key'],
  'backup.create': [],
  'backup.restore': ['createdAt', 'version'],
  'user.export': ['format', 'filter', 'count'],
  'asset.export': ['format', 'filter', 'count'],
  'audit.export': ['format', 'filter'],
  'asset.test-connection': [],
  'settings.test-mail': [],
  'session.watch': [],
  'session.replay': [],
  'system-user.recycle': ['assetId'],
};

/** Fields that hold fields themselves. */
const NESTED = new Set(['filter', 'set', 'groups']);

function fieldsIn(side: object | null): string[] {
  return Object.entries(side ?? {}).flatMap(([field, value]: [string, unknown]) =>
    NESTED.has(field) && typeof value === 'object' && !Array.isArray(value)
      ? [field, ...fieldsIn(value)]
      : [field],
  );
}

const words = z
  .record(z.enum(['en', 'zh-CN']), z.record(z.string(), z.string()))
  .parse(JSON.parse(readFileSync(join(root, 'apps/api/src/session-audit/audit-words.json'), 'utf8')));

const named = z.object({
  items: z.array(
    z.object({ names: z.record(z.string(), z.string()), after: z.record(z.string(), z.unknown()) }),
  ),
});

const SECRET_FIELD = /secret|password|codes|privatekey|token|challenge/i;

/** Texts of an answer that nobody may read afterwards, by the names of their fields. */
function secretsIn(answer: unknown, name = ''): string[] {
  if (typeof answer === 'string') return SECRET_FIELD.test(name) && answer.length >= 8 ? [answer] : [];
  if (typeof answer !== 'object' || answer === null) return [];
  return Object.entries(answer).flatMap(([key, value]) =>
    secretsIn(value, Array.isArray(answer) ? name : key),
  );
}

describe('the operations log', () => {
  let world: World;
  let database: DataSource;

  beforeAll(async () => {
    world = await World.start();
    database = world.api.app.get(DataSource);
  });
  afterAll(() => world.api.stop());

  const idList = z.array(z.object({ id: z.string() }));
  const known = async (): Promise<Set<string>> =>
    new Set(idList.parse(await database.query('SELECT id FROM operations')).map(({ id }) => id));
  const newSince = async (before: Set<string>): Promise<Operation[]> => {
    const rows = await database.getRepository(Operation).find({ order: { at: 'ASC', id: 'ASC' } });
    return rows.filter(({ id }) => !before.has(id));
  };

  it('is written by every route that changes something, or it says why not', () => {
    const places = [REQUESTS, UNRECORDED, WITH_GATEWAY].flatMap((place) => Object.keys(place));
    expect(places.sort()).toEqual(changing.map(({ name }) => name).sort());
  });

  it.each(changing.filter(({ name }) => name in REQUESTS))('holds what $name did', async (route) => {
    const prepare = REQUESTS[route.name];
    if (!prepare) throw new Error(`no request for ${route.name}`);
    const change = await prepare(world);
    const before = await known();
    const answer = await world.send(route.method, concrete(route.path, change.ids), change);
    expect(answer.status, answer.text).toBeLessThan(300);
    const rows = await newSince(before);
    expect(rows.length, 'nothing was recorded').toBeGreaterThan(0);
    const actorName = change.by?.username ?? 'admin';
    for (const row of rows) {
      expect(row).toMatchObject({ actorName, address: '127.0.0.1', way: 'api' });
      expect(row.actorId === null).toBe(actorName === 'somebody');
      expect(row.action).toMatch(/^[a-z-]+\.[a-z-]+$/);
      expect([row.subjectType, row.subjectName]).not.toContain('');
      if (row.action.endsWith('.update')) {
        expect(row.after).not.toBeNull();
        expect(Object.keys(row.before ?? {}), JSON.stringify(row)).not.toEqual([]);
      }
    }
    const text = JSON.stringify(rows);
    for (const secret of [PLANTED, 'PRIVATE KEY', ...secretsIn(answer.body)])
      expect(text).not.toContain(secret);
  });

  it('holds no field without a word for it, in either language', async () => {
    const rows = await database.getRepository(Operation).find();
    const told = rows.flatMap(({ action, before, after }) =>
      [before, after].flatMap((side) => fieldsIn(side).map((field) => `${action} ${field}`)),
    );
    const elsewhere = Object.entries(WITHOUT_ROUTE).flatMap(([action, fields]) =>
      fields.map((field) => `${action} ${field}`),
    );
    const all = [...new Set([...told, ...elsewhere])];
    expect(all.length).toBeGreaterThan(100);
    for (const language of ['en', 'zh-CN'] as const) {
      const known: Readonly<Record<string, string>> = words[language];
      const wordless = all.filter((one) => !(`operationField.${one.split(' ')[1] ?? ''}` in known));
      expect(wordless).toEqual([]);
      const mute = [...new Set(rows.map(({ action }) => action)), ...Object.keys(WITHOUT_ROUTE)].filter(
        (action) => !(`operationVerb.${action.slice(action.indexOf('.') + 1)}` in known),
      );
      expect(mute).toEqual([]);
    }
  });

  it('calls what is Gatehouse’s own by words, in either language', async () => {
    const rows = await database.getRepository(Operation).find();
    for (const language of ['en', 'zh-CN'] as const) {
      const known: Readonly<Record<string, string>> = words[language];
      const asked = new Set<string>();
      const word = (key: string): string | undefined => {
        asked.add(key);
        return known[key];
      };
      for (const row of rows) operationSubject(row, { word });
      expect([...asked]).toEqual(
        expect.arrayContaining(['operationSubject.settings.defaults', 'operationSubject.audit.audit']),
      );
      // an export changes nothing, and so has no route here
      operationSubject({ subjectType: 'audit', subjectId: null, subjectName: 'commands' }, { word });
      expect([...asked]).toContain('operationSubject.audit.commands');
      expect([...asked].filter((key) => !(key in known))).toEqual([]);
    }
    const called = (subjectType: string, subjectName: string): string =>
      operationSubject(
        { subjectType, subjectId: '1', subjectName },
        { word: (key) => (key === 'phrase.colon' ? ' is ' : '-') },
      );
    expect(called('user', 'mail')).toBe('mail');
    expect(called('batch-execution', 'dev: 3 assets')).toBe('dev is 3 -');
    expect(called('system-user', 'dev: 3 assets')).toBe('dev: 3 assets');
  });

  it('knows all operations that are written', async () => {
    const rows = await database.getRepository(Operation).find({ select: { action: true } });
    const seen = new Set([...rows.map(({ action }) => action), ...Object.keys(WITHOUT_ROUTE)]);
    const written = sourceFiles('apps/**/*.ts', 'libs/**/*.ts')
      .filter((file) => !file.endsWith('.spec.ts'))
      .flatMap((file) => [
        ...readFileSync(join(root, file), 'utf8').matchAll(
          /(?:action: |[rR]ecord(?:On)?\(\w+, |operation\()'([a-z-]+\.[a-z-]+)'/g,
        ),
      ])
      .map(([, action]) => action);
    expect(written.length).toBeGreaterThan(40);
    expect(written.filter((action) => action !== undefined && !seen.has(action))).toEqual([]);
  });

  it('names what ids stand for, also when it is gone', async () => {
    const { admin } = world.api;
    const groupId = await world.made('/asset-groups', { name: 'web servers' });
    const goneId = await world.made('/asset-groups', { name: 'old servers' });
    const assetId = await world.asset();
    await admin.patch(`/assets/${assetId}`, { groupIds: [groupId, goneId] }).expect(200);
    await admin.patch(`/asset-groups/${groupId}`, { name: 'front servers' }).expect(200);
    await admin.delete(`/asset-groups/${goneId}`).expect((answer) => answer.ok);
    const query = `subjectId=${assetId}&action=asset.update`;
    const page = named.parse((await admin.get(`/operations?${query}`).expect(200)).body);
    expect(page.items[0]?.names).toEqual({ [groupId]: 'front servers', [goneId]: 'old servers' });
    expect(page.items[0]?.after['groupIds']).toEqual(expect.arrayContaining([groupId, goneId]));
    const [, row] = csvRows(
      await download(admin, `/audit/exports/operations?format=csv&language=zh-CN&${query}`),
    );
    expect(row?.slice(2, 4)).toEqual(['修改', '资产']);
    expect(row?.[5]).toBe('所属组：–');
    expect(row?.[6]).toMatch(/^所属组：(front servers、old servers|old servers、front servers)$/);
  });

  it('is not written by what fails', async () => {
    const before = await known();
    await world.api.admin.post('/assets', { name: '' }).expect(422);
    await world.api.admin.delete('/assets/00000000-0000-7000-8000-000000000000').expect(404);
    expect(await newSince(before)).toEqual([]);
  });
});
