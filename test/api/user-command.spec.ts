import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { migrate, openDatabase, User } from '#libs/database';
import { systemClock } from '#libs/kernel';
import { startEmbeddedPostgres } from '../../apps/standalone/src/embedded-postgres.js';
import { UsageError } from '../../apps/standalone/src/command-line/usage-error.js';
import { runUserCommand, USER_USAGE } from '../../apps/standalone/src/command-line/user-command.js';
import { startThrowAwayPostgres } from '../database/throw-away-postgres.js';
import { machineCommand, type Ran } from '../machine-command.js';
import { ApiFixture, PASSWORD, type ApiClient } from './api-fixture.js';
import { AuthenticatorApp } from './authenticator-app.js';

const login = z.object({ accessToken: z.string() });
const madeToken = z.object({ token: z.string() });
const operations = z.object({ items: z.array(z.looseObject({ action: z.string() })) });

const oneTimePassword = ({ out }: Ran): string => /^one-time password: (\S{12,})$/m.exec(out)?.[1] ?? '';

// each command is a process of its own: slow where many run at once
describe('gatehouse user', { timeout: 120_000 }, () => {
  let api: ApiFixture;

  beforeAll(async () => {
    api = await ApiFixture.start();
    vi.stubEnv('GATEHOUSE_DATA_DIR', api.dataDir);
  });
  afterAll(async () => {
    vi.unstubAllEnvs();
    await api.stop();
  });

  /** As on the machine, while the product runs on its embedded database. */
  const command = (...args: string[]): Promise<Ran> =>
    machineCommand({ GATEHOUSE_DATA_DIR: api.dataDir }, 'user', ...args);

  async function loginWith(username: string, password: string): Promise<ApiClient> {
    const answer = await api.anonymous().post('/auth/login', { username, password }).expect(200);
    const { accessToken } = login.parse(answer.body);
    return api.anonymous().with({ authorization: `Bearer ${accessToken}` });
  }
  async function newest(name: string): Promise<unknown> {
    const answer = await api.admin.get(`/operations?q=${name}&pageSize=1`).expect(200);
    return operations.parse(answer.body).items[0];
  }

  it('adds an administrator, who must choose a password first', async () => {
    const ran = await command('create-admin', 'Rescue');
    expect(ran).toMatchObject({ code: 0, err: '' });
    const password = oneTimePassword(ran);
    const rescue = await loginWith('rescue', password);
    await rescue.get('/users').expect(403);
    await rescue.post('/me/password', { currentPassword: password, newPassword: PASSWORD }).expect(204);
    await rescue.get('/users').expect(200);
    expect(await newest('rescue')).toMatchObject({
      ...{ action: 'user.change-password', actorName: 'rescue' },
    });
    const answer = await api.admin.get('/operations?action=user.create&q=command').expect(200);
    expect(operations.parse(answer.body).items).toMatchObject([
      {
        actorId: null,
        actorName: `${userInfo().username} (command line)`,
        way: 'command-line',
        subjectName: 'rescue',
      },
    ]);
    expect(JSON.stringify(answer.body)).not.toContain(password);
    await expect(runUserCommand(['create-admin', 'rescue'])).rejects.toThrow('see user reset-password');
    await expect(runUserCommand(['create-admin', 'a@b'])).rejects.toThrow(UsageError);
  });

  it('resets a password: logins end, API tokens stay', async () => {
    const { client } = await api.addUser('alice');
    const made = await client.post('/me/api-tokens', { name: 'ci', expiresAt: null }).expect(201);
    const token = api.anonymous().with({ authorization: `Bearer ${madeToken.parse(made.body).token}` });
    const ran = await command('reset-password', 'alice');
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toContain('alice: logins ended\n');
    await client.get('/me').expect(401);
    await token.get('/me').expect(200);
    const refused = { username: 'alice', password: PASSWORD };
    await api.anonymous().post('/auth/login', refused).expect(401);
    await (await loginWith('alice', oneTimePassword(ran))).get('/me').expect(200);
    expect(await newest('alice')).toMatchObject({ action: 'user.reset-password', way: 'command-line' });
  });

  it('says that a disabled account stays disabled', async () => {
    const { id } = await api.addUser('carol');
    await api.admin.patch(`/users/${id}`, { active: false }).expect(200);
    expect((await command('reset-password', 'carol')).out).toContain('the account is disabled or has ended');
  });

  it('takes a second factor away', async () => {
    const { client } = await api.addUser('bob');
    await AuthenticatorApp.enrol(client, systemClock);
    const before = await api.anonymous().post('/auth/login', { username: 'bob', password: PASSWORD });
    expect(login.safeParse(before.body).success).toBe(false);
    const ran = await command('reset-second-factor', 'bob');
    expect(ran).toEqual({ code: 0, err: '', out: 'bob: second factor taken away, logins ended\n' });
    await client.get('/me').expect(401);
    await (await loginWith('bob', PASSWORD)).get('/me').expect(200);
    expect(await newest('bob')).toMatchObject({ action: 'user.reset-second-factor', way: 'command-line' });
    await expect(runUserCommand(['reset-second-factor', 'bob'])).rejects.toThrow('bob has no second factor.');
  });

  it('unlocks a throttled account', async () => {
    await api.addUser('dora');
    const attempt = async (password: string): Promise<number> =>
      (await api.anonymous().post('/auth/login', { username: 'dora', password })).status;
    for (let tries = 0; tries < 11; tries++) await attempt('wrong');
    expect(await attempt(PASSWORD)).toBe(429);
    expect(await command('unlock', 'dora')).toEqual({ code: 0, err: '', out: 'dora: may try again\n' });
    expect(await attempt(PASSWORD)).toBe(200);
    expect(await newest('dora')).toMatchObject({ action: 'user.unlock', way: 'command-line' });
  });

  it('says in one line what is wrong, and how it is used', async () => {
    await expect(runUserCommand(['unlock', 'nobody'])).rejects.toThrow('There is no user nobody.');
    const unknown = await command('unlock', '--now', 'a');
    expect(unknown).toMatchObject({ code: 2, out: '' });
    expect(unknown.err).toMatch(/^gatehouse: .+\n\nUsage: gatehouse user create-admin NAME\n/);
    for (const args of [[], ['nonsense', 'x'], ['unlock'], ['unlock', 'a', 'b']])
      await expect(runUserCommand(args)).rejects.toThrow(UsageError);
    expect(await command('--help')).toMatchObject({ code: 0, err: '', out: USER_USAGE });
    const empty = await mkdtemp(join(tmpdir(), 'gatehouse-empty-'));
    vi.stubEnv('GATEHOUSE_DATA_DIR', empty);
    await expect(runUserCommand(['unlock', 'a'])).rejects.toThrow(`${empty} holds no database`);
    vi.stubEnv('GATEHOUSE_DATA_DIR', api.dataDir);
    expect(await readdir(empty)).toEqual([]);
    await rm(empty, { recursive: true });
  });

  it('works while the product is stopped, and leaves nothing running', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-stopped-'));
    await chmod(dataDir, 0o755);
    const before = await startThrowAwayPostgres(dataDir);
    const made = await openDatabase(before.url);
    await migrate(made);
    await made.destroy();
    await before.stop();
    const ran = await machineCommand({ GATEHOUSE_DATA_DIR: dataDir }, 'user', 'create-admin', 'rescue');
    expect(ran).toMatchObject({ code: 0, err: '' });
    const after = await startEmbeddedPostgres({ dataDir, throwaway: true });
    const database = await openDatabase(after.url);
    const users = await database.getRepository(User).find();
    await database.destroy();
    await after.stop();
    await rm(dataDir, { recursive: true });
    expect(users).toMatchObject([{ username: 'rescue', role: 'admin', mustChangePassword: true }]);
  });
});
