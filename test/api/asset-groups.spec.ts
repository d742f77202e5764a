import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { AssetGroup, Operation } from '#libs/database';
import { asId } from '#libs/kernel';
import { failureOf, StockedApi, type Caller } from './stocked-api.js';

const NOBODY = '00000000-0000-7000-8000-000000000000';
const branches = z.object({
  items: z.array(
    z.object({
      name: z.string(),
      parentId: z.string().nullable(),
      memberCount: z.number(),
      assetCount: z.number(),
    }),
  ),
});
const links = z.array(z.object({ id: z.string(), parentId: z.string().nullable() }));

describe('asset groups', () => {
  let api: StockedApi;
  let admin: Caller;
  let one: string;
  let two: string;

  beforeAll(async () => {
    api = await StockedApi.start();
    admin = api.as('admin');
    one = await admin.made('/assets', { name: 'one', address: '10.0.0.1' });
    two = await admin.made('/assets', { name: 'two', address: '10.0.0.2' });
    return () => api.stop();
  });

  const group = (name: string, more: object = {}): Promise<string> =>
    admin.made('/asset-groups', { name, ...more });

  const outline = async (): Promise<z.infer<typeof branches>['items']> =>
    branches.parse((await admin.get('/asset-groups/outline')).body).items;

  it('hold assets and nest', async () => {
    const parentId = await group('parent');
    const body = { name: 'child', parentId, comment: 'c', assetIds: [one, two].sort() };
    const answer = await admin.post('/asset-groups', body);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject(body);
    expect((await admin.get(`/assets/${one}`)).body).toMatchObject({ groupIds: [idOf(answer.body)] });
    expect((await admin.get(`/asset-groups?parentId=${parentId}`)).body).toMatchObject({
      items: [{ name: 'child' }],
      total: 1,
    });
    expect(await outline()).toEqual([
      { name: 'child', parentId, memberCount: 2, assetCount: 2 },
      { name: 'parent', parentId: null, memberCount: 0, assetCount: 2 },
    ]);
    expect((await api.as('user').get('/asset-groups/outline')).status).toBe(403);
    expect((await admin.get(`/asset-groups?assetId=${two}`)).body).toMatchObject({
      items: [{ name: 'child' }],
      total: 1,
    });
  });

  it('count what stands below them too, an asset in several of them once, as the list of their assets does', async () => {
    const top = await group('count top', { assetIds: [one] });
    const middle = await group('count middle', { parentId: top });
    await group('count left', { parentId: middle, assetIds: [one, two] });
    await group('count right', { parentId: middle, assetIds: [two] });
    const counted = (await outline()).filter(({ name }) => name.startsWith('count'));
    expect(counted.map(({ name, memberCount, assetCount }) => [name, memberCount, assetCount])).toEqual([
      ['count left', 2, 2],
      ['count middle', 0, 2],
      ['count right', 1, 1],
      ['count top', 1, 2],
    ]);
    expect((await admin.get(`/assets?groupId=${top}`)).body).toMatchObject({ total: 2 });
  });

  it.each([
    ['no name', {}, 'name:required'],
    ['a way as its name', { name: 'DB/MySQL' }, 'name:not_an_asset_group_name'],
    ['an unknown parent', { name: 'x', parentId: NOBODY }, 'parentId:not_found'],
    ['an unknown asset', { name: 'x', assetIds: [NOBODY] }, 'assetIds:not_found'],
    ['a word as parent', { name: 'x', parentId: 'web' }, 'parentId:not_an_id'],
    ['an unknown field', { name: 'x', groupIds: [] }, 'groupIds:unknown_field'],
  ])('are refused with %s', async (_what, body, expected) => {
    expect(failureOf(await admin.post('/asset-groups', body)).fields).toEqual([expected]);
  });

  it('that were named with a / before keep that name until they get another', async () => {
    const id = await group('old way');
    await api.database.getRepository(AssetGroup).update({ id: asId(id) }, { name: 'DB/MySQL' });
    expect((await admin.patch(`/asset-groups/${id}`, { comment: 'kept' })).body).toMatchObject({
      name: 'DB/MySQL',
      comment: 'kept',
    });
    expect(failureOf(await admin.patch(`/asset-groups/${id}`, { name: 'DB/PG' })).fields).toEqual([
      'name:not_an_asset_group_name',
    ]);
    expect((await admin.patch(`/asset-groups/${id}`, { name: 'MySQL' })).body).toMatchObject({
      name: 'MySQL',
    });
  });

  it('name the ids that are not there', async () => {
    const answer = await admin.post('/asset-groups', { name: 'x', assetIds: [one, NOBODY] });
    expect(answer.body).toMatchObject({ detail: `No such asset: ${NOBODY}.` });
  });

  it('replace their members, and the log says who came and who went', async () => {
    const id = await group('moving', { assetIds: [one] });
    expect((await admin.patch(`/asset-groups/${id}`, { assetIds: [two] })).body).toMatchObject({
      assetIds: [two],
    });
    expect((await admin.patch(`/asset-groups/${id}`, { comment: 'kept' })).body).toMatchObject({
      assetIds: [two],
    });
    const [row] = await api.database
      .getRepository(Operation)
      .find({ where: { subjectId: id, action: 'asset-group.update' }, order: { at: 'ASC' } });
    expect(row).toMatchObject({ before: { assetIdsRemoved: [one] }, after: { assetIdsAdded: [two] } });
  });

  it('are never below themselves', async () => {
    const top = await group('top');
    const middle = await group('middle', { parentId: top });
    const bottom = await group('bottom', { parentId: middle });
    for (const parentId of [top, middle, bottom]) {
      expect(failureOf(await admin.patch(`/asset-groups/${top}`, { parentId }))).toEqual({
        status: 422,
        code: 'validation_failed',
        fields: ['parentId:cycle'],
      });
    }
    expect((await admin.patch(`/asset-groups/${bottom}`, { parentId: top })).status).toBe(200);
    expect((await admin.patch(`/asset-groups/${bottom}`, { parentId: null })).body).toMatchObject({
      parentId: null,
    });
  });

  it('are never below themselves either when moves meet', async () => {
    for (let round = 0; round < 5; round++) {
      const ids: string[] = [];
      for (const name of ['a', 'b', 'c']) ids.push(await group(`meet-${round}-${name}`));
      const moves = ids.map((id, index) =>
        admin.patch(`/asset-groups/${id}`, { parentId: ids[(index + 1) % ids.length] }),
      );
      const statuses = (await Promise.all(moves)).map((answer) => answer.status).sort();
      expect(statuses).toEqual([200, 200, 422]);
    }
    const rows = links.parse(
      await api.database.query('SELECT id, parent_id AS "parentId" FROM asset_groups'),
    );
    const parents = new Map(rows.map((row) => [row.id, row.parentId]));
    for (const { id } of rows) {
      let steps = 0;
      for (let at: string | null | undefined = id; at; at = parents.get(at))
        expect(steps++).toBeLessThan(rows.length);
    }
  });

  it('have one of a name', async () => {
    await group('taken');
    expect(failureOf(await admin.post('/asset-groups', { name: 'taken' }))).toEqual({
      status: 409,
      code: 'already_taken',
      fields: ['name:already_taken'],
    });
  });

  it('can not be deleted while groups are below them; their assets stay', async () => {
    const parentId = await group('deleted-parent', { assetIds: [one] });
    const childId = await group('deleted-child', { parentId });
    const refused = await admin.delete(`/asset-groups/${parentId}`);
    expect(failureOf(refused)).toMatchObject({ status: 409, code: 'in_use' });
    expect(refused.body).toMatchObject({
      usedBy: [{ type: 'asset-group', id: childId, name: 'deleted-child' }],
    });
    expect((await admin.delete(`/asset-groups/${childId}`)).status).toBe(204);
    expect((await admin.delete(`/asset-groups/${parentId}`)).status).toBe(204);
    expect((await admin.get(`/assets/${one}`)).status).toBe(200);
    expect((await admin.get(`/asset-groups/${parentId}`)).status).toBe(404);
  });

  it('may be read by auditors, changed by admins, and neither by others', async () => {
    expect((await api.as('auditor').get('/asset-groups')).status).toBe(200);
    expect((await api.as('auditor').post('/asset-groups', {})).status).toBe(403);
    expect((await api.as('user').get('/asset-groups')).status).toBe(403);
    expect((await api.nobody.get('/asset-groups')).status).toBe(401);
  });
});

const idOf = (body: unknown): string => z.object({ id: z.string() }).parse(body).id;
