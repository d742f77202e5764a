import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Authorizer, ReachableAssets } from '#libs/authorization';
import { ControlBus } from '#libs/database';
import { Authenticator } from '#libs/identity';
import { asId, type AssetId, type SystemUserId, type UserId } from '#libs/kernel';
import { ApiFixture, HandClock, PASSWORD, type ApiClient } from './api-fixture.js';

const withId = z.object({ id: z.uuid() });
const MINUTE = 60_000;

describe('an account that ends', () => {
  const clock = new HandClock();
  let api: ApiFixture;

  beforeAll(async () => {
    api = await ApiFixture.start({ clock });
  });
  afterAll(() => api.stop());

  const inMinutes = (minutes: number): string =>
    new Date(clock.now().getTime() + minutes * MINUTE).toISOString();
  /** The clock moves faster than logins live: the administrator logs in again. */
  const wait = async (minutes: number): Promise<void> => {
    clock.advance(minutes * MINUTE);
    api.admin = await api.login('admin');
  };

  it('has its end shown and changed, and taken away by null', async () => {
    const validUntil = inMinutes(60);
    const body = { username: 'temp', name: 'Temp', role: 'user', password: PASSWORD, validUntil };
    const made = await api.admin.post('/users', body).expect(201);
    expect(made.body).toMatchObject({ validUntil, active: true });
    const { id } = withId.parse(made.body);
    await api.admin.patch(`/users/${id}`, { name: 'Other' }).expect(200);
    expect((await api.admin.get(`/users/${id}`)).body).toMatchObject({ validUntil });
    const later = inMinutes(90);
    expect((await api.admin.patch(`/users/${id}`, { validUntil: later })).body).toMatchObject({
      validUntil: later,
    });
    expect((await api.admin.get(`/operations?subjectId=${id}`)).body).toMatchObject({
      items: [{ before: { validUntil }, after: { validUntil: later } }, {}, {}],
    });
    const cleared = await api.admin.patch(`/users/${id}`, { validUntil: null }).expect(200);
    expect(cleared.body).toMatchObject({ validUntil: null });
    for (const wrong of ['2026-02-30T00:00:00Z', 'tomorrow', 5, '2026-01-01']) {
      const answer = await api.admin.patch(`/users/${id}`, { validUntil: wrong });
      expect(answer.body, String(wrong)).toMatchObject({ status: 422, errors: [{ field: 'validUntil' }] });
    }
  });

  it('counts as disabled everywhere from that moment on', async () => {
    const { id, username, client } = await api.addUser('leaving');
    const { token } = z
      .object({ token: z.string() })
      .parse((await client.post('/me/api-tokens', { name: 't', expiresAt: null }).expect(201)).body);
    const tool = api.anonymous().with({ authorization: `Bearer ${token}` });
    const key = z
      .object({ key: z.object({ publicKey: z.string() }) })
      .parse((await client.post('/me/public-keys/generate', { name: 'k' }).expect(201)).body);
    const blob = key.key.publicKey.split(' ')[1] ?? '';
    const access = await give(id);
    const reach = async (): Promise<object> => ({
      login: (await client.get('/me')).status,
      tool: (await tool.get('/me')).status,
      password: (await api.anonymous().post('/auth/login', { username, password: PASSWORD })).status,
      key: (await api.app.get(Authenticator).findKeyOwner(username, blob)) !== null,
      active: (await api.app.get(Authenticator).activeUser(asId<UserId>(id))) !== null,
      granted: (await api.app.get(Authorizer).authorize({ ...access, action: 'connect' })).granted,
      reachable: (await api.app.get(ReachableAssets).list(asId<UserId>(id), { offset: 0, limit: 9 })).total,
      listedAtAsset: z
        .object({ total: z.number() })
        .parse((await api.admin.get(`/assets/${access.assetId}/access`).expect(200)).body).total,
    });
    const all = { login: 200, tool: 200, password: 200, key: true, active: true };
    const none = { login: 401, tool: 401, password: 401, key: false, active: false };
    expect(await reach()).toEqual({ ...all, granted: true, reachable: 1, listedAtAsset: 1 });
    await api.admin.patch(`/users/${id}`, { validUntil: inMinutes(10) }).expect(200);
    await wait(9);
    expect(await reach()).toEqual({ ...all, granted: true, reachable: 1, listedAtAsset: 1 });
    await wait(1);
    expect(await reach()).toEqual({ ...none, granted: false, reachable: 0, listedAtAsset: 0 });
    const attempts = await api.admin.get(`/login-attempts?userId=${id}&succeeded=false`).expect(200);
    expect(attempts.body).toMatchObject({ items: [{ reason: 'ended user', method: 'password' }] });
    await api.admin.patch(`/users/${id}`, { validUntil: inMinutes(60) }).expect(200);
    await api.login(username);
  });

  it('gives the moment to whoever holds a grant, and tells gateways when it changes', async () => {
    const { id } = await api.addUser('dated');
    const access = await give(id);
    const validUntil = inMinutes(30);
    const heard: string[] = [];
    const bus = api.app.get(ControlBus);
    const stops = (['user.changed', 'access.changed'] as const).map((event) =>
      bus.on(event, (payload) => heard.push(`${event} ${'userId' in payload ? payload.userId : ''}`)),
    );
    await api.admin.patch(`/users/${id}`, { validUntil }).expect(200);
    // accounts of others may end at the same time: that is told too
    const told = () => [...new Set(heard)].sort();
    await expect.poll(told).toEqual(['access.changed ', `user.changed ${id}`]);
    stops.forEach((stop) => {
      stop();
    });
    const decision = await api.app.get(Authorizer).authorize({ ...access, action: 'connect' });
    expect(decision.granted && decision.grant.terms.validUntil?.toISOString()).toBe(validUntil);
  });

  it('ends its logins when the end is set to a moment that is past', async () => {
    const { id, client } = await api.addUser('past');
    await api.admin.patch(`/users/${id}`, { validUntil: '2020-01-01T00:00:00Z' }).expect(200);
    await client.get('/me').expect(401);
    await api.admin.patch(`/users/${id}`, { validUntil: null }).expect(200);
    await client.get('/me').expect(401); // that login is over for good
  });

  it('is found by its state', async () => {
    const names = async (state: string): Promise<string[]> => {
      const answer = await api.admin.get(`/users?q=state-&state=${state}&sort=username`).expect(200);
      return z
        .object({ items: z.array(z.object({ username: z.string() })) })
        .parse(answer.body)
        .items.map(({ username }) => username);
    };
    const ended = await api.addUser('state-ended');
    const off = await api.addUser('state-off');
    const both = await api.addUser('state-both');
    await api.addUser('state-on');
    await api.admin.patch(`/users/${ended.id}`, { validUntil: inMinutes(-1) }).expect(200);
    await api.admin.patch(`/users/${off.id}`, { active: false, validUntil: inMinutes(60) }).expect(200);
    await api.admin.patch(`/users/${both.id}`, { active: false, validUntil: inMinutes(-1) }).expect(200);
    expect(await names('active')).toEqual(['state-on']);
    expect(await names('disabled')).toEqual(['state-both', 'state-off']);
    expect(await names('ended')).toEqual(['state-ended']);
    await api.admin.get('/users?state=other').expect(422);
  });

  it('never is that of the last administrator who stays', async () => {
    const me = withId.parse((await api.admin.get('/me')).body);
    const refused = async (change: object): Promise<void> => {
      const answer = await api.admin.patch(`/users/${me.id}`, change);
      expect(answer.body).toMatchObject({ status: 409, code: 'last_admin' });
    };
    await refused({ validUntil: inMinutes(60) });
    const second = await api.addUser('second', 'admin');
    await api.admin.patch(`/users/${second.id}`, { validUntil: inMinutes(60) }).expect(200);
    await refused({ validUntil: inMinutes(90) }); // the other one will be gone some day
    await refused({ role: 'user' });
    await refused({ active: false });
    await api.admin.patch(`/users/${second.id}`, { validUntil: null }).expect(200);
    await api.admin.patch(`/users/${me.id}`, { validUntil: inMinutes(90) }).expect(200);
    await api.admin.patch(`/users/${me.id}`, { validUntil: null }).expect(200);
  });

  let given = 0;
  /** An asset that a rule of its own gives the user. */
  async function give(
    userId: string,
  ): Promise<{ userId: UserId; assetId: AssetId; systemUserId: SystemUserId }> {
    const nth = ++given;
    const make = async (client: ApiClient, path: string, body: object): Promise<string> =>
      withId.parse((await client.post(path, body)).body).id;
    const assetId = await make(api.admin, '/assets', { name: `web${nth}`, address: `192.0.2.${nth}` });
    const systemUserId = await make(api.admin, '/system-users', { username: `dev${nth}`, generateKey: true });
    await make(api.admin, '/pushes', { systemUserId, assetIds: [assetId], mode: 'record-only' });
    const sides = { userIds: [userId], assetIds: [assetId], systemUserIds: [systemUserId] };
    await make(api.admin, '/authorization-rules', { name: `rule ${nth}`, ...sides });
    return { userId: asId(userId), assetId: asId(assetId), systemUserId: asId(systemUserId) };
  }
});
