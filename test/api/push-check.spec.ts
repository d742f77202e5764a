import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PushRecord } from '#libs/database';
import { asId, type AssetId, type SystemUserId } from '#libs/kernel';
import { failureOf, StockedApi, type Answer, type Caller } from './stocked-api.js';

const missingPairs = z.object({
  missing: z.array(
    z.object({
      assetId: z.string(),
      assetName: z.string(),
      systemUserId: z.string(),
      systemUsername: z.string(),
    }),
  ),
  missingCount: z.number(),
});

describe('a rule whose system users stand not everywhere', () => {
  let api: StockedApi;
  let admin: Caller;
  let dev: string;
  let dba: string;
  let count = 0;

  beforeAll(async () => {
    api = await StockedApi.start();
    admin = api.as('admin');
    dev = await admin.made('/system-users', { username: 'dev', generateKey: true });
    dba = await admin.made('/system-users', { username: 'dba', password: 'x' });
    return () => api.stop();
  });

  const asset = (name: string, groupIds: string[] = []): Promise<string> =>
    admin.made('/assets', { name, address: '10.0.0.1', groupIds });
  const group = (name: string, parentId: string | null = null): Promise<string> =>
    admin.made('/asset-groups', { name, parentId });
  const push = (systemUserId: string, ...assetIds: string[]): Promise<string> =>
    admin.made('/pushes', { systemUserId, assetIds, mode: 'record-only' });
  const rule = (sides: object): Promise<Answer> =>
    admin.post('/authorization-rules', { name: `rule-${count++}`, userIds: [admin.userId], ...sides });
  const missingOf = (answer: Answer): string[] =>
    missingPairs.parse(answer.body).missing.map((pair) => `${pair.systemUsername}@${pair.assetName}`);

  it('is refused, and told which pairs are missing', async () => {
    const [one, two] = [await asset('one'), await asset('two')];
    await push(dev, one);
    const refused = await rule({ assetIds: [one, two], systemUserIds: [dev, dba] });
    expect(failureOf(refused)).toEqual({ status: 422, code: 'not_pushed', fields: ['assetIds:not_pushed'] });
    expect(missingPairs.parse(refused.body)).toEqual({
      missing: [
        { assetId: one, assetName: 'one', systemUserId: dba, systemUsername: 'dba' },
        { assetId: two, assetName: 'two', systemUserId: dba, systemUsername: 'dba' },
        { assetId: two, assetName: 'two', systemUserId: dev, systemUsername: 'dev' },
      ],
      missingCount: 3,
    });
    await push(dba, one, two);
    await push(dev, two);
    expect((await rule({ assetIds: [one, two], systemUserIds: [dev, dba] })).status).toBe(201);
  });

  it('is refused for assets of its groups and of groups below them', async () => {
    const outer = await group('outer');
    const inner = await group('inner', outer);
    const [near, far] = [await asset('near', [outer]), await asset('far', [inner])];
    await push(dev, near);
    const refused = await rule({ assetGroupIds: [outer], systemUserIds: [dev] });
    expect(failureOf(refused)).toMatchObject({ code: 'not_pushed', fields: ['assetGroupIds:not_pushed'] });
    expect(missingOf(refused)).toEqual(['dev@far']);

    const both = await rule({ assetIds: [far], assetGroupIds: [inner], systemUserIds: [dev] });
    expect(failureOf(both).fields).toEqual(['assetIds:not_pushed', 'assetGroupIds:not_pushed']);
    await push(dev, far);
    expect((await rule({ assetGroupIds: [outer], systemUserIds: [dev] })).status).toBe(201);
  });

  it('is refused after a push that failed', async () => {
    const id = await asset('failed');
    await push(dev, id);
    const pair = { systemUserId: asId<SystemUserId>(dev), assetId: asId<AssetId>(id) };
    await api.database.getRepository(PushRecord).update(pair, { succeeded: false });
    expect(missingOf(await rule({ assetIds: [id], systemUserIds: [dev] }))).toEqual(['dev@failed']);
  });

  it('is refused when inactive too: nobody could tell when it is turned on', async () => {
    const id = await asset('for-later');
    expect((await rule({ assetIds: [id], systemUserIds: [dev], active: false })).status).toBe(422);
  });

  it('stands on a group that is empty still', async () => {
    expect((await rule({ assetGroupIds: [await group('empty')], systemUserIds: [dev] })).status).toBe(201);
  });

  it('can be narrowed, renamed and ended after its group has grown, and not widened past what stands', async () => {
    const grown = await group('grown');
    const first = await asset('grown-1', [grown]);
    await push(dev, first);
    const made = await rule({ assetGroupIds: [grown], assetIds: [first], systemUserIds: [dev] });
    const { id } = z.object({ id: z.string() }).parse(made.body);
    const patch = (fields: object): Promise<Answer> => admin.patch(`/authorization-rules/${id}`, fields);
    await asset('grown-2', [grown]);

    expect((await patch({ comment: 'c', active: false })).status).toBe(200);
    expect((await patch({ assetIds: [], assetGroupIds: [grown], systemUserIds: [dev] })).status).toBe(200);
    expect(missingOf(await patch({ systemUserIds: [dev, dba] }))).toEqual(['dba@grown-1', 'dba@grown-2']);
    const added = await asset('added');
    expect(missingOf(await patch({ assetIds: [added] }))).toEqual(['dev@added']);
  });

  it('names the first hundred and counts all', async () => {
    const crowd = await group('crowd');
    await api.database.query(
      `WITH made AS (
         INSERT INTO assets (id, name, address) SELECT gen_random_uuid(), 'c-' || lpad(n::text, 5, '0'), '10.0.0.1'
         FROM generate_series(1, 2000) n RETURNING id
       ) INSERT INTO asset_group_members (group_id, asset_id) SELECT $1, id FROM made`,
      [crowd],
    );
    const begin = performance.now();
    const refused = await rule({ assetGroupIds: [crowd], systemUserIds: [dev, dba] });
    expect(performance.now() - begin).toBeLessThan(2_000);
    expect(missingOf(refused)).toHaveLength(100);
    expect(missingOf(refused)[0]).toBe('dba@c-00001');
    expect(missingPairs.parse(refused.body).missingCount).toBe(4000);
  });
});
