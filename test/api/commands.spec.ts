import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { CommandKind } from '#libs/contracts';
import {
  newId,
  type AssetId,
  type CommandId,
  type GatewayId,
  type SessionId,
  type SystemUserId,
  type UserId,
} from '#libs/kernel';
import { DataSource } from 'typeorm';
import { Session } from '#libs/database';
import { AuditSpool, CommandJournal, type CommandRecord } from '#libs/session-audit';
import { ApiFixture, type Somebody } from './api-fixture.js';

const page = z.object({
  items: z.array(z.looseObject({ command: z.string(), offset: z.number(), certain: z.boolean() })),
  total: z.number(),
  nextCursor: z.string().nullable(),
});
type CommandPage = z.infer<typeof page>;

const START = Date.UTC(2026, 10, 1);
const TEXTS = [
  'ls -la',
  'sudo systemctl restart nginx',
  'cat <<EOF\n100%\nEOF',
  '',
  '[sudo] password for dev:',
];

describe('commands', () => {
  let api: ApiFixture;
  let alice: Somebody;
  let bob: Somebody;
  let auditor: Somebody;
  const sessions = [newId<SessionId>(), newId<SessionId>()] as const;
  const assets = [newId<AssetId>(), newId<AssetId>()] as const;

  beforeAll(async () => {
    api = await ApiFixture.start();
    [alice, bob, auditor] = [
      await api.addUser('alice'),
      await api.addUser('bob'),
      await api.addUser('eve', 'auditor'),
    ];
    const journal = api.app.get(CommandJournal);
    for (const place of [0, 1] as const) {
      await addSession(place);
      for (const [index, text] of TEXTS.entries()) journal.note(command(place, index, text));
    }
    await api.app.get(AuditSpool).settled();
  });
  afterAll(() => api.stop());

  const owner = (place: 0 | 1) => {
    const person = place === 0 ? alice : bob;
    return {
      userId: person.id as UserId,
      username: person.username,
      assetId: assets[place],
      assetName: `web-${place}`,
      systemUserId: newId<SystemUserId>(),
      systemUsername: 'dev',
    };
  };

  async function addSession(place: 0 | 1): Promise<void> {
    await api.app
      .get(DataSource)
      .getRepository(Session)
      .insert({
        id: sessions[place],
        kind: 'ssh',
        ...owner(place),
        sourceAddress: '192.0.2.7',
        gatewayId: newId<GatewayId>(),
        startedAt: new Date(START),
      });
  }

  function command(place: 0 | 1, index: number, text: string): CommandRecord {
    const kinds: CommandKind[] = ['line', 'line', 'line', 'screen_entered', 'hidden'];
    return {
      id: newId<CommandId>(),
      sessionId: sessions[place],
      ...owner(place),
      kind: kinds[index] ?? 'line',
      command: text,
      certain: index !== 2 && index !== 4,
      at: new Date(START + place * 3_600_000 + index * 1_500),
      offsetMs: index * 1_500,
    };
  }

  const list = async (path: string, who = auditor.client): Promise<CommandPage> =>
    page.parse((await who.get(path).expect(200)).body);
  const texts = async (path: string): Promise<string[]> =>
    (await list(path)).items.map(({ command: text }) => text);

  it('of a session stand in its order, with their moments in the recording', async () => {
    const { items, total } = await list(`/sessions/${sessions[0]}/commands`);
    expect(items.map(({ command: text }) => text)).toEqual(TEXTS);
    expect(items.map(({ offset }) => offset)).toEqual([0, 1.5, 3, 4.5, 6]);
    expect(total).toBe(5);
    await auditor.client.get(`/sessions/${newId<SessionId>()}/commands`).expect(404);
  });

  it('are found by text, person, asset, certainty and time', async () => {
    expect(await texts('/commands?q=NGINX')).toEqual([TEXTS[1], TEXTS[1]]);
    expect(await texts('/commands?q=0%25')).toEqual([TEXTS[2], TEXTS[2]]);
    expect(await texts(`/commands?q=ls&userId=${bob.id}`)).toEqual(['ls -la']);
    expect(await texts(`/commands?assetId=${assets[1]}&certain=false&kind=line`)).toEqual([TEXTS[2]]);
    expect(await texts(`/commands?sessionId=${sessions[0]}&kind=hidden`)).toEqual([TEXTS[4]]);
    expect(await texts('/commands?kind=line&to=2026-11-01T00:00:02Z&sort=at')).toEqual([TEXTS[0], TEXTS[1]]);
  });

  it('are walked through by cursor without gap or repeat', async () => {
    const seen: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const next: CommandPage = await list(`/commands?pageSize=3${cursor && `&cursor=${cursor}`}`);
      seen.push(...next.items.map(({ offset }) => offset));
      cursor = next.nextCursor;
    }
    expect(seen).toEqual([6, 4.5, 3, 1.5, 0, 6, 4.5, 3, 1.5, 0]);
  });

  it('lead to their sessions, and are counted there', async () => {
    const found = page
      .omit({ items: true })
      .extend({ items: z.array(z.looseObject({ id: z.string(), commandCount: z.number() })) })
      .parse((await auditor.client.get('/sessions?entered=nginx&sort=startedAt').expect(200)).body);
    expect(found.items.map(({ commandCount }) => commandCount)).toEqual([3, 3]);
    expect(found.items.map(({ id }) => id).sort()).toEqual([...sessions].sort());
  });

  it('of a short text are looked for among the latest, which is said; whatever narrows it finds the others', async () => {
    const found = page.extend({ totalIsLeast: z.boolean(), searchedFrom: z.coerce.date().nullable() });
    const search = async (query: string): Promise<{ count: number | string; from: Date | null }> => {
      const answer = await auditor.client.get(`/commands?${query}`).expect(200);
      const { total, totalIsLeast, searchedFrom } = found.parse(answer.body);
      return { count: totalIsLeast ? `${total} or more` : total, from: searchedFrom };
    };
    expect(await search('q=ls')).toEqual({ count: 2, from: null });
    const database = api.app.get(DataSource);
    await database.query('ALTER TABLE commands DISABLE TRIGGER audit_queue');
    // the first of them a minute after those that stand there, one each millisecond
    const begin = new Date(START + 2 * 3_600_000);
    await database.query(
      `INSERT INTO commands (id, session_id, user_id, username, asset_id, asset_name, system_user_id, system_username, kind,
         command, certain, at, offset_ms)
       SELECT gen_random_uuid(), $2, $3, 'bob', $4, 'web-1', $5, 'dev', 'line', 'df -h', true,
         $1::timestamptz + n * interval '1 millisecond', 0 FROM generate_series(0, 150_000) n`,
      [begin, sessions[1], bob.id, assets[1], newId()],
    );
    await database.query('ALTER TABLE commands ENABLE TRIGGER audit_queue');

    const oldest = new Date(begin.getTime() + 1);
    expect(await search('q=ls')).toEqual({ count: 0, from: oldest });
    expect(await search('q=df')).toEqual({ count: '1000 or more', from: oldest });
    expect(await search('q=df%20-h')).toEqual({ count: '1000 or more', from: null });
    expect(await search('q=ls%20-la')).toEqual({ count: 2, from: null });
    expect(await search(`q=ls&userId=${alice.id}`)).toEqual({ count: 1, from: null });
    expect(await search(`q=ls&to=${begin.toISOString()}`)).toEqual({ count: 2, from: null });
    expect(await search(`q=ls&from=${new Date(begin.getTime() + 9).toISOString()}`)).toEqual({
      count: 0,
      from: null,
    });
    expect(await search('')).toEqual({ count: '10000 or more', from: null });
    // of one user fewer are read, as they stand among those of all others
    const latest = new Date(begin.getTime() + 150_000 - 19_999);
    expect(await search(`q=ls&userId=${bob.id}`)).toEqual({ count: 0, from: latest });
    expect(await search(`q=ls%20-la&userId=${bob.id}`)).toEqual({ count: 1, from: null });
    // few enough to be read one by one: the same answers, without the index of words
    const soon = new Date(begin.getTime() + 1_200);
    const period = `from=${begin.toISOString()}&to=${soon.toISOString()}`;
    expect(await search(`q=df%20-h&${period}`)).toEqual({ count: '1000 or more', from: null });
    expect(await search(`q=df%20-h&${period}&pageSize=200&page=6`)).toEqual({ count: 1_200, from: null });
    expect(await search(`q=rm%20-rf&${period}`)).toEqual({ count: 0, from: null });
  });

  it('are for those who may audit only', async () => {
    await alice.client.get('/commands').expect(403);
    await alice.client.get(`/sessions/${sessions[0]}/commands`).expect(403);
  });
});
