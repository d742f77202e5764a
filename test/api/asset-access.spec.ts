import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { StockedApi, type Caller } from './stocked-api.js';

const page = z.object({
  items: z.array(
    z.object({
      username: z.string(),
      systemUsername: z.string(),
      rules: z.array(z.object({ name: z.string() })),
    }),
  ),
  total: z.number(),
});

describe('who may log in to an asset', () => {
  let api: StockedApi;
  let admin: Caller;
  let asset: string;
  let dev: string;
  let outer: string;

  beforeAll(async () => {
    api = await StockedApi.start();
    admin = api.as('admin');
    outer = await admin.made('/asset-groups', { name: 'outer' });
    const inner = await admin.made('/asset-groups', { name: 'inner', parentId: outer });
    asset = await admin.made('/assets', { name: 'web', address: '10.0.0.1', groupIds: [inner] });
    dev = await admin.made('/system-users', { username: 'dev', password: 'x' });
    await admin.made('/pushes', { systemUserId: dev, assetIds: [asset], mode: 'record-only' });
    return () => api.stop();
  });

  const access = async (query = ''): Promise<string[]> => {
    const { items } = page.parse((await admin.get(`/assets/${asset}/access?${query}`)).body);
    return items.map(
      ({ username, systemUsername, rules }) =>
        `${username} as ${systemUsername} by ${rules.map((rule) => rule.name).join(', ')}`,
    );
  };
  const rule = (name: string, more: object): Promise<string> =>
    admin.made('/authorization-rules', {
      name,
      userIds: [],
      userGroupIds: [],
      assetIds: [],
      assetGroupIds: [],
      systemUserIds: [dev],
      ...more,
    });

  it('is told with the rules that give it, by groups above the asset and groups of users too', async () => {
    expect(await access()).toEqual([]);
    const ann = api.as('user').userId;
    const bob = api.as('group_admin').userId;
    const team = await admin.made('/user-groups', { name: 'team', memberIds: [ann] });
    await rule('direct', { userIds: [ann, bob], assetIds: [asset] });
    const wide = await rule('wide', { userGroupIds: [team], assetGroupIds: [outer] });
    const over = { userIds: [ann], assetIds: [asset], validUntil: '2020-01-01T00:00:00Z' };
    await rule('over', over);
    await rule('off', { userIds: [ann], assetIds: [asset], active: false });
    expect(await access()).toEqual(['the-group-admin as dev by direct', 'the-user as dev by direct, wide']);
    expect(await access('q=GROUP')).toEqual(['the-group-admin as dev by direct']);
    expect(await access('sort=-username&pageSize=1')).toEqual(['the-user as dev by direct, wide']);
    await admin.patch(`/authorization-rules/${wide}`, { active: false });
    await admin.patch(`/users/${bob}`, { active: false });
    expect(await access()).toEqual(['the-user as dev by direct']);
    await admin.patch(`/assets/${asset}`, { active: false });
    expect(await access()).toEqual([]);
  });

  it('is told to those who may read rules, of assets that exist', async () => {
    expect((await api.as('auditor').get(`/assets/${asset}/access`)).status).toBe(200);
    expect((await api.as('user').get(`/assets/${asset}/access`)).status).toBe(403);
    expect((await admin.get('/assets/00000000-0000-7000-8000-000000000000/access')).status).toBe(404);
  });
});
