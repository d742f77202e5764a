import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { ControlBus, Session } from '#libs/database';
import {
  LOGGER,
  newId,
  type AssetId,
  type GatewayId,
  type Logger,
  type SessionId,
  type SystemUserId,
  type UserId,
} from '#libs/kernel';
import { RecordingStore } from '#libs/session-audit';
import { ApiFixture, type Somebody } from './api-fixture.js';

const page = z.object({
  items: z.array(z.looseObject({ id: z.uuid(), startedAt: z.iso.datetime() })),
  total: z.number(),
  nextCursor: z.string().nullable(),
});
type SessionPage = z.infer<typeof page>;

const DAY = Date.UTC(2026, 10, 1);

describe('sessions', () => {
  let api: ApiFixture;
  let alice: Somebody;
  let bob: Somebody;
  let auditor: Somebody;
  const ids: SessionId[] = [];

  /** What a gateway writes: nine sessions a minute apart, every third online, recorded when even. */
  beforeAll(async () => {
    api = await ApiFixture.start();
    [alice, bob, auditor] = [
      await api.addUser('alice'),
      await api.addUser('bob'),
      await api.addUser('eve', 'auditor'),
    ];
    for (let index = 0; index < 9; index++) ids.push(await addSession(index));
  });
  afterAll(() => api.stop());

  async function addSession(index: number): Promise<SessionId> {
    const owner = index < 6 ? alice : bob;
    const online = index % 3 === 2;
    const id = newId<SessionId>();
    const startedAt = new Date(DAY + index * 60_000);
    const recordingPath = index % 2 === 0 ? await record(id, startedAt) : null;
    await api.app
      .get(DataSource)
      .getRepository(Session)
      .insert({
        id,
        kind: index === 3 ? 'exec' : 'ssh',
        userId: owner.id as UserId,
        username: owner.username,
        assetId: newId<AssetId>(),
        assetName: `web-${index}`,
        systemUserId: newId<SystemUserId>(),
        systemUsername: 'dev',
        sourceAddress: '192.0.2.7',
        gatewayId: newId<GatewayId>(),
        command: index === 3 ? 'df -h' : null,
        startedAt,
        endedAt: online ? null : new Date(DAY + index * 60_000 + 30_000),
        endReason: online ? null : 'logout',
        exitStatus: online ? null : 0,
        bytesIn: '5',
        bytesOut: '12345678901',
        recordingPath,
      });
    return id;
  }

  async function record(id: SessionId, startedAt: Date): Promise<string> {
    const store = api.app.get(RecordingStore);
    const path = store.pathFor(id, startedAt);
    const header = { columns: 80, rows: 24, startedAt, title: 'dev@web', terminal: 'xterm' };
    const writer = await store.create(path, header, { failed: () => undefined, drained: () => undefined });
    writer.output(Buffer.from(`hello ${id}\r\n`));
    await writer.close();
    return path;
  }

  const list = async (query: string, who = auditor.client): Promise<SessionPage> =>
    page.parse((await who.get(`/sessions?${query}`).expect(200)).body);
  const indexes = ({ items }: SessionPage): number[] =>
    items.map(({ id }) => ids.findIndex((known) => known === id));

  it('are listed the latest first, by state, kind, person, time and text', async () => {
    expect(indexes(await list(''))).toEqual([8, 7, 6, 5, 4, 3, 2, 1, 0]);
    expect(indexes(await list('state=online'))).toEqual([8, 5, 2]);
    expect(indexes(await list('state=ended&sort=startedAt'))).toEqual([0, 1, 3, 4, 6, 7]);
    expect(indexes(await list(`userId=${bob.id}`))).toEqual([8, 7, 6]);
    expect(indexes(await list('kind=exec'))).toEqual([3]);
    expect(indexes(await list('q=WEB-4'))).toEqual([4]);
    expect(indexes(await list('q=df%20-h'))).toEqual([3]);
    expect(indexes(await list('q=192.0.2.7&pageSize=2&page=2'))).toEqual([6, 5]);
    const period = 'from=2026-11-01T00:02:00Z&to=2026-11-01T01:04:00%2B01:00';
    expect(indexes(await list(period))).toEqual([3, 2]);
  });

  it('are walked through by cursor without gap or repeat', async () => {
    const seen: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const next: SessionPage = await list(`pageSize=4&state=ended${cursor && `&cursor=${cursor}`}`);
      expect(next.total).toBe(6);
      seen.push(...indexes(next));
      cursor = next.nextCursor;
    }
    expect(seen).toEqual([7, 6, 4, 3, 1, 0]);
  });

  it('show sizes as numbers and not where a recording lies', async () => {
    const answer = await auditor.client.get(`/sessions/${ids[3]}`).expect(200);
    expect(answer.body).toMatchObject({
      bytesOut: 12345678901,
      command: 'df -h',
      endReason: 'logout',
      recorded: false,
    });
    expect(answer.text).not.toContain('cast');
  });

  it('of others are not shown to a user, their own are', async () => {
    const own = page.parse((await alice.client.get('/me/sessions').expect(200)).body);
    expect(indexes(own)).toEqual([5, 4, 3, 2, 1, 0]);
    expect((await alice.client.get(`/me/sessions?userId=${bob.id}`)).status).toBe(422);
    for (const path of ['/sessions', `/sessions/${ids[0]}`, `/sessions/${ids[0]}/recording`]) {
      await alice.client.get(path).expect(403);
    }
  });

  it('are replayed by those who may audit, which is written down', async () => {
    const answer = await auditor.client.get(`/sessions/${ids[0]}/recording`).buffer(true).expect(200);
    expect(answer.headers['content-type']).toContain('application/x-asciicast');
    expect(answer.headers['content-disposition']).toBe(`attachment; filename="${ids[0]}.cast"`);
    const text = Buffer.isBuffer(answer.body) ? answer.body.toString() : answer.text;
    const [header = '', event = ''] = text.split('\n');
    expect(JSON.parse(header)).toMatchObject({ version: 2, width: 80, height: 24 });
    expect(JSON.parse(event)).toEqual([expect.any(Number), 'o', `hello ${ids[0]}\r\n`]);
    const operations = await api.admin.get(`/operations?action=session.replay`).expect(200);
    expect(operations.body).toMatchObject({ total: 1, items: [{ actorName: 'eve', subjectId: ids[0] }] });
    await auditor.client.get(`/sessions/${ids[1]}/recording`).expect(404);
    await auditor.client.get(`/sessions/${newId()}/recording`).expect(404);
    await api.anonymous().get(`/sessions/${ids[0]}/recording`).expect(401);
  });

  it('are ended over the bus, by those who may, once', async () => {
    const bus = new ControlBus(api.databaseUrl, api.app.get<Logger>(LOGGER));
    await bus.open();
    const heard = new Promise((resolve) => bus.on('session.terminate', resolve));
    await auditor.client.post(`/sessions/${ids[2]}/terminate`).expect(403);
    await api.admin.post(`/sessions/${ids[2]}/terminate`).expect(204);
    expect(await heard).toEqual({ sessionId: ids[2], by: 'admin' });
    await bus.close();
    const ended = await api.admin.post(`/sessions/${ids[0]}/terminate`).expect(409);
    expect(ended.body).toMatchObject({ code: 'session_has_ended' });
    await api.admin.post(`/sessions/${newId()}/terminate`).expect(404);
    const operations = await api.admin.get('/operations?action=session.terminate').expect(200);
    expect(operations.body).toMatchObject({ total: 1, items: [{ subjectName: 'alice: dev@web-2' }] });
  });
});
