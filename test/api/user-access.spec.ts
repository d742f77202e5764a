import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Session } from '#libs/database';
import {
  asId,
  newId,
  type AssetId,
  type GatewayId,
  type SessionId,
  type SystemUserId,
  type UserId,
} from '#libs/kernel';
import { ApiFixture, type Somebody } from './api-fixture.js';

const withId = z.object({ id: z.uuid() });

describe('what users may reach, and what goes with them', () => {
  let api: ApiFixture;
  let ann: Somebody;
  let ben: Somebody;
  let groupId: string;
  let assets: string[];
  let systemUserId: string;

  const made = async (path: string, body: object): Promise<string> =>
    withId.parse((await api.admin.post(path, body)).body).id;

  beforeAll(async () => {
    api = await ApiFixture.start();
    ann = await api.addUser('ann');
    ben = await api.addUser('ben');
    groupId = await made('/user-groups', { name: 'Operators', memberIds: [ann.id] });
    assets = [];
    for (const nth of [1, 2, 3]) {
      assets.push(await made('/assets', { name: `web${nth}`, address: `192.0.2.${nth}` }));
    }
    systemUserId = await made('/system-users', { username: 'dev', generateKey: true });
    await made('/pushes', { systemUserId, assetIds: assets, mode: 'record-only' });
    const systemUserIds = [systemUserId];
    await made('/authorization-rules', {
      name: 'By name',
      userIds: [ann.id],
      assetIds: assets.slice(0, 2),
      systemUserIds,
    });
    await made('/authorization-rules', {
      name: 'By group',
      userGroupIds: [groupId],
      assetIds: assets.slice(1),
      systemUserIds,
    });
  });
  afterAll(() => api.stop());

  it('shows where a user gets to, as whom, and by which rules', async () => {
    const answer = await api.admin.get(`/users/${ann.id}/access`).expect(200);
    expect(answer.body).toMatchObject({
      total: 3,
      items: [
        { assetId: assets[0], assetName: 'web1', systemUsername: 'dev', rules: [{ name: 'By name' }] },
        { assetName: 'web2', address: '192.0.2.2', rules: [{ name: 'By group' }, { name: 'By name' }] },
        { assetName: 'web3', rules: [{ name: 'By group' }] },
      ],
    });
    const second = await api.admin.get(`/users/${ann.id}/access?pageSize=1&page=2&sort=-address`).expect(200);
    expect(second.body).toMatchObject({ total: 3, items: [{ assetName: 'web2' }] });
    expect((await api.admin.get(`/users/${ann.id}/access?q=.3`)).body).toMatchObject({ total: 1 });
    expect((await api.admin.get(`/users/${ben.id}/access`)).body).toEqual({ items: [], total: 0 });
    await api.admin.get(`/users/${newId()}/access`).expect(404);
    await ann.client.get(`/users/${ann.id}/access`).expect(403);
  });

  it('counts the assets of a list’s users when asked', async () => {
    const counts = async (query: string): Promise<Record<string, unknown>> => {
      const { items } = z
        .object({ items: z.array(z.looseObject({ username: z.string() })) })
        .parse((await api.admin.get(`/users?${query}`).expect(200)).body);
      return Object.fromEntries(items.map((item) => [item.username, item['assetCount']]));
    };
    expect(await counts('withAssetCount=true')).toEqual({ admin: 0, ann: 3, ben: 0 });
    expect(await counts('')).toEqual({ admin: undefined, ann: undefined, ben: undefined });
    await api.admin.patch(`/assets/${assets[0]}`, { active: false }).expect(200);
    expect(await counts('withAssetCount=true&q=ann')).toEqual({ ann: 2 });
    await api.admin.patch(`/assets/${assets[0]}`, { active: true }).expect(200);
  });

  it('foretells what a deletion takes along', async () => {
    await api.app
      .get(DataSource)
      .getRepository(Session)
      .insert({
        ...{ id: newId<SessionId>(), kind: 'ssh', startedAt: new Date(), sourceAddress: '192.0.2.9' },
        ...{ userId: asId<UserId>(ann.id), username: 'ann' },
        ...{ assetId: asId<AssetId>(assets[0] ?? ''), assetName: 'web1' },
        ...{
          systemUserId: asId<SystemUserId>(systemUserId),
          systemUsername: 'dev',
          gatewayId: newId<GatewayId>(),
        },
      });
    const none = { count: 0, names: [] };
    const both = await api.admin.post('/users/usage', { ids: [ann.id, ben.id] }).expect(200);
    expect(both.body).toEqual({
      users: { count: 2, names: ['ann', 'ben'] },
      userGroups: { count: 1, names: ['Operators'] },
      rules: { count: 1, names: ['By name'] },
      onlineSessions: { count: 1, names: ['ann: dev@web1'] },
    });
    expect((await api.admin.post('/users/usage', { ids: [ben.id] })).body).toEqual({
      users: { count: 1, names: ['ben'] },
      ...{ userGroups: none, rules: none, onlineSessions: none },
    });
    await api.admin.post('/users/usage', { ids: [newId()] }).expect(422);
    const group = await api.admin.get(`/user-groups/${groupId}/usage`).expect(200);
    expect(group.body).toEqual({
      users: { count: 1, names: ['ann'] },
      userGroups: none,
      rules: { count: 1, names: ['By group'] },
      onlineSessions: { count: 1, names: ['ann: dev@web1'] },
    });
    await api.admin.get(`/user-groups/${newId()}/usage`).expect(404);
  });

  it('tells a group admin how many rules and sessions there are, not which, and of nobody else', async () => {
    const boss = await api.addUser('boss', 'group_admin');
    await api.admin.patch(`/user-groups/${groupId}`, { administratorIds: [boss.id] }).expect(200);
    const own = await boss.client.post('/users/usage', { ids: [ann.id] }).expect(200);
    expect(own.body).toMatchObject({
      users: { names: ['ann'] },
      rules: { count: 1, names: [] },
      onlineSessions: { count: 1, names: [] },
    });
    await boss.client.post('/users/usage', { ids: [ben.id] }).expect(422);
    const listed = await boss.client.get('/users?withAssetCount=true').expect(200);
    expect(listed.body).toMatchObject({ total: 1, items: [{ username: 'ann', assetCount: 3 }] });
  });

  it('keeps the name of whoever was deleted in history', async () => {
    await api.admin.delete(`/users/${ann.id}`).expect(204);
    expect((await api.admin.get('/sessions')).body).toMatchObject({ items: [{ username: 'ann' }] });
    expect((await api.admin.get(`/operations?subjectId=${ann.id}`)).body).toMatchObject({
      items: [{ action: 'user.delete', subjectName: 'ann' }, {}],
    });
    const rules = await api.admin.get('/authorization-rules?q=By name').expect(200);
    expect(rules.body).toMatchObject({ items: [{ name: 'By name', userIds: [] }] });
  });
});
