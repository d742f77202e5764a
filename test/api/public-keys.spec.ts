import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Authenticator } from '#libs/identity';
import { run } from '../hosts/index.js';
import { ApiFixture } from './api-fixture.js';

const page = z.object({ items: z.array(z.looseObject({ id: z.uuid() })), total: z.number() });

/** A fresh key pair by ssh-keygen; gives the public line, the private file and a certificate of the key by itself. */
async function makeKey(
  ...options: string[]
): Promise<Record<'publicLine' | 'privateKey' | 'certificate', string>> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-key-'));
  try {
    const file = join(folder, 'key');
    await run('ssh-keygen', ['-q', '-N', '', '-C', 'me@laptop', '-f', file, ...options]);
    await run('ssh-keygen', ['-q', '-s', file, '-I', 'me', '-n', 'me', `${file}.pub`]);
    const read = (name: string): string => readFileSync(name, 'utf8');
    return { publicLine: read(`${file}.pub`), privateKey: read(file), certificate: read(`${file}-cert.pub`) };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('public keys', () => {
  let api: ApiFixture;

  beforeAll(async () => {
    api = await ApiFixture.start();
  });
  afterAll(() => api.stop());

  it('are registered by their owner or an administrator, and name one active user', async () => {
    const { id, client } = await api.addUser('keyed');
    const { publicLine } = await makeKey('-t', 'ed25519');
    const added = await client.post('/me/public-keys', { publicKey: publicLine }).expect(201);
    expect(added.body).toMatchObject({ name: 'me@laptop', type: 'ssh-ed25519', lastUsedAt: null });
    const other = await api.addUser('other');
    const taken = await other.client.post('/me/public-keys', { publicKey: publicLine }).expect(409);
    expect(taken.body).toMatchObject({ code: 'already_taken', errors: [{ field: 'publicKey' }] });

    const authenticator = api.app.get(Authenticator);
    const blob = publicLine.split(' ')[1] ?? '';
    const owner = await authenticator.findKeyOwner('KEYED', blob);
    expect(owner?.user.id).toBe(id);
    expect(await authenticator.findKeyOwner('other', blob)).toBeNull();
    await api.admin.patch(`/users/${id}`, { active: false }).expect(200);
    expect(await authenticator.findKeyOwner('keyed', blob)).toBeNull();
    await api.admin.patch(`/users/${id}`, { active: true }).expect(200);

    if (owner) {
      const origin = { address: '192.0.2.1', way: 'ssh' as const };
      await authenticator.recordLogin(owner.user, 'publickey', origin, owner.keyId);
    }
    const listed = await api.admin.get(`/users/${id}/public-keys`).expect(200);
    expect(listed.body).toMatchObject({
      total: 1,
      items: [{ lastUsedAt: expect.stringMatching(/Z$/) as string }],
    });
    const { items } = page.parse(listed.body);
    await other.client.delete(`/me/public-keys/${items[0]?.id}`).expect(404);
    await api.admin.delete(`/users/${other.id}/public-keys/${items[0]?.id}`).expect(404);
    await api.admin.delete(`/users/${id}/public-keys/${items[0]?.id}`).expect(204);
    expect(await authenticator.findKeyOwner('keyed', blob)).toBeNull();
  });

  it('are taken in every kind that is safe', async () => {
    const { client } = await api.addUser('collector');
    for (const options of [
      ['-t', 'ecdsa', '-b', '384'],
      ['-t', 'rsa', '-b', '2048'],
    ]) {
      const body = { name: options.join(' '), publicKey: (await makeKey(...options)).publicLine };
      expect((await client.post('/me/public-keys', body).expect(201)).body).toMatchObject({
        name: body.name,
      });
    }
  });

  it('that are no keys are refused with what to do instead', async () => {
    const { client } = await api.addUser('confused');
    const pair = await makeKey('-t', 'ed25519');
    const cases: [text: string, code: string][] = [
      [pair.privateKey, 'private_key'],
      [(await makeKey('-t', 'rsa', '-b', '2048', '-m', 'PEM')).privateKey, 'private_key'],
      [pair.certificate, 'certificate'],
      ['ssh-dss AAAAB3NzaC1kc3MAAACBAPY8 x', 'weak_key'],
      [(await makeKey('-t', 'rsa', '-b', '1024')).publicLine, 'weak_key'],
      [pair.publicLine.replace('ssh-ed25519', 'ssh-rsa'), 'not_a_public_key'],
      [pair.publicLine.slice(0, 40), 'not_a_public_key'],
      [`${pair.publicLine}${pair.publicLine}`, 'several_lines'],
      ['hello', 'not_a_public_key'],
      ['', 'required'],
      ['A'.repeat(20_001), 'too_long'],
    ];
    for (const [publicKey, code] of cases) {
      const answer = await client.post('/me/public-keys', { publicKey });
      expect(answer.body, publicKey.slice(0, 40)).toMatchObject({
        status: 422,
        errors: [{ field: 'publicKey', code }],
      });
      const secret = pair.privateKey.split('\n')[1] ?? '';
      expect(answer.text).not.toContain(secret);
    }
    expect(page.parse((await client.get('/me/public-keys')).body).total).toBe(0);
  });
});
