import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ApiClient, ApiFixture, PASSWORD } from './api-fixture.js';
import { ApiProcess } from './api-process.js';

const WRONG = 'wrong wrong wrong';

/** Its proxy is trusted, so that tests come from many addresses. */
const environment = { GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1' };

describe('throttle of logins', () => {
  let api: ApiFixture;

  beforeAll(async () => {
    api = await ApiFixture.start({ environment });
  });
  afterAll(() => api.stop());

  let lastAddress = 0;
  const elsewhere = (): Record<string, string> => ({ 'x-forwarded-for': `198.51.100.${++lastAddress}` });
  const attempt = (client: ApiClient, username: string, password: string) =>
    client.post('/auth/login', { username, password });

  it('locks an account after ten failures, from wherever they come, and says for how long', async () => {
    await api.addUser('victim');
    for (let tries = 0; tries < 10; tries++) {
      await attempt(api.anonymous().with(elsewhere()), 'victim', WRONG).expect(401);
    }
    const answer = await attempt(api.anonymous().with(elsewhere()), 'VICTIM', PASSWORD).expect(429);
    expect(answer.body).toMatchObject({ code: 'too_many_tries' });
    const seconds = Number(answer.headers['retry-after']);
    expect(seconds).toBeGreaterThan(800);
    expect(seconds).toBeLessThanOrEqual(900);
  });

  it('says the same of an account that does not exist', async () => {
    for (let tries = 0; tries < 10; tries++) {
      await attempt(api.anonymous().with(elsewhere()), 'phantom', WRONG).expect(401);
    }
    await attempt(api.anonymous().with(elsewhere()), 'phantom', WRONG).expect(429);
  });

  it('is not reset by another process', async () => {
    const other = ApiProcess.launch({
      ...environment,
      GATEHOUSE_DATABASE_URL: api.databaseUrl,
      GATEHOUSE_DATA_DIR: api.dataDir,
    });
    try {
      const { url } = z.object({ url: z.url() }).parse(await other.untilReady());
      await attempt(new ApiClient(url, elsewhere()), 'victim', PASSWORD).expect(429);
    } finally {
      await other.stop();
    }
  });

  it('is lifted by an administrator', async () => {
    const found = await api.admin.get('/users?q=victim').expect(200);
    const [user] = z.object({ items: z.array(z.object({ id: z.uuid() })) }).parse(found.body).items;
    const lockedUntil = async (): Promise<string | null> =>
      z
        .object({ lockedUntil: z.iso.datetime().nullable() })
        .parse((await api.admin.get(`/users/${user?.id}`)).body).lockedUntil;
    expect(Date.parse((await lockedUntil()) ?? '') - Date.now()).toBeGreaterThan(10 * 60_000);
    await api.admin.post(`/users/${user?.id}/unlock`).expect(204);
    expect(await lockedUntil()).toBeNull();
    await attempt(api.anonymous().with(elsewhere()), 'victim', PASSWORD).expect(200);
  });

  it('does not let tries side by side slip through', async () => {
    await api.addUser('rushed');
    const address = elsewhere();
    const tries = Array.from({ length: 30 }, () => attempt(api.anonymous().with(address), 'rushed', WRONG));
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(10);
    expect(statuses.filter((status) => status === 429)).toHaveLength(20);
  });

  it('starts afresh after a success', async () => {
    await api.addUser('clumsy');
    for (let round = 0; round < 3; round++) {
      for (let tries = 0; tries < 9; tries++) {
        await attempt(api.anonymous().with(elsewhere()), 'clumsy', WRONG).expect(401);
      }
      await attempt(api.anonymous().with(elsewhere()), 'clumsy', PASSWORD).expect(200);
    }
  });

  it('locks an address that tries many accounts, and successes there do not reset it', async () => {
    const address = { 'x-forwarded-for': '203.0.113.7' };
    await api.addUser('insider');
    for (let tries = 0; tries < 50; tries++) {
      await attempt(api.anonymous().with(address), `guess${tries}`, WRONG).expect(401);
      if (tries % 20 === 0) await attempt(api.anonymous().with(address), 'insider', PASSWORD).expect(200);
    }
    await attempt(api.anonymous().with(address), 'insider', PASSWORD).expect(429);
    await attempt(api.anonymous().with(elsewhere()), 'insider', PASSWORD).expect(200);
  });

  it('guards the current password at its change', async () => {
    const { client } = await api.addUser('hijacked');
    const change = { currentPassword: WRONG, newPassword: 'another horse 4712' };
    for (let tries = 0; tries < 10; tries++) await client.post('/me/password', change).expect(422);
    await client.post('/me/password', { ...change, currentPassword: PASSWORD }).expect(429);
  });

  it('writes a flood down once', async () => {
    const answer = await api.admin.get('/login-attempts?q=rushed&pageSize=200').expect(200);
    const attempts = z.object({ items: z.array(z.object({ reason: z.string().nullable() })) });
    const reasons = attempts.parse(answer.body).items.map(({ reason }) => reason);
    expect(reasons.filter((reason) => reason === 'too many tries')).toHaveLength(1);
    expect(reasons.filter((reason) => reason === 'wrong password')).toHaveLength(10);
  });
});

describe('client addresses', () => {
  it('that only the client claims do not count', async () => {
    const api = await ApiFixture.start();
    try {
      const liar = api.anonymous().with({ 'x-forwarded-for': '198.51.100.9', forwarded: 'for=198.51.100.9' });
      await liar.post('/auth/login', { username: 'nobody', password: WRONG }).expect(401);
      const answer = await api.admin.get('/login-attempts?q=nobody').expect(200);
      expect(answer.body).toMatchObject({ items: [{ address: '127.0.0.1' }] });
    } finally {
      await api.stop();
    }
  });
});
