import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Operation } from '#libs/database';
import { hostKeyLine } from './key-samples.js';
import { failureOf, StockedApi, type Caller } from './stocked-api.js';

const NOBODY = '00000000-0000-7000-8000-000000000000';
const change = z.object({
  assetName: z.string(),
  field: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  actorName: z.string(),
  source: z.string(),
});
const changes = z.object({ items: z.array(change), total: z.number() });

describe('change records and batch edits', () => {
  let api: StockedApi;
  let admin: Caller;

  beforeAll(async () => {
    api = await StockedApi.start();
    admin = api.as('admin');
    return () => api.stop();
  });

  /** `field: before → after` of each record, in order of the fields. */
  const changesOf = async (id: string): Promise<string[]> => {
    const answer = await admin.get(`/assets/${id}/changes?sort=field`);
    return changes
      .parse(answer.body)
      .items.map((one) => `${one.field}: ${JSON.stringify(one.before)} → ${JSON.stringify(one.after)}`);
  };
  const asset = (name: string, more: object = {}): Promise<string> =>
    admin.made('/assets', { name, address: '10.0.0.1', ...more });

  /** Until so many transactions wait for others. */
  const waiting = async (count: number): Promise<void> => {
    const waits = `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`;
    const waiters = async () => z.array(z.unknown()).parse(await api.database.query(waits)).length;
    await expect.poll(waiters, { timeout: 10_000 }).toBe(count);
  };

  it('say who changed which field from what to what, by the names of things', async () => {
    const [one, two] = [
      await admin.made('/asset-groups', { name: 'one' }),
      await admin.made('/asset-groups', { name: 'two' }),
    ];
    const dataCenterId = await admin.made('/data-centers', { name: 'SH-1' });
    const account = { name: 'root key', username: 'root', password: 'x' };
    const adminAccountId = await admin.made('/admin-accounts', account);
    const id = await asset('told', { groupIds: [one], labels: { a: 'b' }, comment: 'same' });
    expect(await changesOf(id)).toEqual([]);
    const change = {
      groupIds: [two],
      dataCenterId,
      adminAccountId,
      labels: {},
      memoryMib: 1,
      comment: 'same',
    };
    await admin.patch(`/assets/${id}`, change);
    await admin.patch(`/assets/${id}`, change);
    expect(await changesOf(id)).toEqual([
      'adminAccount: null → "root key"',
      'dataCenter: null → "SH-1"',
      'groups: ["one"] → ["two"]',
      'labels: {"a":"b"} → {}',
      'memoryMib: null → 1',
    ]);
    const listed = await admin.get(`/asset-changes?assetId=${id}&field=labels&source=hand`);
    expect(listed.body).toMatchObject({
      total: 1,
      items: [{ assetId: id, assetName: 'told', actorName: 'admin', source: 'hand' }],
    });
    expect((await admin.get(`/asset-changes?assetId=${id}&source=facts`)).body).toMatchObject({ total: 0 });
  });

  it('are written by every other way of changing an asset too', async () => {
    const dataCenterId = await admin.made('/data-centers', { name: 'BJ-1' });
    const id = await asset('elsewhere', { dataCenterId });
    const stays = await asset('stays');
    const group = await admin.made('/asset-groups', { name: 'g', assetIds: [id, stays] });
    await admin.patch(`/asset-groups/${group}`, { assetIds: [stays] });
    await admin.delete(`/data-centers/${dataCenterId}`);
    await admin.put(`/assets/${id}/host-keys`, { hostKeys: [hostKeyLine()] });
    expect(await changesOf(id)).toEqual(
      expect.arrayContaining([
        'dataCenter: "BJ-1" → null',
        'groups: ["g"] → []',
        'groups: [] → ["g"]',
        expect.stringMatching(/^hostKeys: \[\] → \["ssh-ed25519 SHA256:/),
      ]),
    );
    await admin.delete(`/asset-groups/${group}`);
    const moves = ['groups: ["g"] → []', 'groups: [] → ["g"]'];
    expect((await changesOf(stays)).sort()).toEqual(moves.sort());
  });

  it('are written for an asset that joined a data center while it was being deleted', async () => {
    const dataCenterId = await admin.made('/data-centers', { name: 'closing' });
    const [joins, stands] = [await asset('joins-dc'), await asset('stands-dc', { dataCenterId })];
    const mover = api.database.createQueryRunner();
    await mover.startTransaction();
    await mover.query('UPDATE assets SET data_center_id = $2 WHERE id = $1', [joins, dataCenterId]);
    const deleting = admin.delete(`/data-centers/${dataCenterId}`);
    await waiting(1);
    await mover.commitTransaction();
    await mover.release();
    expect((await deleting).status).toBe(204);
    for (const id of [joins, stands]) expect(await changesOf(id)).toContain('dataCenter: "closing" → null');
  });

  it('are written for an asset that joined a group while its members were being replaced', async () => {
    const group = await admin.made('/asset-groups', { name: 'busy' });
    const [joins, wanted] = [await asset('joins'), await asset('wanted')];
    const holder = api.database.createQueryRunner();
    await holder.startTransaction();
    await holder.query('SELECT FROM assets WHERE id = $1 FOR UPDATE', [wanted]);
    const replacing = admin.patch(`/asset-groups/${group}`, { assetIds: [wanted] });
    await waiting(1);
    expect((await admin.patch(`/assets/${joins}`, { groupIds: [group] })).status).toBe(200);
    await holder.rollbackTransaction();
    await holder.release();
    expect((await replacing).status).toBe(200);
    expect((await admin.get(`/asset-groups/${group}`)).body).toMatchObject({ assetIds: [wanted] });
    const moves = ['groups: ["busy"] → []', 'groups: [] → ["busy"]'];
    expect((await changesOf(joins)).sort()).toEqual(moves.sort());
  });

  it('outlive the asset, and are not written when the change fails', async () => {
    const id = await asset('short-lived');
    await admin.patch(`/assets/${id}`, { comment: 'x' });
    expect((await admin.patch(`/assets/${id}`, { comment: 'y', name: 'told' })).status).toBe(409);
    await admin.delete(`/assets/${id}`);
    expect((await admin.get(`/assets/${id}/changes`)).status).toBe(404);
    expect((await admin.get(`/asset-changes?assetId=${id}`)).body).toMatchObject({
      total: 1,
      items: [{ assetName: 'short-lived', field: 'comment', before: '', after: 'x' }],
    });
    expect((await api.as('user').get('/asset-changes')).status).toBe(403);
  });

  it('come of a batch edit, which changes only what is given', async () => {
    const [g1, g2, g3] = [
      await admin.made('/asset-groups', { name: 'b1' }),
      await admin.made('/asset-groups', { name: 'b2' }),
      await admin.made('/asset-groups', { name: 'b3' }),
    ];
    const first = await asset('b-1', { groupIds: [g1, g3], labels: { a: '1', b: '2' }, cabinet: 'A' });
    const second = await asset('b-2', { groupIds: [g2], environment: 'test', comment: 'keep' });
    const untouched = await asset('b-3');
    const edit = {
      ids: [first, second],
      set: { environment: 'test', cabinet: '', port: 2200 },
      groups: { add: [g2], remove: [g3] },
      labels: { add: { a: '9', team: 'x' }, remove: ['b'] },
    };
    expect((await admin.patch('/assets', edit)).body).toEqual({ matched: 2, changed: 2 });
    expect(await changesOf(first)).toEqual([
      'cabinet: "A" → ""',
      'environment: null → "test"',
      'groups: ["b1","b3"] → ["b1","b2"]',
      'labels: {"a":"1","b":"2"} → {"a":"9","team":"x"}',
      'port: null → 2200',
    ]);
    expect(await changesOf(second)).toEqual(['labels: {} → {"a":"9","team":"x"}', 'port: null → 2200']);
    expect((await admin.get(`/assets/${second}`)).body).toMatchObject({ comment: 'keep', groupIds: [g2] });
    expect(await changesOf(untouched)).toEqual([]);
    expect((await admin.patch('/assets', edit)).body).toEqual({ matched: 2, changed: 0 });
    const replace = { ids: [first, untouched], groups: { replace: [g3] } };
    expect((await admin.patch('/assets', replace)).body).toEqual({ matched: 2, changed: 2 });
    expect((await admin.get(`/assets/${first}`)).body).toMatchObject({ groupIds: [g3] });
    const log = await api.database
      .getRepository(Operation)
      .find({ where: { action: 'asset.update-many' }, order: { id: 'ASC' } });
    expect(log.map((row) => row.after)).toEqual([
      expect.objectContaining({ set: edit.set, groups: edit.groups, changed: 2 }),
      expect.objectContaining({ groups: replace.groups, ids: [first, untouched].sort() }),
    ]);
  });

  it('come of a batch edit that empties texts; a text that is not named stays', async () => {
    const before = {
      cabinet: 'A',
      brand: 'Dell',
      comment: 'old',
      assetNumber: '7',
      position: 'U1',
      port: 2200,
    };
    const [full, bare] = [await asset('emptied', before), await asset('bare')];
    const set = { cabinet: null, comment: null, assetNumber: null, position: null, port: null };
    const edited = await admin.patch('/assets', { ids: [full, bare], set });
    expect(edited.body).toEqual({ matched: 2, changed: 1 });
    expect((await admin.get(`/assets/${full}`)).body).toMatchObject({
      ...{ cabinet: '', comment: '', assetNumber: '', position: '', port: null, brand: 'Dell' },
    });
    expect(await changesOf(full)).toEqual([
      'assetNumber: "7" → ""',
      'cabinet: "A" → ""',
      'comment: "old" → ""',
      'port: 2200 → null',
      'position: "U1" → ""',
    ]);
    expect(await changesOf(bare)).toEqual([]);
    const single = await admin.patch(`/assets/${full}`, { brand: null });
    expect(failureOf(single).fields).toEqual(['brand:not_a_text']);
  });

  it('of a batch edit and of a deletion at the same time wait for each other, never in a circle', async () => {
    const dataCenterId = await admin.made('/data-centers', { name: 'crowded' });
    const [inside, outside] = [await asset('inside', { dataCenterId }), await asset('outside')];
    const holder = api.database.createQueryRunner();
    await holder.startTransaction();
    await holder.query('SELECT FROM assets WHERE id = $1 FOR UPDATE', [inside]);
    const moving = admin.patch('/assets', { ids: [inside, outside], set: { dataCenterId } });
    await waiting(1);
    const deleting = admin.delete(`/data-centers/${dataCenterId}`);
    await waiting(2);
    await holder.commitTransaction();
    await holder.release();
    expect((await moving).status).toBe(200);
    expect((await deleting).status).toBe(204);
    for (const id of [inside, outside]) expect(await changesOf(id)).toContain('dataCenter: "crowded" → null');
  });

  it('of as many assets as may be named fit into a request', async () => {
    const last = await asset('named-last');
    const ids = [...Array.from({ length: 49_999 }, (_, number) => unknownId(number)), last];
    const missing = await admin.patch('/assets', { ids, set: { cabinet: 'x' } });
    expect([missing.status, failureOf(missing).fields]).toEqual([422, ['ids:not_found']]);
  });

  const unknownId = (number: number): string => `${NOBODY.slice(0, -6)}${String(number).padStart(6, '0')}`;

  it('of all that a filter finds are written at once', async () => {
    await asset('wide-1', { labels: { wave: '1', kept: '' } });
    await asset('wide-2', { labels: { wave: '1', kept: 'x' } });
    await asset('wide-3', { labels: { wave: '1' } });
    const outcome = await admin.patch('/assets', {
      filter: { q: 'wide-', label: ['wave=1', 'kept'] },
      set: { status: 'retired', active: false },
    });
    expect(outcome.body).toEqual({ matched: 2, changed: 2 });
    expect((await admin.get('/assets?q=wide-&status=retired&active=false')).body).toMatchObject({ total: 2 });
  });

  it.each([
    ['neither ids nor a filter', { set: { cabinet: 'x' } }, 'ids:unclear'],
    ['both of them', { ids: [NOBODY], filter: {} }, 'ids:unclear'],
    ['an unknown asset', { ids: [NOBODY] }, 'ids:not_found'],
    ['a name', { filter: {}, set: { name: 'all' } }, 'set.name:unknown_field'],
    ['host keys', { filter: {}, set: { hostKeys: [] } }, 'set.hostKeys:unknown_field'],
    ['a wrong value', { filter: {}, set: { port: 0 } }, 'set.port:out_of_range'],
    ['no status', { filter: {}, set: { status: null } }, 'set.status:unknown_value'],
    ['a text of blanks', { filter: {}, set: { cabinet: ' ' } }, 'set.cabinet:blank_ends'],
    ['an unknown filter', { filter: { owner: 'x' } }, 'filter.owner:unknown_field'],
    ['a page', { filter: { page: 2 } }, 'filter.page:unknown_field'],
    ['a list as set', { filter: {}, set: [] }, 'set:not_an_object'],
    ['an unknown group', { filter: {}, groups: { add: [NOBODY] } }, 'groups.add:not_found'],
    ['replace and add', { filter: {}, groups: { add: [], replace: [] } }, 'groups:unclear'],
    [
      'a group to add and remove',
      { filter: {}, groups: { add: [NOBODY], remove: [NOBODY] } },
      'groups:unclear',
    ],
    [
      'a label to add and remove',
      { filter: {}, labels: { add: { a: 'b' }, remove: ['a'] } },
      'labels:unclear',
    ],
  ])('a batch edit is refused with %s', async (_what, edit, expected) => {
    expect(failureOf(await admin.patch('/assets', edit)).fields).toEqual([expected]);
  });

  it('a batch edit changes nothing when part of it fails, and needs the right', async () => {
    const id = await asset('whole');
    const edit = { ids: [id], set: { cabinet: 'Z', dataCenterId: NOBODY } };
    expect(failureOf(await admin.patch('/assets', edit)).fields).toEqual(['set.dataCenterId:not_found']);
    expect((await admin.get(`/assets/${id}`)).body).toMatchObject({ cabinet: '' });
    expect((await api.as('auditor').patch('/assets', { ids: [id] })).status).toBe(403);
  });
});
