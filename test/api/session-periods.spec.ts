import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { Session } from '#libs/database';
import {
  newId,
  type AssetId,
  type GatewayId,
  type SessionId,
  type SystemUserId,
  type UserId,
} from '#libs/kernel';
import { ApiFixture, type Somebody } from './api-fixture.js';

const HOUR = 3_600_000;
/** The period is one hour. */
const FROM = Date.UTC(2026, 9, 20, 10);
const PERIOD = `from=${new Date(FROM).toISOString()}&to=${new Date(FROM + HOUR).toISOString()}`;

const page = z.object({ items: z.array(z.object({ assetName: z.string() })), total: z.number() });

/** Start and end in hours after the period's start; without an end they run. */
const SESSIONS: Readonly<Record<string, readonly [number, number?]>> = {
  'over before': [-2, -1],
  'over before-after days': [-90, -1],
  'ended as it began': [-1, 0],
  'begun before': [-0.2, 0.3],
  'all the time': [-1.5, 2],
  within: [0.2, 0.4],
  'lost at once': [0.5, -0.1],
  'begun within': [0.9, 3],
  'begun as it ended': [1, 3],
  'of half a day': [-12, 0.5],
  'of days': [-80, 5],
  'under way since': [-0.5],
  'under way for days': [-100],
  'under way later': [2],
};

/** Those open in the period, the latest first. */
const OPEN = [
  ...['begun within', 'lost at once', 'within', 'begun before', 'under way since', 'ended as it began'],
  ...['all the time', 'of half a day', 'of days', 'under way for days'],
];

describe('the sessions of a period', () => {
  let api: ApiFixture;
  let auditor: Somebody;

  beforeAll(async () => {
    api = await ApiFixture.start();
    auditor = await api.addUser('eve', 'auditor');
    const sessions = api.app.get(DataSource).getRepository(Session);
    for (const [assetName, [start, end]] of Object.entries(SESSIONS)) {
      await sessions.insert({
        ...{ id: newId<SessionId>(), kind: 'ssh', sourceAddress: '192.0.2.7', gatewayId: newId<GatewayId>() },
        ...{ userId: newId<UserId>(), username: 'alice', assetId: newId<AssetId>(), assetName },
        ...{ systemUserId: newId<SystemUserId>(), systemUsername: 'dev' },
        startedAt: new Date(FROM + start * HOUR),
        endedAt: end === undefined ? null : new Date(FROM + end * HOUR),
        endReason: end === undefined ? null : 'logout',
      });
    }
  });
  afterAll(() => api.stop());

  const list = async (query: string): Promise<z.infer<typeof page>> =>
    page.parse((await auditor.client.get(`/sessions?${query}`).expect(200)).body);
  const names = async (query: string): Promise<string[]> => {
    return (await list(query)).items.map(({ assetName }) => assetName);
  };

  it('are those that were open in it, however long they lasted', async () => {
    expect(await names(PERIOD)).toEqual(OPEN);
    expect(await names(`${PERIOD}&sort=startedAt`)).toEqual(OPEN.toReversed());
    expect(await names(`${PERIOD}&state=online`)).toEqual(['under way since', 'under way for days']);
    expect(await names(`${PERIOD}&q=days`)).toEqual(['of days', 'under way for days']);
  });

  it('are counted, and walked through page by page', async () => {
    const { items, total } = await list(`${PERIOD}&page=2&pageSize=4`);
    expect(items.map(({ assetName }) => assetName)).toEqual(OPEN.slice(4, 8));
    expect(total).toBe(OPEN.length);
  });

  it('may have no end, or no start', async () => {
    const [from, to] = PERIOD.split('&');
    const later = ['under way later', 'begun as it ended'];
    expect(await names(from ?? '')).toEqual([...later, ...OPEN]);
    const all = Object.keys(SESSIONS).length;
    expect((await names(to ?? '')).length).toBe(all - later.length);
  });

  it('are exported as the list shows them', async () => {
    const { text } = await auditor.client
      .get(`/audit/exports/sessions?format=csv&state=ended&${PERIOD}`)
      .expect(200);
    const rows = text.trim().split('\n').slice(1);
    const ended = OPEN.filter((name) => SESSIONS[name]?.[1] !== undefined);
    expect(rows.map((row) => ended.find((name) => row.includes(`,${name},`)))).toEqual(ended);
  });
});
