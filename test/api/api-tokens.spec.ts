import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { newId } from '#libs/kernel';
import { ApiFixture, HandClock, PASSWORD, type ApiClient, type Somebody } from './api-fixture.js';

const madeToken = z.object({ id: z.uuid(), token: z.string() });
const MINUTE = 60_000;

describe('API tokens', () => {
  const clock = new HandClock();
  const logged: string[] = [];
  let api: ApiFixture;
  let owner: Somebody;

  beforeAll(async () => {
    api = await ApiFixture.start({
      clock,
      environment: { GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1' },
      onLog: (line) => logged.push(line),
    });
    owner = await api.addUser('owner', 'admin');
  });
  afterAll(() => api.stop());

  const holding = (token: string): ApiClient => api.anonymous().with({ authorization: `Bearer ${token}` });
  const inAnHour = (): string => new Date(clock.now().getTime() + 60 * MINUTE).toISOString();

  async function make(body: object = {}, client = owner.client): Promise<z.infer<typeof madeToken>> {
    const asked = { name: 'deploy', expiresAt: null, ...body };
    return madeToken.parse((await client.post('/me/api-tokens', asked).expect(201)).body);
  }

  it('are told once, kept as a hash, and stand in no log', async () => {
    const { id, token } = await make({ name: 'inventory sync', expiresAt: inAnHour() });
    expect(token).toMatch(/^gatehouse_[\w-]{43}$/);
    await holding(token).get('/users').expect(200);
    const listed = await owner.client.get('/me/api-tokens').expect(200);
    expect(listed.body).toMatchObject({
      items: [{ id, name: 'inventory sync', readOnly: false, networks: [] }],
    });
    const rows = JSON.stringify(await api.app.get(DataSource).query('SELECT * FROM api_tokens, operations'));
    const log = (await api.admin.get(`/operations?subjectId=${id}`).expect(200)).text;
    expect(log).toContain('api-token.create');
    for (const text of [listed.text, rows, log, logged.join('\n')])
      expect(text).not.toContain(token.slice(10));
    expect(rows).not.toContain(token);
  });

  it('do what their owner may and are marked in the operations log', async () => {
    const { token } = await make();
    const made = await holding(token).post('/user-groups', { name: 'By a tool' }).expect(201);
    const { id } = z.object({ id: z.uuid() }).parse(made.body);
    expect((await api.admin.get(`/operations?subjectId=${id}`)).body).toMatchObject({
      items: [{ actorId: owner.id, actorName: 'owner', way: 'token' }],
    });
    const plain = await api.addUser('plain');
    const weak = await make({}, plain.client);
    await holding(weak.token).get('/me').expect(200);
    expect((await holding(weak.token).get('/users')).body).toMatchObject({
      status: 403,
      code: 'not_permitted',
    });
  });

  it('follow their owner at once: another role, a one-time password, a disabled or deleted account', async () => {
    const { id, client } = await api.addUser('changing', 'auditor');
    const { token } = await make({}, client);
    const tool = holding(token);
    await tool.get('/users').expect(200);
    await api.admin.patch(`/users/${id}`, { role: 'user' }).expect(200);
    await tool.get('/users').expect(403);
    await api.admin.post(`/users/${id}/one-time-password`).expect(200);
    expect((await tool.get('/me/assets')).body).toMatchObject({
      status: 403,
      code: 'password_change_required',
    });
    await api.admin.patch(`/users/${id}`, { password: PASSWORD, mustChangePassword: false }).expect(200);
    await tool.get('/me/assets').expect(200);
    await api.admin.patch(`/users/${id}`, { active: false }).expect(200);
    await tool.get('/me').expect(401);
    await api.admin.patch(`/users/${id}`, { active: true }).expect(200);
    await tool.get('/me').expect(200);
    await api.admin.delete(`/users/${id}`).expect(204);
    await tool.get('/me').expect(401);
  });

  it('end at their moment, and when their owner or an administrator revokes them', async () => {
    const { id, token } = await make({ expiresAt: inAnHour() });
    clock.advance(59 * MINUTE);
    owner = { ...owner, client: await api.login('owner') };
    api.admin = await api.login('admin');
    await holding(token).get('/me').expect(200);
    clock.advance(MINUTE);
    const refused = await holding(token).get('/me').expect(401);
    expect(refused.body).toMatchObject({ code: 'not_logged_in' });
    expect((await owner.client.get('/me/api-tokens')).text).toContain(id);
    const [own, others] = [await make(), await make()];
    await owner.client.delete(`/me/api-tokens/${own.id}`).expect(204);
    await owner.client.delete(`/me/api-tokens/${own.id}`).expect(404);
    await holding(own.token).get('/me').expect(401);
    expect((await api.admin.get(`/users/${owner.id}/api-tokens`).expect(200)).text).toContain(others.id);
    await api.admin.delete(`/users/${owner.id}/api-tokens/${others.id}`).expect(204);
    await holding(others.token).get('/me').expect(401);
  });

  it('of somebody else are not there', async () => {
    const { id } = await make();
    const stranger = await api.addUser('stranger', 'auditor');
    await stranger.client.delete(`/me/api-tokens/${id}`).expect(404);
    await stranger.client.delete(`/users/${owner.id}/api-tokens/${id}`).expect(403);
    await api.admin.delete(`/users/${stranger.id}/api-tokens/${id}`).expect(404);
    await api.admin.get(`/users/${newId()}/api-tokens`).expect(404);
    expect((await stranger.client.get('/me/api-tokens')).body).toEqual({ items: [], total: 0 });
  });

  it('count from the networks that they are allowed from, and auditors see who tried elsewhere', async () => {
    const { id, token } = await make({ networks: ['192.0.2.0/28', '2001:DB8::/32', '198.51.100.7'] });
    const from = (address: string): PromiseLike<{ status: number; body: unknown }> =>
      holding(token).with({ 'x-forwarded-for': address }).get('/me');
    for (const address of ['192.0.2.15', '::ffff:192.0.2.1', '2001:db8:1::5', '198.51.100.7']) {
      expect((await from(address)).status, address).toBe(200);
    }
    for (const address of ['192.0.2.16', '2001:db9::1', '198.51.100.8', '::1']) {
      expect((await from(address)).status, address).toBe(401);
    }
    await holding(token).get('/me').expect(401);
    const attempts = await api.admin.get(`/login-attempts?userId=${owner.id}&succeeded=false`).expect(200);
    expect(attempts.body).toMatchObject({
      total: 1, // of five tries within a minute
      items: [{ way: 'token', method: 'token', reason: 'network not allowed', address: '192.0.2.16' }],
    });
    const { items } = z
      .object({ items: z.array(z.looseObject({ id: z.string() })) })
      .parse((await owner.client.get('/me/api-tokens')).body);
    expect(items.find((item) => item.id === id)).toMatchObject({
      networks: ['192.0.2.0/28', '2001:db8::/32', '198.51.100.7/32'],
      lastUsedFrom: '192.0.2.15',
      lastRefusedAt: expect.any(String) as string,
    });
  });

  it('refuse networks that are none, an end that is past, and a name too many', async () => {
    const bad = [
      '10.0.0.0/33',
      '10.0.0',
      'example.org',
      '::1/129',
      '1.2.3.4/08',
      'fe80::1%eth0',
      '10.0.0.0/8/8',
    ];
    const answer = await owner.client.post('/me/api-tokens', { name: 'x', expiresAt: null, networks: bad });
    const { errors } = z.object({ errors: z.array(z.object({ field: z.string() })) }).parse(answer.body);
    expect(errors.map(({ field }) => field)).toEqual(bad.map((_, index) => `networks.${index}`));
    const past = { name: 'x', expiresAt: '2020-01-01T00:00:00Z' };
    expect((await owner.client.post('/me/api-tokens', past)).body).toMatchObject({
      status: 422,
      errors: [{ field: 'expiresAt', code: 'in_the_past' }],
    });
    expect((await owner.client.post('/me/api-tokens', { name: 'x' })).body).toMatchObject({
      errors: [{ field: 'expiresAt' }],
    });
    const collector = await api.addUser('collector');
    for (let made = 0; made < 50; made++) await make({}, collector.client);
    expect(
      (await collector.client.post('/me/api-tokens', { name: 'x', expiresAt: null })).body,
    ).toMatchObject({
      errors: [{ field: 'name', code: 'too_many' }],
    });
  });

  it('that only read change nothing', async () => {
    const { token } = await make({ readOnly: true });
    await holding(token).get('/users').expect(200);
    const refused = await holding(token).post('/user-groups', { name: 'Never' }).expect(403);
    expect(refused.body).toMatchObject({ code: 'read_only_token' });
    await holding(token).patch('/me', { name: 'Never' }).expect(403);
  });

  it('change nothing that a login depends on, of their owner and of anybody', async () => {
    const { id, token } = await make();
    const other = await api.addUser('victim');
    const tool = holding(token);
    const user = { username: 'made-by-tool', name: 'Made', role: 'user', password: PASSWORD };
    const refused: [method: string, path: string, body?: object][] = [
      ['post', '/me/password', { currentPassword: PASSWORD, newPassword: 'another horse 4711' }],
      ['post', '/me/public-keys/generate', { name: 'mine' }],
      ['post', '/me/api-tokens', { name: 'child', expiresAt: null }],
      ['delete', `/me/api-tokens/${id}`],
      ['patch', '/me', { email: 'thief@example.org' }],
      ['patch', `/users/${owner.id}`, { password: 'another horse 4711' }],
      ['patch', `/users/${other.id}`, { email: 'thief@example.org' }],
      ['patch', `/users/${other.id}`, { role: 'admin' }],
      ['patch', `/users/${other.id}`, { role: 'auditor' }],
      ['post', `/users/${other.id}/one-time-password`],
      ['post', `/users/${other.id}/public-keys/generate`, { name: 'mine' }],
      ['post', '/users', { ...user, role: 'admin' }],
      ['post', '/users', { ...user, role: 'auditor' }],
      ['post', '/users', { ...user, role: 'group_admin' }],
      ['post', '/auth/logout'],
    ];
    for (const [method, path, body] of refused) {
      const answer = await tool.call(method, path, body);
      expect({ method, path, status: answer.status, body: answer.body as unknown }).toMatchObject({
        ...{ method, path, status: 403 },
        body: { code: 'login_required' },
      });
    }
    await api.login('owner');
    await tool.post('/users', user).expect(201);
    await tool.patch(`/users/${other.id}`, { name: 'Renamed', email: null }).expect(200);
  });

  it('count as Bearer alone, whole and unaltered', async () => {
    const { token } = await make();
    const cookie = { cookie: `gatehouse_session=${token}`, 'x-gatehouse-client': 'console' };
    await api.anonymous().with(cookie).get('/me').expect(401);
    for (const text of [token.slice(0, -1), `${token}A`, token.toUpperCase(), 'gatehouse_', `${token} x`]) {
      await holding(text).get('/me').expect(401);
    }
    await api.anonymous().get(`/me?access_token=${token}`).expect(401);
    await holding(token).get('/me').expect(200);
  });

  it('are found by an index, and their use is written once a minute', async () => {
    const { id, token } = await make();
    const database = api.app.get(DataSource);
    const used = async (): Promise<unknown> =>
      database.query('SELECT xmin::text, last_used_at, last_used_from FROM api_tokens WHERE id = $1', [id]);
    await holding(token).get('/me').expect(200);
    const first = await used();
    expect(first).toMatchObject([{ last_used_from: '127.0.0.1' }]);
    clock.advance(59_000);
    await holding(token).get('/me').expect(200);
    expect(await used()).toEqual(first);
    clock.advance(2_000);
    await holding(token).get('/me').expect(200);
    expect(await used()).not.toEqual(first);
    const plan = JSON.stringify(
      await database.query(
        'EXPLAIN (FORMAT JSON) SELECT * FROM api_tokens t JOIN users u ON u.id = t.user_id WHERE t.token_hash = $1',
        ['0'.repeat(64)],
      ),
    );
    expect(plan).toContain('api_tokens_token_hash_idx');
  });
});
