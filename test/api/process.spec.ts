import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../apps/standalone/src/embedded-postgres.js';
import { ApiClient } from './api-fixture.js';
import { ApiProcess } from './api-process.js';

const info = z.object({
  url: z.url(),
  adminUsername: z.string().optional(),
  adminPassword: z.string().optional(),
});

// each start is a process of its own: slow where many run at once
describe('the api process', { timeout: 120_000 }, () => {
  let dataDir: string;
  let postgres: EmbeddedPostgres;
  let environment: Record<string, string>;

  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-process-'));
    await chmod(dataDir, 0o755); // the database may run under another account
    postgres = await startEmbeddedPostgres({ dataDir, throwaway: true });
    environment = { GATEHOUSE_DATA_DIR: dataDir, GATEHOUSE_DATABASE_URL: postgres.url };
  });
  afterAll(async () => {
    await postgres.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('refuses a weak password for the first administrator', async () => {
    const api = ApiProcess.launch({ ...environment, GATEHOUSE_ADMIN_PASSWORD: 'password1234' });
    const failure = await api.untilFailure();
    expect(failure.what).toMatch(/^GATEHOUSE_ADMIN_PASSWORD/);
    expect(await api.ended()).toBe(78);
  });

  it('tells the first administrator’s password once, in no log, and stops cleanly', async () => {
    const first = ApiProcess.launch(environment);
    const { url, adminUsername, adminPassword = '' } = info.parse(await first.untilReady());
    expect(adminUsername).toBe('admin');
    const login = await new ApiClient(url).post('/auth/login', {
      username: 'admin',
      password: adminPassword,
    });
    expect(login.body).toMatchObject({ user: { role: 'admin', mustChangePassword: true } });
    await first.stop();
    expect(await first.ended()).toBe(0);
    expect(first.stdout + first.stderr).not.toContain(adminPassword);
    expect(first.stderr).toBe('');

    const second = ApiProcess.launch(environment);
    expect(info.parse(await second.untilReady())).not.toHaveProperty('adminPassword');
    await second.stop();
  });

  it('makes one administrator when two start at once', async () => {
    const fresh = await mkdtemp(join(tmpdir(), 'gatehouse-process-'));
    await chmod(fresh, 0o755);
    const other = await startEmbeddedPostgres({ dataDir: fresh, throwaway: true });
    const both = [1, 2].map(() =>
      ApiProcess.launch({ GATEHOUSE_DATA_DIR: fresh, GATEHOUSE_DATABASE_URL: other.url }),
    );
    try {
      const infos = await Promise.all(both.map(async (api) => info.parse(await api.untilReady())));
      expect(infos.filter(({ adminPassword }) => adminPassword !== undefined)).toHaveLength(1);
    } finally {
      await Promise.all(both.map((api) => api.stop()));
      await other.stop();
      await rm(fresh, { recursive: true, force: true });
    }
  });

  it.each([
    [
      'a database that refuses',
      { GATEHOUSE_DATABASE_URL: 'postgres://x:secret-pw@127.0.0.1:1/x' },
      /127\.0\.0\.1:1/,
    ],
    ['no database', { GATEHOUSE_DATABASE_URL: '' }, /GATEHOUSE_DATABASE_URL is not set/],
    ['a wrong setting', { GATEHOUSE_HTTP_PORT: 'eighty' }, /GATEHOUSE_HTTP_PORT/],
    ['proxies that are none', { GATEHOUSE_TRUSTED_PROXIES: 'everybody' }, /GATEHOUSE_TRUSTED_PROXIES/],
    ['an address of another machine', { GATEHOUSE_HOST: '192.0.2.1' }, /no address 192\.0\.2\.1/],
  ])('says in one line that it can not start with %s', async (_, settings, what) => {
    const api = ApiProcess.launch({ ...environment, ...settings });
    expect((await api.untilFailure()).what).toMatch(what);
    expect(await api.ended()).toBe(78);
    expect(api.stderr.trim().split('\n')).toHaveLength(1);
    expect(api.stdout + api.stderr).not.toContain('secret-pw');
  });

  it('says which port is taken and which setting changes it', async () => {
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(0, '127.0.0.1', resolve));
    const { port } = z.object({ port: z.number() }).parse(squatter.address());
    const api = ApiProcess.launch({ ...environment, GATEHOUSE_HTTP_PORT: String(port) });
    const { what, mend } = await api.untilFailure();
    expect(what).toBe(`Port ${port} is taken.`);
    expect(mend).toContain('GATEHOUSE_HTTP_PORT');
    expect(await api.ended()).toBe(78);
    squatter.close();
  });

  it('answers 503 while the database is away, and mends itself', async () => {
    const api = ApiProcess.launch(environment);
    const client = new ApiClient(info.parse(await api.untilReady()).url);
    await postgres.stop();
    const answer = await client.post('/auth/login', { username: 'admin', password: 'x' });
    expect(answer.body).toMatchObject({ status: 503, code: 'unavailable' });
    postgres = await startEmbeddedPostgres({ dataDir, throwaway: true });
    await client.post('/auth/login', { username: 'nobody', password: 'x' }).expect(401);
    await api.stop();
    expect(await api.ended()).toBe(0);
  });
});
