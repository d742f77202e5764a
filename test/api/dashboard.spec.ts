import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { LoginAttempt, Session, SessionFigures } from '#libs/database';
import {
  newId,
  type AssetId,
  type GatewayId,
  type Id,
  type SessionId,
  type SystemUserId,
  type UserId,
} from '#libs/kernel';
import { GatewayRoster, TallyKeeper } from '#libs/session-audit';
import { ApiFixture, HandClock, type Somebody } from './api-fixture.js';
import { hostKeyLine } from './key-samples.js';

const DAY_MS = 24 * 60 * 60_000;
const SESSIONS = 3_000;
/** Half an hour and a quarter off, summer time in the period, far ahead and far behind. */
const ZONES = ['UTC', 'Asia/Kathmandu', 'America/New_York', 'Pacific/Kiritimati', 'Pacific/Pago_Pago'];

const top = z.array(z.object({ id: z.uuid(), name: z.string(), sessions: z.number() }));
const login = z.object({ username: z.string(), succeeded: z.boolean() });
const overall = z.object({
  counters: z.object({
    users: z.number(),
    assets: z.number(),
    onlineUsers: z.number(),
    onlineSessions: z.number(),
  }),
  days: z.array(z.object({ day: z.string(), sessions: z.number(), users: z.number() })),
  topUsers: top,
  topAssets: top,
  lastLogins: z.array(login),
  pushFailures: z.object({ total: z.number(), items: z.array(z.looseObject({ failure: z.string() })) }),
});
const own = z.object({
  counters: z.object({ users: z.number().nullable(), assets: z.number(), onlineSessions: z.number() }),
  days: z.array(z.object({ day: z.string(), sessions: z.number() })),
  topAssets: top,
  lastLogins: z.array(login),
});
const firstHour = z.object({
  steps: z.array(z.object({ name: z.string(), done: z.boolean() })),
  dismissed: z.boolean(),
});

interface Begun {
  userId: string;
  assetId: string;
  startedAt: Date;
  online: boolean;
}

describe('the dashboard', () => {
  const clock = new HandClock();
  let api: ApiFixture;
  let auditor: Somebody;
  let plain: Somebody;
  let groupAdmin: Somebody;
  const begun: Begun[] = [];
  const assets = Array.from({ length: 40 }, () => newId<AssetId>());
  let users: string[] = [];

  beforeAll(async () => {
    api = await ApiFixture.start({ clock });
    auditor = await api.addUser('audrey', 'auditor');
    plain = await api.addUser('pat');
    groupAdmin = await api.addUser('grace', 'group_admin');
    users = [plain.id, ...Array.from({ length: 12 }, () => newId<UserId>())];
    const now = Date.now();
    // as if they had been there when days were first counted
    await api.app.get(TallyKeeper).recurring.stop();
    // the sessions that are online belong to no gateway: after a while they would be taken for lost
    await api.app.get(GatewayRoster).leave();
    await add(Array.from({ length: SESSIONS }, () => random(new Date(now - Math.random() * 45 * DAY_MS))));
    await api.app.get(DataSource).query('TRUNCATE session_figures, session_counts, session_totals');
  });
  afterAll(() => api.stop());

  /** The first ones of users and assets come more often. */
  function random(startedAt: Date): Begun {
    const one = (from: readonly string[]): string => from[Math.floor(Math.random() ** 2 * from.length)] ?? '';
    return { userId: one(users), assetId: one(assets), startedAt, online: Math.random() < 0.01 };
  }

  async function add(sessions: Begun[]): Promise<void> {
    begun.push(...sessions);
    const rows = sessions.map(({ userId, assetId, startedAt, online }) => ({
      id: newId<SessionId>(),
      kind: 'ssh' as const,
      userId: userId as UserId,
      username: userId === plain.id ? 'pat' : `gone-${userId.slice(-4)}`,
      assetId: assetId as AssetId,
      assetName: `host-${assetId.slice(-4)}`,
      systemUserId: newId<SystemUserId>(),
      systemUsername: 'dev',
      sourceAddress: '192.0.2.7',
      gatewayId: newId<GatewayId>(),
      startedAt,
      endedAt: online ? null : startedAt,
    }));
    for (let at = 0; at < rows.length; at += 500) {
      await api.app
        .get(DataSource)
        .getRepository(Session)
        .insert(rows.slice(at, at + 500));
    }
  }

  const dashboard = async (zone: string) =>
    overall.parse((await auditor.client.get(`/dashboard?timeZone=${zone}`).expect(200)).body);

  /** Every session by itself: its date in the zone. */
  function slowDays(zone: string, of: readonly Begun[]) {
    const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone });
    const today = Date.parse(format.format(clock.now()));
    const dates = of.map((each) => format.format(each.startedAt));
    return Array.from({ length: 30 }, (_, index) => {
      const day = new Date(today - (29 - index) * DAY_MS).toISOString().slice(0, 10);
      const on = of.filter((_each, at) => dates[at] === day);
      return { day, sessions: on.length, users: new Set(on.map(({ userId }) => userId)).size };
    });
  }

  function slowTop(by: 'userId' | 'assetId') {
    const from = Date.parse(clock.now().toISOString().slice(0, 10)) - 29 * DAY_MS;
    const counts = new Map<string, number>();
    for (const each of begun) {
      if (each.startedAt.getTime() >= from) counts.set(each[by], (counts.get(each[by]) ?? 0) + 1);
    }
    return [...counts]
      .map(([id, sessions]) => ({ id, sessions }))
      .sort((a, b) => b.sessions - a.sessions || (a.id < b.id ? -1 : 1))
      .slice(0, 10);
  }

  const bare = (entries: z.infer<typeof top>) => entries.map(({ id, sessions }) => ({ id, sessions }));

  it.each(ZONES)('counts what a slow count counts, in the days of %s', async (zone) => {
    for (let time = 0; time < 2; time++) {
      const { days, topUsers, topAssets } = await dashboard(zone);
      expect(days).toEqual(slowDays(zone, begun));
      expect(bare(topUsers)).toEqual(slowTop('userId'));
      expect(bare(topAssets)).toEqual(slowTop('assetId'));
    }
  });

  it('counts the day under way anew and keeps those that are over', async () => {
    await dashboard('UTC');
    await add([random(clock.now()), random(clock.now())]);
    expect((await dashboard('UTC')).days).toEqual(slowDays('UTC', begun));
    const kept = await api.app.get(DataSource).getRepository(SessionFigures).countBy({ hasCounts: true });
    expect(kept).toBe(clock.now().getUTCHours() === 0 && clock.now().getUTCMinutes() < 15 ? 28 : 29);
  });

  it('goes on when days pass, also for many who ask at once', async () => {
    clock.advance(2 * DAY_MS);
    auditor = { ...auditor, client: await api.login('audrey') };
    const nowadays = clock.now().getTime();
    await add(Array.from({ length: 50 }, () => random(new Date(nowadays - Math.random() * 2 * DAY_MS))));
    const asked = await Promise.all([1, 2, 3, 4].map(() => dashboard('Asia/Kathmandu')));
    for (const { days, topUsers, topAssets } of asked) {
      expect(days).toEqual(slowDays('Asia/Kathmandu', begun));
      expect(bare(topUsers)).toEqual(slowTop('userId'));
      expect(bare(topAssets)).toEqual(slowTop('assetId'));
    }
  });

  it('tells who is online, names as they are now or were last, and the last logins', async () => {
    await api.anonymous().post('/auth/login', { username: 'pat', password: 'wrong wrong' }).expect(401);
    const { counters, topUsers, lastLogins, pushFailures } = await dashboard('UTC');
    const online = begun.filter((each) => each.online);
    expect(counters).toEqual({
      users: 4,
      assets: 0,
      onlineUsers: new Set(online.map(({ userId }) => userId)).size,
      onlineSessions: online.length,
    });
    expect(topUsers.find(({ id }) => id === plain.id)?.name).toBe('pat');
    for (const { id, name } of topUsers.filter((each) => each.id !== plain.id)) {
      expect(name).toBe(`gone-${id.slice(-4)}`);
    }
    expect(lastLogins[0]).toEqual({ username: 'pat', succeeded: false });
    expect(lastLogins.map(({ username }) => username)).toContain('audrey');
    expect(pushFailures).toEqual({ total: 0, items: [] });
  });

  it('shows people their own sessions and logins only', async () => {
    const client = await api.login('pat');
    await api.app
      .get(DataSource)
      .getRepository(LoginAttempt)
      .insert({
        id: newId<Id<'login-attempt'>>(),
        at: clock.now(),
        username: 'audrey',
        userId: auditor.id as UserId,
        address: '192.0.2.9',
        way: 'ssh',
        method: 'publickey',
        succeeded: true,
      });
    const mine = begun.filter(({ userId }) => userId === plain.id);
    for (const zone of ZONES) {
      const seen = own.parse((await client.get(`/me/dashboard?timeZone=${zone}`).expect(200)).body);
      expect(seen.days).toEqual(slowDays(zone, mine).map(({ day, sessions }) => ({ day, sessions })));
      expect(seen.counters).toEqual({
        users: null,
        assets: 0,
        onlineSessions: mine.filter((each) => each.online).length,
      });
      expect(new Set(seen.lastLogins.map(({ username }) => username))).toEqual(new Set(['pat']));
    }
    await client.get('/dashboard').expect(403);
    await client.get('/settings/first-hour').expect(403);
    await client.put('/settings/first-hour', { dismissed: true }).expect(403);
  });

  it('counts for group admins the users whom they manage', async () => {
    api.admin = await api.login('admin');
    const group = { name: 'ops', memberIds: [plain.id], administratorIds: [groupAdmin.id] };
    await api.admin.post('/user-groups', group).expect(201);
    const client = await api.login('grace');
    const seen = own.parse((await client.get('/me/dashboard').expect(200)).body);
    const visible = z.object({ total: z.number() }).parse((await client.get('/users').expect(200)).body);
    expect(seen.counters.users).toBe(visible.total);
    expect(visible.total).toBeLessThan(4);
    await client.get('/dashboard').expect(403);
  });

  it('refuses what is no time zone', async () => {
    for (const zone of ['Mars/Olympus', '%2B01:00', "UTC'--", 'x'.repeat(65)]) {
      await api.admin.get(`/dashboard?timeZone=${zone}`).expect(422);
      await api.admin.get(`/me/dashboard?timeZone=${zone}`).expect(422);
    }
  });

  it('ticks the first hour off from what is there', async () => {
    const state = async () => firstHour.parse((await api.admin.get('/settings/first-hour').expect(200)).body);
    const done = async () => (await state()).steps.filter((step) => step.done).map(({ name }) => name);
    expect(await done()).toEqual(['password', 'session']);
    const made = z.object({ id: z.uuid() });
    const asset = made.parse(
      (await api.admin.post('/assets', { name: 'web-01', address: '192.0.2.1' }).expect(201)).body,
    );
    const systemUser = made.parse(
      (await api.admin.post('/system-users', { username: 'dev', generateKey: true }).expect(201)).body,
    );
    expect(await done()).toEqual(['password', 'asset', 'system-user', 'session']);
    await api.admin.put(`/assets/${asset.id}/host-keys`, { hostKeys: [hostKeyLine()] }).expect(200);
    await api.admin
      .post('/pushes', { systemUserId: systemUser.id, assetIds: [asset.id], mode: 'record-only' })
      .expect(202);
    const rule = { userIds: [plain.id], assetIds: [asset.id], systemUserIds: [systemUser.id] };
    await api.admin.post('/authorization-rules', { name: 'all', ...rule }).expect(201);
    expect(await done()).toEqual(['password', 'asset', 'host-key', 'system-user', 'push', 'rule', 'session']);
    await api.admin.delete(`/assets/${asset.id}`).expect(204);
    expect(await done()).toEqual(['password', 'system-user', 'rule', 'session']);
    expect((await state()).dismissed).toBe(false);
    await api.admin.put('/settings/first-hour', { dismissed: true }).expect(204);
    await api.admin.put('/settings/first-hour', { dismissed: true }).expect(204);
    expect((await state()).dismissed).toBe(true);
    const written = z
      .object({ total: z.number() })
      .parse((await api.admin.get('/operations?q=first-hour').expect(200)).body);
    expect(written.total).toBe(1);
  });
});
