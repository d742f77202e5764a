import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Operation } from '#libs/database';
import { openApiDocument } from '../../apps/api/src/openapi.js';
import { INVENTORY, PUSHES } from './changes/estate.js';
import { OWN_ACCOUNT, PEOPLE } from './changes/identity.js';
import { SETTINGS, USE } from './changes/use.js';
import { PLANTED, World } from './changes/world.js';
import { concrete, routesOf } from './routes.js';

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

  it('is not written by what fails', async () => {
    const before = await known();
    await world.api.admin.post('/assets', { name: '' }).expect(422);
    await world.api.admin.delete('/assets/00000000-0000-7000-8000-000000000000').expect(404);
    expect(await newSince(before)).toEqual([]);
  });
});
