import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Session } from '#libs/database';
import { asId, newId, type AssetId, type GatewayId, type SystemUserId, type UserId } from '#libs/kernel';
import { failureOf, StockedApi, type Caller } from './stocked-api.js';

const NOBODY = '00000000-0000-7000-8000-000000000000';
const none = { count: 0, names: [] };
const unused = {
  ...{ assets: none, assetGroups: none, rules: none, onlineSessions: none },
  ...{ followers: 0, isDefault: false },
};
const some = (...names: string[]): { count: number; names: string[] } => ({ count: names.length, names });

describe('what hangs on a thing of the inventory', () => {
  let api: StockedApi;
  let admin: Caller;
  let group: string;
  let account: string;
  let dataCenter: string;
  let web: string;
  let db: string;

  beforeAll(async () => {
    api = await StockedApi.start();
    admin = api.as('admin');
    account = await admin.made('/admin-accounts', { name: 'root key', username: 'root', password: 'x' });
    dataCenter = await admin.made('/data-centers', { name: 'SH-1' });
    group = await admin.made('/asset-groups', { name: 'front' });
    const more = { dataCenterId: dataCenter, adminAccountId: account, groupIds: [group] };
    web = await admin.made('/assets', { name: 'web', address: '10.0.0.1', ...more });
    db = await admin.made('/assets', { name: 'db', address: '10.0.0.2' });
    const dev = await admin.made('/system-users', { username: 'dev', password: 'x' });
    await admin.made('/pushes', { systemUserId: dev, assetIds: [web, db], mode: 'record-only' });
    const sides = { userIds: [api.as('user').userId], userGroupIds: [], systemUserIds: [dev] };
    await admin.made('/authorization-rules', {
      name: 'direct',
      ...sides,
      assetIds: [web],
      assetGroupIds: [],
    });
    await admin.made('/authorization-rules', {
      name: 'by group',
      ...sides,
      assetIds: [],
      assetGroupIds: [group],
    });
    await begin(web, null);
    await begin(db, new Date());
    return () => api.stop();
  });

  /** A session as a gateway writes it. */
  const begin = (assetId: string, endedAt: Date | null): Promise<unknown> =>
    api.database.getRepository(Session).insert({
      id: newId<Session['id']>(),
      kind: 'ssh',
      userId: api.as('user').userId ?? asId<UserId>(NOBODY),
      username: 'the-user',
      assetId: asId<AssetId>(assetId),
      assetName: 'web',
      systemUserId: asId<SystemUserId>(NOBODY),
      systemUsername: 'dev',
      sourceAddress: '192.0.2.1',
      gatewayId: newId<GatewayId>(),
      startedAt: new Date(),
      endedAt,
    });

  it('is told of assets, named or found by a filter', async () => {
    const expected = {
      ...unused,
      assets: some('db', 'web'),
      assetGroups: some('front'),
      rules: some('direct'),
      onlineSessions: some('the-user: dev@web'),
    };
    expect((await admin.post('/assets/usage', { ids: [web, db] })).body).toEqual(expected);
    expect((await admin.post('/assets/usage', { filter: {} })).body).toEqual(expected);
    expect((await admin.post('/assets/usage', { filter: { q: 'db' } })).body).toEqual({
      ...unused,
      assets: some('db'),
    });
    expect(failureOf(await admin.post('/assets/usage', {})).fields).toEqual(['ids:unclear']);
  });

  it('is told of groups, data centers and admin accounts', async () => {
    const inner = await admin.made('/asset-groups', { name: 'inner', parentId: group });
    expect((await admin.get(`/asset-groups/${group}/usage`)).body).toEqual({
      ...unused,
      assets: some('web'),
      assetGroups: some('inner'),
      rules: some('by group'),
      onlineSessions: some('the-user: dev@web'),
    });
    expect((await admin.get(`/asset-groups/${inner}/usage`)).body).toEqual(unused);
    const ofDataCenter = await admin.get(`/data-centers/${dataCenter}/usage`);
    expect(ofDataCenter.body).toEqual({ ...unused, assets: some('web') });
    const ofAccount = `/admin-accounts/${account}/usage`;
    expect((await admin.get(ofAccount)).body).toEqual({ ...unused, assets: some('web') });
    await admin.put('/settings/defaults', { adminAccountId: account });
    expect((await admin.get(ofAccount)).body).toMatchObject({ followers: 1, isDefault: true });
    expect((await admin.delete(`/admin-accounts/${account}`)).body).toMatchObject({
      code: 'in_use',
      usedByCount: 2,
      usedBy: [{ type: 'settings' }, { type: 'asset', name: 'web' }],
    });
  });

  it('is told to those who may read the inventory, of what exists', async () => {
    for (const path of ['asset-groups', 'data-centers', 'admin-accounts']) {
      expect((await admin.get(`/${path}/${NOBODY}/usage`)).status).toBe(404);
      expect((await api.as('user').get(`/${path}/${NOBODY}/usage`)).status).toBe(403);
    }
    expect((await api.as('auditor').post('/assets/usage', { ids: [web] })).status).toBe(200);
    expect((await api.as('user').post('/assets/usage', { ids: [web] })).status).toBe(403);
  });

  it('assets go together by a filter, which leaves the others and their history', async () => {
    for (const name of ['old-1', 'old-2']) {
      const id = await admin.made('/assets', { name, address: '10.0.0.9' });
      await admin.patch(`/assets/${id}`, { comment: 'changed' });
    }
    expect((await api.as('auditor').post('/assets/delete', { filter: { q: 'old-' } })).status).toBe(403);
    expect(failureOf(await admin.post('/assets/delete', {})).fields).toEqual(['ids:unclear']);
    expect((await admin.post('/assets/delete', { filter: { q: 'old-' } })).status).toBe(204);
    const names = z
      .object({ items: z.array(z.object({ name: z.string() })) })
      .parse((await admin.get('/assets')).body).items;
    expect(names.map(({ name }) => name)).toEqual(['db', 'web']);
    expect((await admin.get('/asset-changes?q=old-')).body).toMatchObject({ total: 2 });
    expect((await admin.get('/operations?q=old-1')).body).toMatchObject({
      items: [{ action: 'asset.delete', subjectName: 'old-1' }, {}, {}],
    });
  });
});
