import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import type { BusEvents } from '#libs/contracts';
import { ControlBus } from '#libs/database';
import { Authenticator } from '#libs/identity';
import { generateKey, LOGGER, type Logger } from '#libs/kernel';
import { run } from '../hosts/index.js';
import { ApiFixture } from './api-fixture.js';

const made = z.object({
  key: z.object({ id: z.uuid(), publicKey: z.string(), fingerprint: z.string(), name: z.string() }),
  privateKey: z.string(),
});
const renewed = made.extend({ privateKey: z.string().nullable() });
const PASSPHRASE = 'planted passphrase 4714 ünï';

/** The public line that the real ssh-keygen reads from a private key; fails when the passphrase is wrong. */
async function publicHalf(privateKey: string, passphrase: string): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-pair-'));
  try {
    const file = join(folder, 'key');
    writeFileSync(file, privateKey, { mode: 0o600 });
    const { status, stdout, stderr } = await run('ssh-keygen', ['-y', '-P', passphrase, '-f', file]);
    if (status !== 0) throw new Error(stderr);
    return stdout.toString().split(' ').slice(0, 2).join(' ').trim();
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('key pairs made for users', () => {
  let api: ApiFixture;
  let log = '';

  beforeAll(async () => {
    api = await ApiFixture.start({ onLog: (line) => (log += line) });
  });
  afterAll(() => api.stop());

  const ownerOf = async (username: string, line: string): Promise<string | undefined> =>
    (await api.app.get(Authenticator).findKeyOwner(username, line.split(' ')[1] ?? ''))?.user.id;

  /** How many columns of all rows hold the text, wherever it stands. */
  async function stored(text: string): Promise<number> {
    const db = api.app.get(DataSource);
    const sql = `SELECT (SELECT count(*) FROM operations o WHERE strpos(o::text, $1) > 0)::int
      + (SELECT count(*) FROM public_keys k WHERE strpos(k::text, $1) > 0)::int
      + (SELECT count(*) FROM users u WHERE strpos(u::text, $1) > 0)::int AS found`;
    const [row] = z.array(z.object({ found: z.number() })).parse(await db.query(sql, [text]));
    return row?.found ?? -1;
  }

  it('open with their passphrase alone, and log their owner in', async () => {
    const { id, client } = await api.addUser('paired');
    const body = { name: 'laptop', passphrase: PASSPHRASE };
    const { key, privateKey } = made.parse(
      (await client.post('/me/public-keys/generate', body).expect(201)).body,
    );
    expect(privateKey).toMatch(/^-----BEGIN OPENSSH PRIVATE KEY-----\n/);
    expect(await publicHalf(privateKey, PASSPHRASE)).toBe(key.publicKey);
    await expect(publicHalf(privateKey, 'another one')).rejects.toThrow(/incorrect passphrase/);
    await expect(publicHalf(privateKey, '')).rejects.toThrow(/incorrect passphrase/);
    expect(key.publicKey).toMatch(/^ssh-ed25519 /);
    expect(await ownerOf('paired', key.publicKey)).toBe(id);
  });

  it('are not encrypted without a passphrase; an administrator has one made for somebody', async () => {
    const { id, client } = await api.addUser('given');
    const path = `/users/${id}/public-keys/generate`;
    const { key, privateKey } = made.parse((await api.admin.post(path, { name: 'first' }).expect(201)).body);
    expect(await publicHalf(privateKey, '')).toBe(key.publicKey);
    expect(await ownerOf('given', key.publicKey)).toBe(id);
    await client.post(path, { name: 'x' }).expect(403);
    const missing = await client.post('/me/public-keys/generate', {}).expect(422);
    expect(missing.body).toMatchObject({ errors: [{ field: 'name' }] });
    await client.post('/me/public-keys/generate', { name: 'x', passphrase: 'a\nb' }).expect(422);
  });

  it('leave nothing of their private half or passphrase in rows and logs', async () => {
    const { client } = await api.addUser('secretive');
    const body = { name: 'planted-name', passphrase: PASSPHRASE };
    const first = made.parse((await client.post('/me/public-keys/generate', body).expect(201)).body);
    const again = { passphrase: PASSPHRASE };
    const path = `/me/public-keys/${first.key.id}/renew`;
    const second = made.parse((await client.post(path, again).expect(201)).body);
    const plain = made.parse((await client.post('/me/public-keys/generate', { name: 'plain' })).body);
    expect(await stored('planted-name')).toBeGreaterThan(0);
    expect(await stored(first.key.fingerprint)).toBeGreaterThan(0);
    expect(log).not.toBe('');
    const secrets = [first, second, plain].map(({ privateKey }) =>
      privateKey.replace(/-----[^-]+-----|\s/g, '').slice(-120, -60),
    );
    for (const secret of [PASSPHRASE, ...secrets]) {
      expect(secret.length).toBeGreaterThan(20);
      expect(await stored(secret)).toBe(0);
      expect(log).not.toContain(secret);
    }
    const keys = await client.get('/me/public-keys').expect(200);
    expect(keys.text).not.toContain('PRIVATE');
  });

  it('are renewed at once: the old key logs nobody in any more, and every process hears it', async () => {
    const { id, client } = await api.addUser('renewer');
    const other = await api.addUser('stranger');
    const first = made.parse((await client.post('/me/public-keys/generate', { name: 'laptop' })).body);
    await other.client.post(`/me/public-keys/${first.key.id}/renew`, {}).expect(404);
    await api.admin.post(`/users/${other.id}/public-keys/${first.key.id}/renew`, {}).expect(404);

    const heard: BusEvents['user.changed'][] = [];
    const bus = new ControlBus(api.databaseUrl, api.app.get<Logger>(LOGGER));
    bus.on('user.changed', (event) => heard.push(event));
    await bus.open();
    try {
      const path = `/users/${id}/public-keys/${first.key.id}/renew`;
      const { key, privateKey } = renewed.parse((await api.admin.post(path, {}).expect(201)).body);
      expect(await publicHalf(privateKey ?? '', '')).toBe(key.publicKey);
      expect(key.name).toBe('laptop');
      expect(await ownerOf('renewer', key.publicKey)).toBe(id);
      expect(await ownerOf('renewer', first.key.publicKey)).toBeUndefined();
      await expect.poll(() => heard).toEqual([{ userId: id }]);
    } finally {
      await bus.close();
    }
  });

  it('can be replaced by a key of their own', async () => {
    const { id, client } = await api.addUser('replacer');
    const old = generateKey().publicKey;
    const next = generateKey().publicKey;
    const added = await client.post('/me/public-keys', { publicKey: old, name: 'mine' }).expect(201);
    const path = `/me/public-keys/${made.shape.key.parse(added.body).id}/renew`;
    const same = await client.post(path, { publicKey: old }).expect(422);
    expect(same.body).toMatchObject({ errors: [{ field: 'publicKey', code: 'unchanged' }] });
    const both = await client.post(path, { publicKey: next, passphrase: 'x' }).expect(422);
    expect(both.body).toMatchObject({ errors: [{ field: 'passphrase', code: 'conflicting' }] });
    await client.post(path, { publicKey: 'hello' }).expect(422);
    expect(await ownerOf('replacer', old)).toBe(id);
    const answer = renewed.parse((await client.post(path, { publicKey: next }).expect(201)).body);
    expect(answer).toMatchObject({ privateKey: null, key: { publicKey: next, name: 'mine' } });
    expect(await ownerOf('replacer', old)).toBeUndefined();
    expect(await ownerOf('replacer', next)).toBe(id);
    await client.post(path, {}).expect(404);
  });
});
