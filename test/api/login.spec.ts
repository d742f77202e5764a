import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { JwtService } from '@nestjs/jwt';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Authenticator, LOGIN_ABSOLUTE_MS, LOGIN_IDLE_MS, LoginRegistry, TokenReader } from '#libs/identity';
import { ApiFixture, HandClock, PASSWORD, type ApiClient } from './api-fixture.js';

const CONSOLE = { 'x-gatehouse-client': 'console' };
const answered = z.object({ accessToken: z.string(), expiresAt: z.iso.datetime() });
const loginPage = z.object({ items: z.array(z.object({ id: z.uuid(), current: z.boolean() })) });

const base64url = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('login', () => {
  const clock = new HandClock();
  let api: ApiFixture;

  beforeAll(async () => {
    api = await ApiFixture.start({ clock });
  });
  afterAll(() => api.stop());

  const withToken = (token: string): ApiClient => api.anonymous().with({ authorization: `Bearer ${token}` });

  async function tokenOf(username: string): Promise<string> {
    const answer = await api.anonymous().post('/auth/login', { username, password: PASSWORD }).expect(200);
    return answered.parse(answer.body).accessToken;
  }

  /** A login from the console: the client that carries its cookie. */
  async function consoleLogin(username: string): Promise<ApiClient> {
    const visitor = api.anonymous().with(CONSOLE);
    const answer = await visitor.post('/auth/login', { username, password: PASSWORD }).expect(200);
    const [cookie = ''] = z.array(z.string()).parse(answer.get('set-cookie'));
    return visitor.with({ cookie: cookie.split(';')[0] ?? '' });
  }

  it('gives tools a token and whom it belongs to', async () => {
    const { id } = await api.addUser('tool');
    const answer = await api.anonymous().post('/auth/login', { username: 'Tool', password: PASSWORD });
    expect(answer.status).toBe(200);
    expect(answer.headers['set-cookie']).toBeUndefined();
    expect(answer.body).toMatchObject({ user: { id, username: 'tool', permissions: ['own.use'] } });
    await withToken(answered.parse(answer.body).accessToken).get('/me').expect(200);
  });

  it('refuses unknown, wrong and disabled alike, byte for byte', async () => {
    const { id } = await api.addUser('sleeper');
    await api.admin.patch(`/users/${id}`, { active: false }).expect(200);
    const tries = [
      { username: 'sleeper', password: PASSWORD },
      { username: 'tool', password: 'wrong wrong wrong' },
      { username: 'nobody', password: PASSWORD },
      { username: "Robert'); DROP TABLE users;--\u0000", password: PASSWORD },
    ];
    const texts = new Set<string>();
    for (const body of tries) texts.add((await api.anonymous().post('/auth/login', body).expect(401)).text);
    expect([...texts]).toHaveLength(1);
    expect([...texts][0]).toContain('login_refused');
  });

  it('writes down each try with the reason, for auditors alone', async () => {
    const answer = await api.admin.get('/login-attempts?succeeded=false&pageSize=200').expect(200);
    const attempt = z.object({
      username: z.string(),
      reason: z.string(),
      address: z.string(),
      way: z.string(),
    });
    const attempts = z.object({ items: z.array(attempt) }).parse(answer.body).items;
    const reasons = new Map(attempts.map(({ username, reason }) => [username, reason]));
    expect(reasons.get('sleeper')).toBe('disabled user');
    expect(reasons.get('tool')).toBe('wrong password');
    expect(reasons.get('nobody')).toBe('unknown user');
    expect(attempts.every(({ address, way }) => address === '127.0.0.1' && way === 'api')).toBe(true);
  });

  it('takes as long for an unknown user as for a wrong password', async () => {
    await api.addUser('timed');
    const authenticator = api.app.get(Authenticator);
    const time = async (username: string, round: number): Promise<number> => {
      const start = performance.now();
      const origin = { address: `192.0.2.${round}`, way: 'api' as const };
      expect(await authenticator.checkPassword(username, 'not the password', origin)).toBeNull();
      return performance.now() - start;
    };
    const times = { known: [] as number[], unknown: [] as number[] };
    for (let round = 0; round < 8; round++) {
      times.known.push(await time('timed', round));
      times.unknown.push(await time(`unknown${round}`, round));
    }
    const median = (values: number[]): number => values.sort((one, other) => one - other)[4] ?? 0;
    const ratio = median(times.known) / median(times.unknown);
    expect(ratio).toBeGreaterThan(0.6);
    expect(ratio).toBeLessThan(1.7);
  });

  it('gives the console a cookie that scripts and other sites do not get, and no token', async () => {
    const answer = await api
      .anonymous()
      .with(CONSOLE)
      .post('/auth/login', { username: 'tool', password: PASSWORD })
      .expect(200);
    expect(answer.body).not.toHaveProperty('accessToken');
    const [cookie = ''] = z.array(z.string()).parse(answer.get('set-cookie'));
    expect(cookie).toMatch(
      /^gatehouse_session=[\w.-]+; Max-Age=43200; Path=\/;.* HttpOnly; SameSite=Strict$/,
    );
  });

  it('takes the cookie from our own page alone', async () => {
    const browser = await consoleLogin('tool');
    await browser.get('/me').expect(200);
    await browser.with({ origin: api.url }).get('/me').expect(200);
    const foreign = await browser.with({ origin: 'https://evil.example' }).patch('/me', { name: 'Owned' });
    expect(foreign.body).toMatchObject({ status: 403, code: 'cross_site' });
    await browser.with({ origin: 'null' }).get('/me').expect(403);
    await browser.with({ 'x-gatehouse-client': 'form' }).get('/me').expect(403);
    await browser.with({ 'x-gatehouse-client': 'form' }).post('/auth/logout').expect(403);
    // a link that is followed carries no header of ours: browsers say whose page it stands on
    const link = (site: string) => browser.with({ 'x-gatehouse-client': 'none', 'sec-fetch-site': site });
    await link('same-origin').get('/me').expect(200);
    for (const site of ['same-site', 'cross-site', 'none']) await link(site).get('/me').expect(403);
    await link('same-origin').post('/auth/logout').expect(403);
    await browser.get('/me').expect(200);
  });

  it('refuses to log a foreign page in', async () => {
    const foreign = api.anonymous().with({ ...CONSOLE, origin: 'https://evil.example' });
    await foreign.post('/auth/login', { username: 'tool', password: PASSWORD }).expect(403);
  });

  it('ends a login at logout, at once, and only that one', async () => {
    const [browser, other] = [await consoleLogin('tool'), await consoleLogin('tool')];
    const gone = await browser.post('/auth/logout').expect(204);
    expect(z.array(z.string()).parse(gone.get('set-cookie'))[0]).toMatch(/^gatehouse_session=;/);
    await browser.get('/me').expect(401);
    await other.get('/me').expect(200);
  });

  it('tells everybody the limits that count', async () => {
    const { client } = await api.addUser('curious');
    expect((await client.get('/me/login-limits').expect(200)).body).toEqual({
      idleSeconds: 1_800,
      absoluteSeconds: 43_200,
      passwordTries: 10,
      codeTries: 5,
      triesSeconds: 900,
    });
  });

  it('lists the own logins and revokes one of them, nobody else’s', async () => {
    const { client } = await api.addUser('careful');
    const second = withToken(await tokenOf('careful'));
    const { items } = loginPage.parse((await client.get('/me/logins').expect(200)).body);
    expect(items.filter(({ current }) => current)).toHaveLength(1);
    const other = items.find(({ current }) => !current);
    await api.admin.delete(`/me/logins/${other?.id}`).expect(404);
    await client.delete(`/me/logins/${other?.id}`).expect(204);
    await second.get('/me').expect(401);
    await client.get('/me').expect(200);
  });

  it('ends every login when the user is disabled, deleted or gets another password', async () => {
    const changes: ((id: string) => PromiseLike<{ status: number }>)[] = [
      (id) => api.admin.patch(`/users/${id}`, { active: false }),
      (id) => api.admin.patch(`/users/${id}`, { password: 'another horse 4712' }),
      (id) => api.admin.post(`/users/${id}/one-time-password`),
      (id) => api.admin.delete(`/users/${id}`),
    ];
    for (const [round, change] of changes.entries()) {
      const { id, client } = await api.addUser(`ending${round}`);
      await client.get('/me').expect(200);
      expect((await change(id)).status).toBeLessThan(300);
      await client.get('/me').expect(401);
    }
  });

  it('looks at the user’s row each time, not only at the login’s', async () => {
    const { id, client } = await api.addUser('cut-off');
    await api.app.get(DataSource).query('UPDATE users SET active = false WHERE id = $1', [id]);
    await client.get('/me').expect(401);
  });

  it('keeps the own login at a change of the password and ends the others', async () => {
    const { client } = await api.addUser('changer');
    const other = withToken(await tokenOf('changer'));
    const newPassword = 'another horse 4712';
    await client.post('/me/password', { currentPassword: PASSWORD, newPassword }).expect(204);
    await client.get('/me').expect(200);
    await other.get('/me').expect(401);
    await api.anonymous().post('/auth/login', { username: 'changer', password: PASSWORD }).expect(401);
    await api.login('changer', newPassword);
  });

  it('lets a one-time password do nothing but choose another', async () => {
    const made = await api.admin
      .post('/users', { username: 'fresh', name: 'Fresh', role: 'admin' })
      .expect(201);
    const { oneTimePassword } = z.object({ oneTimePassword: z.string() }).parse(made.body);
    const fresh = await api.login('fresh', oneTimePassword);
    await fresh.get('/me').expect(200);
    for (const path of ['/users', '/me/logins', '/me/public-keys', '/me/sessions', '/operations']) {
      expect((await fresh.get(path)).body).toMatchObject({ status: 403, code: 'password_change_required' });
    }
    await fresh.patch('/me', { name: 'Sly' }).expect(403);
    const change = { currentPassword: oneTimePassword, newPassword: PASSWORD };
    const same = { ...change, newPassword: oneTimePassword };
    expect((await fresh.post('/me/password', same)).body).toMatchObject({ errors: [{ code: 'unchanged' }] });
    await fresh.post('/me/password', change).expect(204);
    await fresh.get('/users').expect(200);
  });

  it.each([
    ['short', 'too_short'],
    ['Password1234', 'too_common'],
    ['aaaaaaaaaaaaaaaa', 'too_common'],
    ['picky-username', 'same_as_username'],
    ['x'.repeat(257), 'too_long'],
  ])('refuses the password %s', async (newPassword, code) => {
    const users = await api.admin.get('/users?q=picky-username');
    if (users.text.includes('"total":0')) await api.addUser('picky-username');
    const client = await api.login('picky-username');
    const answer = await client.post('/me/password', { currentPassword: PASSWORD, newPassword });
    expect(answer.body).toMatchObject({ status: 422, errors: [{ field: 'newPassword', code }] });
  });

  it('ends idle logins, keeps used ones, and ends all of them after the absolute time', async () => {
    await api.addUser('idler');
    const [idle, used] = [withToken(await tokenOf('idler')), withToken(await tokenOf('idler'))];
    for (let elapsed = 0; elapsed < LOGIN_IDLE_MS + 60_000; elapsed += 10 * 60_000) {
      clock.advance(10 * 60_000);
      await used.get('/me').expect(200);
    }
    await idle.get('/me').expect(401);
    const { items } = loginPage.parse((await used.get('/me/logins')).body);
    expect(items).toHaveLength(1);
    for (let elapsed = 0; elapsed < LOGIN_ABSOLUTE_MS; elapsed += 20 * 60_000) {
      clock.advance(20 * 60_000);
      await used.get('/me');
    }
    await used.get('/me').expect(401);
    api.admin = await api.login('admin');
  });
});

describe('tokens', () => {
  let api: ApiFixture;
  let good: string;

  beforeAll(async () => {
    api = await ApiFixture.start();
    const answer = await api.anonymous().post('/auth/login', { username: 'admin', password: PASSWORD });
    good = answered.parse(answer.body).accessToken;
  });
  afterAll(() => api.stop());

  it('are checked by a gateway with the public key alone', async () => {
    const reader = new TokenReader(api.dataDir);
    const claims = await reader.verify(good);
    const live = claims && (await api.app.get(LoginRegistry).check(claims.loginId));
    expect(live?.user.username).toBe('admin');
    expect(await reader.verify(`${good.slice(0, -4)}AAAA`)).toBeNull();
  });

  it('count only with our signature, algorithm, issuer, audience and time', async () => {
    const [, payload = ''] = good.split('.');
    const claims = z
      .record(z.string(), z.unknown())
      .parse(JSON.parse(Buffer.from(payload, 'base64url').toString()));
    const publicKey = readFileSync(join(api.dataDir, 'keys/token.public.pem'), 'utf8');
    const privateKey = createPrivateKey(readFileSync(join(api.dataDir, 'keys/api/token.private.pem')));
    const foreign = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const unsigned = `${base64url({ alg: 'none', typ: 'JWT' })}.${payload}.`;
    const signed = (changes: object, options: { key?: typeof foreign } = {}): string => {
      const body = `${base64url({ alg: 'ES256', typ: 'JWT' })}.${base64url({ ...claims, ...changes })}`;
      const key = { key: options.key ?? privateKey, dsaEncoding: 'ieee-p1363' as const };
      return `${body}.${sign('sha256', Buffer.from(body), key).toString('base64url')}`;
    };
    const hmac = new JwtService({}).sign(claims, { secret: Buffer.from(publicKey), algorithm: 'HS256' });
    const forged = {
      unsigned,
      hmac,
      'other key': signed({}, { key: foreign }),
      'other issuer': signed({ iss: 'elsewhere' }),
      'other audience': signed({ aud: 'elsewhere' }),
      expired: signed({ exp: 1_700_000_000 }),
      'unknown login': signed({ jti: '01890000-0000-7000-8000-000000000000' }),
      'no login': signed({ jti: 'x' }),
      "somebody else's login": signed({ sub: '01890000-0000-7000-8000-000000000000' }),
      garbage: 'a.b.c',
    };
    for (const [name, token] of Object.entries(forged)) {
      const answer = await api
        .anonymous()
        .with({ authorization: `Bearer ${token}` })
        .get('/me');
      expect({ name, status: answer.status }).toEqual({ name, status: 401 });
    }
    await api
      .anonymous()
      .with({ authorization: `Bearer ${signed({})}` })
      .get('/me')
      .expect(200);
    await api.anonymous().with({ authorization: 'Basic YWRtaW46eA==' }).get('/me').expect(401);
  });

  it('leave the key private to its owner', async () => {
    expect(statSync(join(api.dataDir, 'keys/api/token.private.pem')).mode & 0o777).toBe(0o600);
  });
});
