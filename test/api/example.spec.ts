import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { generateKey } from '#libs/kernel';
import { ApiFixture, PASSWORD } from './api-fixture.js';

const execute = promisify(execFile);
const script = fileURLToPath(new URL('../../../docs/examples/first-asset.sh', import.meta.url));
const failed = z.object({ code: z.number(), stderr: z.string() });

describe('the documented example', () => {
  let api: ApiFixture;
  let folder: string;
  const [own, host, account] = [generateKey(), generateKey(), generateKey()];

  beforeAll(async () => {
    api = await ApiFixture.start();
    folder = await mkdtemp(join(tmpdir(), 'gatehouse-example-'));
    await writeFile(join(folder, 'alice.pub'), `${own.publicKey} alice@laptop\n`);
    await writeFile(join(folder, 'host.pub'), `${host.publicKey} root@web1\n`);
    await writeFile(join(folder, 'dev-key'), account.privateKey);
  });
  afterAll(async () => {
    await api.stop();
    await rm(folder, { recursive: true });
  });

  const run = (user: string, password = PASSWORD) =>
    execute('sh', [script, user, 'alice.pub', 'web1', '127.0.0.1:2022', 'host.pub', 'dev', 'dev-key'], {
      cwd: folder,
      env: {
        PATH: process.env['PATH'],
        GATEHOUSE_URL: api.url,
        GATEHOUSE_USERNAME: 'admin',
        GATEHOUSE_PASSWORD: password,
      },
    });

  it('stops at what is refused and says why', async () => {
    const wrong = failed.parse(await run('alice', 'wrong wrong "wrong"').catch((error: unknown) => error));
    expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('login_refused') as string });
    const invalid = failed.parse(await run('a li ce').catch((error: unknown) => error));
    expect(invalid.stderr).toContain('not_a_username');
    expect((await api.admin.get('/assets')).body).toMatchObject({ total: 0 });
  });

  it('lets a new user in to a first asset', async () => {
    const { stdout } = await run('alice');
    expect(stdout).toContain('Now: ssh -p 2222 alice@dev@web1@127.0.0.1');
    const [, oneTimePassword = ''] = /one-time password (\S+)/.exec(stdout) ?? [];
    const alice = await api.login('alice', oneTimePassword);
    await alice.post('/me/password', { currentPassword: oneTimePassword, newPassword: PASSWORD }).expect(204);
    expect((await alice.get('/me/assets').expect(200)).body).toMatchObject({
      total: 1,
      items: [{ name: 'web1', address: '127.0.0.1', port: 2022, systemUsers: [{ username: 'dev' }] }],
    });
    expect((await alice.get('/me/public-keys')).body).toMatchObject({
      items: [{ name: 'alice@laptop', publicKey: own.publicKey }],
    });
    expect((await api.admin.get('/assets')).body).toMatchObject({ items: [{ hostKeys: [host.publicKey] }] });
    const systemUsers = await api.admin.get('/system-users').expect(200);
    expect(systemUsers.body).toMatchObject({ items: [{ username: 'dev', publicKey: account.publicKey }] });
    expect(systemUsers.text).not.toContain('PRIVATE KEY');
  });
});
