import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { failureOf, StockedApi, type Caller } from './stocked-api.js';

const tree = z.object({
  groups: z.array(
    z.strictObject({
      id: z.uuid(),
      name: z.string(),
      parentId: z.uuid().nullable(),
      assets: z.number(),
      ownAssets: z.number(),
    }),
  ),
  ungrouped: z.number(),
});
const page = z.object({
  items: z.array(z.object({ name: z.string(), environment: z.string().nullable() })),
  total: z.number(),
});

describe('the groups of the assets that somebody may log in to', () => {
  let api: StockedApi;
  let admin: Caller;
  let me: Caller;
  const ids: Record<string, string> = {};
  const id = (name: string): string => ids[name] ?? '';

  /**
   * Shanghai: Web (web-1, web-2), Databases (db-1); Beijing: Secret (hidden-1). web-1 is in Shanghai itself and in Web;
   * lone-1 in none. The rule gives Web with all below and lone-1.
   */
  beforeAll(async () => {
    api = await StockedApi.start();
    [admin, me] = [api.as('admin'), api.as('user')];
    const dev = await admin.made('/system-users', { username: 'dev', password: 'x' });
    for (const [index, name] of ['web-1', 'web-2', 'db-1', 'hidden-1', 'lone-1'].entries()) {
      const environment = name === 'web-1' ? 'production' : null;
      ids[name] = await admin.made('/assets', { name, address: `10.0.0.${index}`, environment });
    }
    const group = async (name: string, parent: string | null, assets: string[]): Promise<void> => {
      const parentId = parent && id(parent);
      ids[name] = await admin.made('/asset-groups', { name, parentId, assetIds: assets.map(id) });
    };
    await group('Shanghai', null, ['web-1']);
    await group('Web', 'Shanghai', ['web-1']);
    await group('Front', 'Web', ['web-2']);
    await group('Databases', 'Shanghai', ['db-1']);
    await group('Beijing', null, []);
    await group('Secret', 'Beijing', ['hidden-1']);
    const assetIds = ['web-1', 'web-2', 'db-1', 'hidden-1', 'lone-1'].map(id);
    await admin.made('/pushes', { systemUserId: dev, assetIds, mode: 'record-only' });
    ids['rule'] = await admin.made('/authorization-rules', {
      name: 'mine',
      userIds: [me.userId],
      userGroupIds: [],
      assetIds: [id('lone-1')],
      assetGroupIds: [id('Web')],
      systemUserIds: [dev],
    });
    return () => api.stop();
  });

  const read = async (who = me): Promise<z.infer<typeof tree>> =>
    tree.parse((await who.get('/me/asset-groups')).body);
  const namesOf = async (query: string, who = me): Promise<string[]> =>
    page.parse((await who.get(`/me/assets?${query}`)).body).items.map(({ name }) => name);

  it('are those that hold one, and those above; each counts every asset once', async () => {
    expect(await read()).toEqual({
      groups: [
        { id: id('Front'), name: 'Front', parentId: id('Web'), assets: 1, ownAssets: 1 },
        { id: id('Shanghai'), name: 'Shanghai', parentId: null, assets: 2, ownAssets: 1 },
        { id: id('Web'), name: 'Web', parentId: id('Shanghai'), assets: 2, ownAssets: 1 },
      ],
      ungrouped: 1,
    });
    // an administrator manages all groups, and reaches what a rule gives
    expect(await read(admin)).toEqual({ groups: [], ungrouped: 0 });
    expect((await api.nobody.get('/me/asset-groups')).status).toBe(401);
  });

  it('open to their own assets, or to those below too; what is in none is listed apart', async () => {
    expect(await namesOf(`groupId=${id('Shanghai')}`)).toEqual(['web-1', 'web-2']);
    expect(await namesOf(`groupId=${id('Shanghai')}&directly=true`)).toEqual(['web-1']);
    expect(await namesOf(`groupId=${id('Web')}&directly=true&q=WEB`)).toEqual(['web-1']);
    expect(await namesOf(`groupId=${id('Front')}&directly=true`)).toEqual(['web-2']);
    expect(await namesOf('grouped=false')).toEqual(['lone-1']);
    expect(await namesOf('grouped=true')).toEqual(['web-1', 'web-2']);
    const { items, total } = page.parse(
      (await me.get(`/me/assets?groupId=${id('Shanghai')}&directly=true&page=1&pageSize=1`)).body,
    );
    expect([items, total]).toEqual([[{ name: 'web-1', environment: 'production' }], 1]);
  });

  it('tell nothing of others: a group without one of mine is like one that is not', async () => {
    const nowhere = '00000000-0000-7000-8000-000000000000';
    for (const group of [id('Databases'), id('Secret'), id('Beijing'), nowhere])
      for (const directly of ['', '&directly=true'])
        expect((await me.get(`/me/assets?groupId=${group}${directly}`)).body).toEqual({
          items: [],
          total: 0,
        });
    expect(failureOf(await me.get('/me/assets?groupId=x')).status).toBe(422);
    expect(failureOf(await me.get('/me/assets?grouped=perhaps')).status).toBe(422);
  });

  it('vanish with the access', async () => {
    await admin.patch(`/assets/${id('web-2')}`, { active: false });
    expect((await read()).groups.map(({ name }) => name)).toEqual(['Shanghai', 'Web']);
    await admin.patch(`/authorization-rules/${id('rule')}`, { active: false });
    expect(await read()).toEqual({ groups: [], ungrouped: 0 });
  });
});
