import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Session } from '#libs/database';
import { asId, newId, type AssetId, type GatewayId, type SystemUserId, type UserId } from '#libs/kernel';
import { failureOf, StockedApi, type Caller } from './stocked-api.js';

const NOBODY = '00000000-0000-7000-8000-000000000000';
const page = z.object({
  items: z.array(
    z.object({
      name: z.string(),
      port: z.number(),
      systemUsers: z.array(z.object({ username: z.string() })),
      favourite: z.boolean(),
      lastUsedAt: z.string().nullable(),
    }),
  ),
  total: z.number(),
});

describe('the assets that somebody may log in to', () => {
  let api: StockedApi;
  let admin: Caller;
  let me: Caller;
  let someone: Caller;
  let dev: string;
  let ids: string[];
  let rule: string;
  const names = ['web-1', 'web-2', 'web-3', 'db-1'];

  beforeAll(async () => {
    api = await StockedApi.start();
    [admin, me, someone] = [api.as('admin'), api.as('user'), api.as('group_admin')];
    dev = await admin.made('/system-users', { username: 'dev', password: 'x' });
    ids = [];
    for (const [index, name] of names.entries()) {
      ids.push(await admin.made('/assets', { name, address: `10.0.0.${index}` }));
    }
    await admin.made('/pushes', { systemUserId: dev, assetIds: ids, mode: 'record-only' });
    rule = await give('mine', me, ids.slice(0, 3));
    await give('theirs', someone, ids.slice(2));
    return () => api.stop();
  });

  const give = (name: string, to: Caller, assetIds: string[]): Promise<string> =>
    admin.made('/authorization-rules', {
      name,
      userIds: [to.userId],
      userGroupIds: [],
      assetIds,
      assetGroupIds: [],
      systemUserIds: [dev],
    });
  const listed = async (query = '', who = me): Promise<z.infer<typeof page>> =>
    page.parse((await who.get(`/me/assets?${query}`)).body);
  const namesOf = async (query = '', who = me): Promise<string[]> =>
    (await listed(query, who)).items.map((item) => item.name);
  const at = (index: number): string => ids[index] ?? '';
  /** A session as a gateway writes it. */
  const use = (who: Caller, index: number, startedAt: string): Promise<unknown> =>
    api.database.getRepository(Session).insert({
      id: newId<Session['id']>(),
      kind: 'ssh',
      userId: who.userId ?? asId<UserId>(NOBODY),
      username: 'somebody',
      assetId: asId<AssetId>(at(index)),
      assetName: names[index] ?? '',
      systemUserId: asId<SystemUserId>(dev),
      systemUsername: 'dev',
      sourceAddress: '192.0.2.1',
      gatewayId: newId<GatewayId>(),
      startedAt: new Date(startedAt),
    });

  it('are listed with the system users, searched, and paged with the total', async () => {
    const all = await listed();
    expect(all.items.map((item) => item.name)).toEqual(['web-1', 'web-2', 'web-3']);
    expect(all.items[0]).toMatchObject({ port: 22, systemUsers: [{ username: 'dev' }], favourite: false });
    expect(await namesOf('q=WEB-2')).toEqual(['web-2']);
    expect(await namesOf('sort=-name')).toEqual(['web-3', 'web-2', 'web-1']);
    expect(await listed('page=2&pageSize=2')).toMatchObject({ total: 3, items: [{ name: 'web-3' }] });
    expect(await listed('page=9')).toEqual({ total: 3, items: [] });
    expect(failureOf(await me.get('/me/assets?sort=address')).status).toBe(422);
    expect((await api.nobody.get('/me/assets')).status).toBe(401);
  });

  it('can be kept as favourites, by each person for themselves', async () => {
    expect((await me.put(`/me/favourites/${at(2)}`, {})).status).toBe(204);
    expect((await me.put(`/me/favourites/${at(2)}`, {})).status).toBe(204);
    expect(await namesOf('favourite=true')).toEqual(['web-3']);
    expect(await listed('favourite=true&page=2')).toMatchObject({ total: 1 });
    expect(await namesOf('favourite=false')).toEqual(['web-1', 'web-2']);
    expect(await namesOf('favourite=true', someone)).toEqual([]);
    expect((await listed('q=web-3')).items).toMatchObject([{ favourite: true }]);
    expect((await me.delete(`/me/favourites/${at(2)}`)).status).toBe(204);
    expect((await me.delete(`/me/favourites/${at(2)}`)).status).toBe(204);
    expect(await namesOf('favourite=true')).toEqual([]);
    const said = await admin.get('/operations?q=web-3');
    const actions = z.object({ items: z.array(z.object({ action: z.string() })) }).parse(said.body);
    expect(actions.items.map((item) => item.action).filter((name) => name.startsWith('favourite'))).toEqual([
      'favourite.remove',
      'favourite.add',
    ]);
  });

  it('are no way to learn of others: those are not found', async () => {
    for (const id of [at(3), NOBODY, 'x']) {
      expect(failureOf(await me.put(`/me/favourites/${id}`, {}))).toMatchObject({ status: 404 });
      expect(failureOf(await me.delete(`/me/favourites/${id}`))).toMatchObject({ status: 404 });
    }
    // an admin manages all assets, and reaches those that a rule gives
    expect((await admin.put(`/me/favourites/${at(0)}`, {})).status).toBe(404);
  });

  it('can be listed by when they were last used, the never used last', async () => {
    await use(me, 1, '2026-01-01T10:00:00Z');
    await use(me, 0, '2026-01-02T10:00:00Z');
    await use(me, 1, '2026-01-03T10:00:00Z');
    await use(someone, 2, '2026-01-04T10:00:00Z');
    expect(await namesOf('sort=-lastUsed')).toEqual(['web-2', 'web-1', 'web-3']);
    expect(await namesOf('sort=lastUsed')).toEqual(['web-1', 'web-2', 'web-3']);
    expect((await listed()).items.map((item) => item.lastUsedAt)).toEqual([
      '2026-01-02T10:00:00.000Z',
      '2026-01-03T10:00:00.000Z',
      null,
    ]);
  });

  it('vanish with the access, from favourites and recents too', async () => {
    for (const index of [0, 1, 2]) await me.put(`/me/favourites/${at(index)}`, {});
    await admin.patch(`/authorization-rules/${rule}`, { assetIds: [at(0), at(1)] });
    expect(await namesOf('favourite=true')).toEqual(['web-1', 'web-2']);
    await admin.patch(`/assets/${at(0)}`, { active: false });
    expect(await namesOf('favourite=true')).toEqual(['web-2']);
    expect(await namesOf('sort=-lastUsed')).toEqual(['web-2']);
    expect((await me.delete(`/me/favourites/${at(2)}`)).status).toBe(204);
    await admin.delete(`/assets/${at(1)}`);
    expect(await namesOf()).toEqual([]);
    await admin.patch(`/assets/${at(0)}`, { active: true });
    expect(await namesOf('favourite=true')).toEqual(['web-1']);
  });

  it('are the same where somebody reaches thousands of them', async () => {
    await api.database.query(`INSERT INTO asset_groups (id, name) VALUES (gen_random_uuid(), 'all of many')`);
    await api.database.query(
      `INSERT INTO assets (id, name, address, comment, active)
       SELECT gen_random_uuid(), 'many-' || to_char(n, 'FM0000'), '10.9.0.1', CASE WHEN n % 2 = 0 THEN '50% _of_ Many' ELSE '' END,
         n % 10 <> 0 FROM generate_series(1, 2500) n`,
    );
    await api.database.query(
      `INSERT INTO asset_group_members (group_id, asset_id)
       SELECT g.id, a.id FROM asset_groups g, assets a WHERE g.name = 'all of many' AND a.name LIKE 'many-%'`,
    );
    const [group] = z
      .array(z.object({ id: z.string() }))
      .parse(await api.database.query(`SELECT id FROM asset_groups WHERE name = 'all of many'`));
    const many = api.as('auditor');
    await admin.made('/pushes', { systemUserId: dev, assetGroupIds: [group?.id], mode: 'record-only' });
    await admin.made('/authorization-rules', {
      name: 'many',
      userIds: [many.userId],
      userGroupIds: [],
      assetIds: [],
      assetGroupIds: [group?.id],
      systemUserIds: [dev],
    });
    const name = (n: number): string => `many-${String(n).padStart(4, '0')}`;
    const active = Array.from({ length: 2500 }, (_, at) => at + 1).filter((n) => n % 10 !== 0);
    expect((await listed('', many)).total).toBe(2250);
    expect(await namesOf('pageSize=12', many)).toEqual(active.slice(0, 12).map(name));
    expect(await namesOf('pageSize=50&page=30', many)).toEqual(active.slice(1450, 1500).map(name));
    expect(await namesOf('pageSize=3&sort=-name', many)).toEqual([2499, 2498, 2497].map(name));
    expect(await namesOf('pageSize=2&page=1125', many)).toEqual([2498, 2499].map(name));
    expect(await listed('page=99', many)).toEqual({ total: 2250, items: [] });
    expect((await listed('q=MANY-', many)).total).toBe(2250);
    const hits = active.filter((n) => n % 2 === 0);
    const found = await listed(`q=${encodeURIComponent('50% _of_')}&pageSize=2`, many);
    expect(found.total).toBe(hits.length);
    expect(found.items.map((item) => item.name)).toEqual(hits.slice(0, 2).map(name));
    expect((await listed(`q=${encodeURIComponent('5%f')}`, many)).total).toBe(0);
    expect((await listed(`favourite=false&groupId=${group?.id}`, many)).total).toBe(2250);
    expect((await listed('favourite=true', many)).total).toBe(0);
  });
});
