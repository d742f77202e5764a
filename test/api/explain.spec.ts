import { beforeAll, describe, expect, it } from 'vitest';
import { failureOf, StockedApi, type Answer, type Caller } from './stocked-api.js';

const NOBODY = '00000000-0000-7000-8000-000000000000';

describe('explaining access', () => {
  let api: StockedApi;
  let admin: Caller;
  let alice: string;
  let ops: string;
  let web: string;
  let outer: string;
  let inner: string;
  let dev: string;
  let dba: string;
  let byGroups: string;

  beforeAll(async () => {
    api = await StockedApi.start();
    admin = api.as('admin');
    alice = await admin.made('/users', {
      username: 'alice',
      name: 'alice',
      role: 'user',
      password: 'correct horse 4712',
    });
    ops = await admin.made('/user-groups', { name: 'ops', memberIds: [alice] });
    outer = await admin.made('/asset-groups', { name: 'servers' });
    inner = await admin.made('/asset-groups', { name: 'web servers', parentId: outer });
    web = await admin.made('/assets', { name: 'web', address: '10.0.0.1', groupIds: [inner] });
    dev = await admin.made('/system-users', { username: 'dev', generateKey: true });
    dba = await admin.made('/system-users', { username: 'dba', generateKey: true });
    await admin.made('/pushes', { systemUserId: dev, assetIds: [web], mode: 'record-only' });
    byGroups = await admin.made('/authorization-rules', {
      name: 'ops on servers',
      userGroupIds: [ops],
      assetGroupIds: [outer],
      systemUserIds: [dev],
      actions: ['connect', 'exec'],
    });
    return () => api.stop();
  });

  const ask = (more: Record<string, string> = {}): Promise<Answer> => {
    const query = new URLSearchParams({ userId: alice, assetId: web, systemUserId: dev, ...more });
    return admin.get(`/authorization/explain?${query.toString()}`);
  };

  it('names the rule, and the groups by which it names user and asset', async () => {
    expect(await ask()).toMatchObject({
      status: 200,
      body: {
        granted: true,
        obstacles: [],
        message: null,
        actions: ['connect', 'exec'],
        rules: [
          {
            id: byGroups,
            namesUser: false,
            userGroups: [{ id: ops, name: 'ops' }],
            namesAsset: false,
            assetPaths: [
              [
                { id: outer, name: 'servers' },
                { id: inner, name: 'web servers' },
              ],
            ],
            namesSystemUser: true,
            gaps: [],
          },
        ],
      },
    });
  });

  it('names what is missing: an action, a side, a push', async () => {
    expect((await ask({ action: 'upload' })).body).toMatchObject({
      granted: false,
      obstacles: ['action_not_allowed'],
      rules: [{ id: byGroups, gaps: ['action_left_out'] }],
    });
    expect((await ask({ systemUserId: dba })).body).toMatchObject({
      granted: false,
      obstacles: ['no_rule', 'not_pushed'],
      message: 'No authorization rule gives you this access. Ask an administrator.',
      rules: [{ id: byGroups, gaps: ['system_user_missing'] }],
    });
  });

  it('tells all that stands in the way of a rule that is over, of a disabled user, of an inactive asset', async () => {
    await admin.patch(`/authorization-rules/${byGroups}`, { validUntil: '2020-01-01T00:00:00Z' });
    await admin.patch(`/assets/${web}`, { active: false });
    await admin.patch(`/users/${alice}`, { active: false });
    expect((await ask()).body).toMatchObject({
      granted: false,
      obstacles: ['user_inactive', 'outside_period', 'asset_inactive'],
      rules: [{ id: byGroups, gaps: ['ended'] }],
    });
    await admin.patch(`/authorization-rules/${byGroups}`, { validUntil: null, active: false });
    expect((await ask()).body).toMatchObject({
      obstacles: ['user_inactive', 'no_rule', 'asset_inactive'],
      rules: [{ id: byGroups, gaps: ['inactive'] }],
    });
  });

  it('says what does not exist, and asks for what is left out', async () => {
    expect(failureOf(await ask({ userId: NOBODY, assetId: NOBODY })).fields).toEqual([
      'userId:not_found',
      'assetId:not_found',
    ]);
    expect(failureOf(await admin.get('/authorization/explain')).fields).toEqual([
      'userId:required',
      'assetId:required',
      'systemUserId:required',
    ]);
    expect(failureOf(await ask({ action: 'fly' })).fields).toEqual(['action:unknown_value']);
  });

  it('is for those who may read rules', async () => {
    const path = `/authorization/explain?userId=${alice}&assetId=${web}&systemUserId=${dev}`;
    expect((await api.as('auditor').get(path)).status).toBe(200);
    for (const role of ['user', 'group_admin'] as const)
      expect((await api.as(role).get(path)).status).toBe(403);
    expect((await api.nobody.get(path)).status).toBe(401);
  });
});
