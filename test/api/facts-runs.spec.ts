import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Operation } from '#libs/database';
import { failureOf, StockedApi, type Caller } from './stocked-api.js';

const NOBODY = '00000000-0000-7000-8000-000000000000';
const run = z.object({
  id: z.string(),
  kind: z.string(),
  state: z.string(),
  requestedBy: z.string(),
  stoppedBy: z.string().nullable(),
  assetCount: z.number(),
  stoppedCount: z.number(),
  results: z.array(z.object({ assetName: z.string(), state: z.string(), changedCount: z.number() })),
});
const runs = z.object({ items: z.array(z.object({ id: z.string(), kind: z.string() })), total: z.number() });

describe('the collection of facts', () => {
  let api: StockedApi;
  let admin: Caller;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    api = await StockedApi.start();
    admin = api.as('admin');
    const group = await admin.made('/asset-groups', { name: 'web' });
    const below = await admin.made('/asset-groups', { name: 'web below', parentId: group });
    Object.assign(ids, { group, below });
    const assets: [string, object][] = [
      ['web-1', { groupIds: [group] }],
      ['web-2', { groupIds: [below] }],
      ['idle', { active: false }],
      ['switch-1', { type: 'switch' }],
      ['db-1', { environment: 'production' }],
    ];
    for (const [name, more] of assets) {
      ids[name] = await admin.made('/assets', { name, address: '10.0.0.1', ...more });
    }
    return () => api.stop();
  });

  const get = async (id: string): Promise<z.infer<typeof run>> =>
    run.parse((await admin.get(`/facts-runs/${id}`)).body);
  const namesIn = async (body: object): Promise<string[]> => {
    const { results } = await get(await admin.made('/facts-runs', body));
    return results.map(({ assetName }) => assetName);
  };

  it('is of those named, of groups with all below them, of what a filter finds, of all', async () => {
    expect(await namesIn({ assetIds: [ids['db-1']] })).toEqual(['db-1']);
    expect(await namesIn({ groupIds: [ids['group']], assetIds: [ids['web-1']] })).toEqual(['web-1', 'web-2']);
    expect(await namesIn({ filter: { q: 'web' } })).toEqual(['web-1', 'web-2']);
    // who is named is asked whatever it is; else only where an answer can be expected
    expect(await namesIn({ all: true })).toEqual(['db-1', 'web-1', 'web-2']);
    expect(await namesIn({ filter: {} })).toEqual(['db-1', 'web-1', 'web-2']);
    expect(await namesIn({ assetIds: [ids['switch-1'], ids['idle']] })).toEqual(['idle', 'switch-1']);
  });

  it('waits for a gateway, is listed, and is stopped', async () => {
    const id = await admin.made('/facts-runs', { assetIds: [ids['web-1'], ids['web-2']] });
    expect(await get(id)).toMatchObject({ kind: 'facts', state: 'queued', assetCount: 2, stoppedBy: null });
    const open = runs.parse((await admin.get('/runs?open=true')).body);
    expect(open.items[0]).toEqual({ id, kind: 'facts' });
    const stopped = await admin.post(`/facts-runs/${id}/stop`);
    expect(stopped.status).toBe(200);
    const after = await get(id);
    expect(after).toMatchObject({ state: 'stopped', stoppedCount: 2 });
    expect(after.stoppedBy).toBe(after.requestedBy);
    const page = await admin.get(`/facts-runs/${id}/results?state=stopped&q=web-2`);
    expect(page.body).toMatchObject({
      total: 1,
      items: [{ assetName: 'web-2', state: 'stopped', step: null }],
    });
    expect((await admin.get('/facts-runs?state=stopped')).body).toMatchObject({ items: [{ id }] });
    const again = await admin.made(`/facts-runs/${id}/again`, {});
    expect(await get(again)).toMatchObject({ assetCount: 2, state: 'queued' });
    const actions = (await api.database.getRepository(Operation).find()).map(({ action }) => action);
    expect(actions).toContain('facts.collect');
    expect(actions).toContain('facts.stop');
  });

  it('refuses what is unclear, in words', async () => {
    const cases: [object, string][] = [
      [{}, 'assetIds:no_target'],
      [{ assetIds: [] }, 'assetIds:no_target'],
      [{ all: true, assetIds: [ids['db-1']] }, 'assetIds:unclear'],
      [{ all: true, filter: {} }, 'assetIds:unclear'],
      [{ filter: { q: 'nothing has this name' } }, 'assetIds:no_target'],
      [{ all: false }, 'all:not_true'],
      [{ all: 'yes' }, 'all:not_true'],
      [{ assetIds: [NOBODY] }, 'assetIds:not_found'],
      [{ groupIds: [NOBODY] }, 'groupIds:not_found'],
      [{ assetIds: ['\u0000'] }, 'assetIds:not_an_id'],
      [{ assetIds: 'all' }, 'assetIds:not_a_list'],
      [{ filter: 'web' }, 'filter:not_an_object'],
      [{ filter: { groupId: "'; --" } }, 'filter.groupId:not_an_id'],
    ];
    for (const [body, field] of cases) {
      const failure = failureOf(await admin.post('/facts-runs', body));
      expect([body, failure.status, failure.fields[0]]).toEqual([body, 422, field]);
    }
  });

  it('knows no run that is none', async () => {
    for (const id of [NOBODY, 'x', '%00']) {
      expect((await admin.get(`/facts-runs/${id}`)).status).toBe(404);
      expect((await admin.get(`/facts-runs/${id}/results`)).status).toBe(404);
      expect((await admin.post(`/facts-runs/${id}/stop`)).status).toBe(404);
      expect((await admin.post(`/facts-runs/${id}/again`)).status).toBe(404);
    }
  });

  it('is for admins; auditors look on', async () => {
    const id = await admin.made('/facts-runs', { assetIds: [ids['web-1']] });
    const auditor = api.as('auditor');
    expect((await auditor.get(`/facts-runs/${id}`)).status).toBe(200);
    expect((await auditor.get('/runs')).status).toBe(200);
    expect((await auditor.post('/facts-runs', { all: true })).status).toBe(403);
    expect((await auditor.post(`/facts-runs/${id}/stop`)).status).toBe(403);
    expect((await auditor.put('/settings/facts', { nightly: false, time: '01:00' })).status).toBe(403);
    const user = api.as('user');
    for (const path of [`/facts-runs/${id}`, `/facts-runs/${id}/results`, '/facts-runs', '/runs']) {
      expect([path, (await user.get(path)).status]).toEqual([path, 403]);
    }
  });

  it('goes on each night at a time that is set, or not at all', async () => {
    expect((await admin.get('/settings/facts')).body).toEqual({ nightly: true, time: '02:30' });
    const times = { nightly: false, time: '04:05' };
    expect((await admin.put('/settings/facts', times)).body).toEqual(times);
    expect((await admin.get('/settings/facts')).body).toEqual(times);
    for (const time of ['24:00', '2:30', '02:60', '* * *', '']) {
      const failure = failureOf(await admin.put('/settings/facts', { nightly: true, time }));
      expect([time, failure.status, failure.fields]).toEqual([time, 422, ['time:not_a_time']]);
    }
    expect(failureOf(await admin.put('/settings/facts', { time: '02:30' })).fields).toEqual([
      'nightly:required',
    ]);
  });
});
