import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Operation } from '#libs/database';
import { failureOf, StockedApi, type Answer, type Caller } from './stocked-api.js';

const NOBODY = '00000000-0000-7000-8000-000000000000';
const aText: unknown = expect.any(String);
const page = z.object({ items: z.array(z.object({ name: z.string() })) });
const namesOf = (answer: Answer): string[] => page.parse(answer.body).items.map((item) => item.name);

describe('authorization rules', () => {
  let api: StockedApi;
  let admin: Caller;
  let alice: string;
  let bob: string;
  let ops: string;
  let web: string;
  let db: string;
  let servers: string;
  let dev: string;
  let dba: string;

  beforeAll(async () => {
    api = await StockedApi.start();
    admin = api.as('admin');
    const user = (username: string): Promise<string> =>
      admin.made('/users', { username, name: username, role: 'user', password: 'correct horse 4712' });
    [alice, bob] = [await user('alice'), await user('bob')];
    ops = await admin.made('/user-groups', { name: 'ops', memberIds: [bob] });
    web = await admin.made('/assets', { name: 'web', address: '10.0.0.1' });
    const outer = await admin.made('/asset-groups', { name: 'servers' });
    const inner = await admin.made('/asset-groups', { name: 'databases', parentId: outer });
    db = await admin.made('/assets', { name: 'db', address: '10.0.0.2', groupIds: [inner] });
    servers = outer;
    dev = await admin.made('/system-users', { username: 'dev', generateKey: true });
    dba = await admin.made('/system-users', { username: 'dba', password: 'x' });
    for (const systemUserId of [dev, dba]) {
      await admin.made('/pushes', { systemUserId, assetIds: [web, db], mode: 'record-only' });
    }
    return () => api.stop();
  });

  const sides = (): object => ({ userIds: [alice], assetIds: [web], systemUserIds: [dev] });
  const rule = (name: string, more: object = {}): Promise<string> =>
    admin.made('/authorization-rules', { name, ...sides(), ...more });
  const create = (more: object): Promise<Answer> =>
    admin.post('/authorization-rules', { name: 'refused', ...sides(), ...more });

  it('are made with all sides, period and actions, and answer with ids and names', async () => {
    const body = {
      name: 'everything',
      comment: 'c',
      userIds: [alice],
      userGroupIds: [ops],
      assetIds: [web],
      assetGroupIds: [servers],
      systemUserIds: [dev, dba].sort(),
      actions: ['connect', 'exec'],
      forwardDestinations: ['localhost:5432'],
      validFrom: '2026-01-01T00:00:00.000Z',
      validUntil: '2027-01-01T00:00:00.000Z',
      hours: {
        timeZone: 'Asia/Shanghai',
        windows: [{ days: ['mon', 'fri'], from: '09:00', until: '18:00' }],
      },
      active: false,
    };
    const answer = await admin.post('/authorization-rules', body);
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      ...body,
      id: aText,
      users: [{ id: alice, name: 'alice' }],
      userGroups: [{ id: ops, name: 'ops' }],
      assets: [{ id: web, name: 'web' }],
      assetGroups: [{ id: servers, name: 'servers' }],
      systemUsers: [
        { id: dba, name: 'dba' },
        { id: dev, name: 'dev' },
      ],
      createdAt: aText,
      updatedAt: aText,
    });
  });

  it('allow every action, always, unless they say otherwise', async () => {
    const id = await rule('plain');
    expect((await admin.get(`/authorization-rules/${id}`)).body).toMatchObject({
      actions: ['connect', 'exec', 'upload', 'download', 'forward'],
      forwardDestinations: [],
      validFrom: null,
      validUntil: null,
      hours: null,
      active: true,
    });
  });

  it('name destinations of port forwarding in a form that means one thing; explained, also by place', async () => {
    const destinations = ['localhost:5432', '*.db.example.org', '10.0.0.0/8:443', '*'];
    const id = await rule('tunnels', { actions: ['forward', 'agent'], forwardDestinations: destinations });
    expect((await admin.get(`/authorization-rules/${id}`)).body).toMatchObject({
      actions: ['forward', 'agent'],
      forwardDestinations: destinations,
    });
    const wrong = { forwardDestinations: ['a', '10.0.0.0/40'] };
    expect(failureOf(await admin.patch(`/authorization-rules/${id}`, wrong)).fields).toEqual([
      'forwardDestinations.1:not_a_destination',
    ]);
    const ask = `/authorization/explain?userId=${alice}&assetId=${web}&systemUserId=${dev}&action=forward`;
    const explained = async (destination: string) =>
      (await admin.get(`${ask}&destination=${destination}`)).body;
    expect(await explained('10.1.2.3:443')).toMatchObject({ granted: true, obstacles: [] });
    expect(await explained('intranet:443')).toMatchObject({
      granted: false,
      obstacles: ['destination_not_allowed'],
    });
  });

  it('take moments with any zone', async () => {
    const id = await rule('zoned', { validUntil: '2027-01-01T08:00:00+08:00' });
    expect((await admin.get(`/authorization-rules/${id}`)).body).toMatchObject({
      validUntil: '2027-01-01T00:00:00.000Z',
    });
  });

  it.each([
    ['nobody', { userIds: [] }, ['userIds:side_missing']],
    ['no asset', { assetIds: [], assetGroupIds: [] }, ['assetIds:side_missing']],
    ['no system user', { systemUserIds: undefined }, ['systemUserIds:side_missing']],
    [
      'no side at all',
      { userIds: undefined, assetIds: undefined, systemUserIds: undefined },
      ['userIds:side_missing', 'assetIds:side_missing', 'systemUserIds:side_missing'],
    ],
    ['an unknown user', { userIds: [NOBODY] }, ['userIds:not_found']],
    ['an unknown user group', { userGroupIds: [NOBODY] }, ['userGroupIds:not_found']],
    ['an unknown asset', { assetIds: [NOBODY] }, ['assetIds:not_found']],
    ['an unknown asset group', { assetGroupIds: [NOBODY] }, ['assetGroupIds:not_found']],
    ['an unknown system user', { systemUserIds: [NOBODY] }, ['systemUserIds:not_found']],
    ['a user twice', { userIds: [NOBODY, NOBODY] }, ['userIds:repeated']],
    ['no list', { userIds: NOBODY }, ['userIds:not_a_list']],
    ['null for a side', { assetIds: null }, ['assetIds:not_a_list']],
    ['no action', { actions: [] }, ['actions:too_few']],
    ['an unknown action', { actions: ['root'] }, ['actions:unknown_value']],
    ['an action twice', { actions: ['exec', 'exec'] }, ['actions:repeated']],
    ['no name', { name: undefined }, ['name:required']],
    ['control characters', { name: 'a\u001b[0m' }, ['name:control_characters']],
    ['a date without time', { validFrom: '2026-01-01' }, ['validFrom:not_a_moment']],
    ['a time without zone', { validFrom: '2026-01-01T00:00:00' }, ['validFrom:not_a_moment']],
    ['a day that is none', { validFrom: '2026-02-30T00:00:00Z' }, ['validFrom:not_a_moment']],
    ['a year that nobody means', { validUntil: '0001-01-01T00:00:00Z' }, ['validUntil:not_a_moment']],
    [
      'an end before the beginning',
      { validFrom: '2026-06-01T00:00:00Z', validUntil: '2026-06-01T00:00:00Z' },
      ['validUntil:before_valid_from'],
    ],
    ['an unknown field', { users: [] }, ['users:unknown_field']],
  ])('are refused with %s', async (_what, fields, expected) => {
    expect(failureOf(await create(fields))).toEqual({
      status: 422,
      code: 'validation_failed',
      fields: expected,
    });
  });

  it('have one of a name, however many ask at once', async () => {
    const answers = await Promise.all(Array.from({ length: 6 }, () => create({ name: 'raced' })));
    expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
  });

  it('are changed side by side; what is left out stays, and all three sides are needed still', async () => {
    const id = await rule('changing', { validFrom: '2026-01-01T00:00:00Z' });
    const patch = (fields: object): Promise<Answer> => admin.patch(`/authorization-rules/${id}`, fields);
    expect((await patch({ userIds: [], userGroupIds: [ops], actions: ['exec'] })).body).toMatchObject({
      name: 'changing',
      userIds: [],
      userGroupIds: [ops],
      assetIds: [web],
      actions: ['exec'],
      validFrom: '2026-01-01T00:00:00.000Z',
    });
    expect(failureOf(await patch({ userGroupIds: [] })).fields).toEqual(['userIds:side_missing']);
    expect(failureOf(await patch({ validUntil: '2025-01-01T00:00:00Z' })).fields).toEqual([
      'validUntil:before_valid_from',
    ]);
    expect(failureOf(await patch({ name: null })).fields).toEqual(['name:not_a_text']);
    expect((await patch({ validFrom: null })).body).toMatchObject({ validFrom: null });
    expect((await admin.patch(`/authorization-rules/${NOBODY}`, {})).status).toBe(404);
    const rows = await api.database.getRepository(Operation).find({
      where: { subjectId: id, action: 'authorization-rule.update' },
      order: { at: 'ASC' },
    });
    expect(rows).toHaveLength(2);
    expect(rows[0]).toMatchObject({
      before: { userIds: [alice], userGroupIds: [] },
      after: { userIds: [], userGroupIds: [ops], actions: ['exec'] },
    });
  });

  it('that lost their only asset can still be renamed and ended', async () => {
    const assetId = await admin.made('/assets', { name: 'short-lived', address: '10.0.0.8' });
    await admin.made('/pushes', { systemUserId: dev, assetIds: [assetId], mode: 'record-only' });
    const id = await rule('left', { assetIds: [assetId] });
    await admin.delete(`/assets/${assetId}`);
    const ended = await admin.patch(`/authorization-rules/${id}`, { name: 'left over', active: false });
    expect(ended).toMatchObject({ status: 200, body: { assetIds: [], assets: [], active: false } });
  });

  it('are deleted one or many, all or none', async () => {
    const ids = [await rule('gone-1'), await rule('gone-2'), await rule('gone-3')];
    expect((await admin.delete(`/authorization-rules/${ids[0] ?? ''}`)).status).toBe(204);
    expect((await admin.delete(`/authorization-rules/${ids[0] ?? ''}`)).status).toBe(404);
    expect(failureOf(await admin.post('/authorization-rules/delete', { ids })).fields).toEqual([
      'ids:not_found',
    ]);
    expect((await admin.post('/authorization-rules/delete', { ids: ids.slice(1) })).status).toBe(204);
    expect((await admin.get('/authorization-rules?q=gone-')).body).toMatchObject({ total: 0 });
  });

  it('tell every process of each change, and not of none', async () => {
    const reasons = await api.reasonsDuring(async () => {
      const id = await rule('told');
      await admin.patch(`/authorization-rules/${id}`, { active: true });
      await admin.patch(`/authorization-rules/${id}`, { active: false });
      await admin.delete(`/authorization-rules/${id}`);
    });
    expect(reasons).toEqual(['create', 'update', 'delete'].map((verb) => `authorization-rule.${verb}`));
  });

  it('may be read by auditors, changed by admins, and neither by others', async () => {
    expect((await api.as('auditor').get('/authorization-rules')).status).toBe(200);
    expect((await api.as('auditor').post('/authorization-rules', {})).status).toBe(403);
    expect((await api.as('user').get('/authorization-rules')).status).toBe(403);
    expect((await api.as('group_admin').get('/authorization-rules')).status).toBe(403);
    expect((await api.nobody.get('/authorization-rules')).status).toBe(401);
  });

  describe('lists', () => {
    beforeAll(async () => {
      await rule('L-by-user');
      await rule('L-by-groups', { userIds: [], userGroupIds: [ops], assetIds: [], assetGroupIds: [servers] });
      await rule('L-inactive', { assetIds: [db], systemUserIds: [dba], active: false });
    });

    it.each([
      ['by name', '', ['L-by-groups', 'L-by-user', 'L-inactive']],
      ['by user', 'userId=ALICE', ['L-by-user', 'L-inactive']],
      ['by user through a group', 'userId=BOB', ['L-by-groups']],
      ['by asset', 'assetId=WEB', ['L-by-user']],
      ['by asset through nested groups', 'assetId=DB', ['L-by-groups', 'L-inactive']],
      ['by system user', 'systemUserId=DBA', ['L-inactive']],
      ['by state', 'active=false', ['L-inactive']],
      ['in order', 'sort=-name', ['L-inactive', 'L-by-user', 'L-by-groups']],
      ['page by page', 'pageSize=2&page=2', ['L-inactive']],
    ])('find them %s', async (_how, query, expected) => {
      const ids = query.replace('ALICE', alice).replace('BOB', bob).replace('WEB', web).replace('DBA', dba);
      expect(namesOf(await admin.get(`/authorization-rules?q=L-&${ids.replace('DB', db)}`))).toEqual(
        expected,
      );
    });

    it('name the first ten of a side, and all of them on the rule itself', async () => {
      const assetIds: string[] = [];
      for (let number = 10; number < 22; number++) {
        assetIds.push(await admin.made('/assets', { name: `many-${number}`, address: '10.0.0.9' }));
      }
      await admin.made('/pushes', { systemUserId: dev, assetIds, mode: 'record-only' });
      const id = await rule('wide', { assetIds });
      const wide = z.object({
        assetIds: z.array(z.string()),
        assets: z.array(z.object({ name: z.string() })),
      });
      const listed = z
        .object({ items: z.tuple([wide]) })
        .parse((await admin.get('/authorization-rules?q=wide')).body);
      expect(listed.items[0].assetIds).toHaveLength(12);
      expect(listed.items[0].assets.map((asset) => asset.name).at(-1)).toBe('many-19');
      expect(wide.parse((await admin.get(`/authorization-rules/${id}`)).body).assets).toHaveLength(12);
    });
  });
});
