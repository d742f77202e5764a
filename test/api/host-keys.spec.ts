import { beforeAll, describe, expect, it } from 'vitest';
import { pino } from 'pino';
import { z } from 'zod';
import type { HostKeyScan } from '#libs/contracts';
import { JobQueue, Operation } from '#libs/database';
import { parsePublicKey } from '#libs/kernel';
import { dsaKeyLine, hostKeyLine, weakKeyLine } from './key-samples.js';
import { failureOf, StockedApi, type Caller } from './stocked-api.js';

const NOBODY = '00000000-0000-7000-8000-000000000000';
const aText: unknown = expect.any(String);
const pinned = z.object({ pins: z.array(z.object({ publicKey: z.string(), pinnedAt: z.string() })) });

describe('host keys', () => {
  let api: StockedApi;
  let admin: Caller;
  let assetId: string;
  const [first = '', second = '', third = ''] = [hostKeyLine(), hostKeyLine(), hostKeyLine()].sort();
  const fingerprintOf = (line: string): string => parsePublicKey(line).fingerprint;

  beforeAll(async () => {
    api = await StockedApi.start();
    admin = api.as('admin');
    assetId = await admin.made('/assets', {
      name: 'pinned',
      address: '192.0.2.7',
      port: 2207,
      hostKeys: [first],
    });
    return () => api.stop();
  });

  const pins = (): Promise<unknown> =>
    admin.get(`/assets/${assetId}/host-keys`).then((answer) => answer.body);
  const pin = (hostKeys: unknown) => admin.put(`/assets/${assetId}/host-keys`, { hostKeys });

  it('are shown with fingerprint, time and who pinned them', async () => {
    expect(await pins()).toEqual({
      hostKeys: [first],
      pins: [
        {
          type: 'ssh-ed25519',
          publicKey: first,
          fingerprint: fingerprintOf(first),
          pinnedAt: aText,
          pinnedBy: 'admin',
        },
      ],
    });
  });

  it('are replaced as a set; comments go, one that stays keeps its history', async () => {
    const { pins: before } = pinned.parse(await pins());
    const answer = await pin([`${second} root@host`, first, first.concat(' again')]);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({ hostKeys: [first, second] });
    expect(pinned.parse(await pins()).pins).toEqual([...before, { publicKey: second, pinnedAt: aText }]);
    expect((await admin.get(`/assets/${assetId}`)).body).toMatchObject({ hostKeys: [first, second] });
  });

  it('are logged by fingerprint, before and after', async () => {
    await pin([first]);
    await pin([third]);
    await pin([third]);
    const rows = await api.database
      .getRepository(Operation)
      .find({ where: { subjectId: assetId, action: 'asset.pin-host-keys' }, order: { at: 'ASC' } });
    expect(rows.at(-1)).toMatchObject({
      subjectName: 'pinned',
      before: { hostKeys: [`ssh-ed25519 ${fingerprintOf(first)}`] },
      after: { hostKeys: [`ssh-ed25519 ${fingerprintOf(third)}`] },
    });
    // made with the asset, two added, one taken, replaced; pinning the same again is no change
    expect(rows).toHaveLength(4);
  });

  it('can be changed with the asset too', async () => {
    await admin.patch(`/assets/${assetId}`, { hostKeys: [first, third] });
    expect(await pins()).toMatchObject({ hostKeys: [first, third] });
    await admin.patch(`/assets/${assetId}`, { comment: 'kept' });
    expect(await pins()).toMatchObject({ hostKeys: [first, third] });
  });

  it('can all be taken away', async () => {
    expect((await pin([])).body).toEqual({ hostKeys: [], pins: [] });
    await pin([first]);
  });

  it.each([
    ['nonsense', ['nonsense'], ['hostKeys.0:not_a_public_key']],
    [
      'every wrong line',
      ['x', hostKeyLine(), 'y'],
      ['hostKeys.0:not_a_public_key', 'hostKeys.2:not_a_public_key'],
    ],
    ['a private key', ['-----BEGIN OPENSSH PRIVATE KEY-----'], ['hostKeys.0:private_key']],
    ['a certificate', ['ssh-ed25519-cert-v01@openssh.com AAAA'], ['hostKeys.0:certificate']],
    ['a DSA key', [dsaKeyLine], ['hostKeys.0:weak_key']],
    ['a short RSA key', [weakKeyLine()], ['hostKeys.0:weak_key']],
    ['two keys in one line', [`${hostKeyLine()}\n${hostKeyLine()}`], ['hostKeys.0:several_lines']],
    ['a number', [1], ['hostKeys:not_a_text']],
    ['no list', first, ['hostKeys:not_a_list']],
    ['nothing', undefined, ['hostKeys:required']],
    ['too many', Array.from({ length: 33 }, (_, index) => `key ${index}`), ['hostKeys:too_many']],
  ])('refuse %s, and nothing changes', async (_what, hostKeys, fields) => {
    expect(failureOf(await pin(hostKeys))).toEqual({ status: 422, code: 'validation_failed', fields });
    expect(await pins()).toMatchObject({ hostKeys: [first] });
  });

  it('of an asset that is not there are not found', async () => {
    for (const id of [NOBODY, 'nonsense']) {
      expect((await admin.get(`/assets/${id}/host-keys`)).status).toBe(404);
      expect((await admin.put(`/assets/${id}/host-keys`, { hostKeys: [first] })).status).toBe(404);
      expect((await admin.post(`/assets/${id}/host-keys/scan`)).status).toBe(404);
      expect((await admin.post(`/assets/${id}/test-connection`)).status).toBe(404);
    }
  });

  it('are changed and scanned by admins only', async () => {
    const auditor = api.as('auditor');
    expect((await auditor.get(`/assets/${assetId}/host-keys`)).status).toBe(200);
    for (const caller of [auditor, api.as('user'), api.as('group_admin')]) {
      expect((await caller.put(`/assets/${assetId}/host-keys`, { hostKeys: [] })).status).toBe(403);
      expect((await caller.post(`/assets/${assetId}/host-keys/scan`)).status).toBe(403);
      expect((await caller.post('/assets/scan-host-keys', { address: '127.0.0.1' })).status).toBe(403);
      expect((await caller.post(`/assets/${assetId}/test-connection`)).status).toBe(403);
    }
  });

  it('can not be scanned without a gateway, which is said after 15 seconds', async () => {
    const answer = await admin.post(`/assets/${assetId}/host-keys/scan`);
    expect(failureOf(answer)).toMatchObject({ status: 503, code: 'unavailable' });
  });

  describe('with a gateway at work', () => {
    const asked: object[] = [];
    let scan: HostKeyScan;

    beforeAll(async () => {
      const jobs = new JobQueue(api.databaseUrl, 'worker', pino({ level: 'silent' }));
      await jobs.open();
      await jobs.work('host-keys.scan', 1, (data) => {
        asked.push(data);
        return Promise.resolve(scan);
      });
      await jobs.work('asset.test', 1, (data) => {
        asked.push(data);
        return Promise.resolve({
          ok: false,
          steps: [{ step: 'resolve', ok: false, message: 'no such name', ms: 3 }],
        });
      });
      return () => jobs.close();
    });

    it('are scanned where the asset is, each marked whether it is pinned; nothing is pinned by it', async () => {
      const keyOf = (publicKey: string) => ({
        type: 'ssh-ed25519',
        publicKey,
        fingerprint: fingerprintOf(publicKey),
      });
      scan = { ok: true, keys: [keyOf(first), keyOf(second)] };
      asked.length = 0;
      const answer = await admin.post(`/assets/${assetId}/host-keys/scan`);
      expect(answer.body).toEqual({
        ok: true,
        keys: [
          { ...keyOf(first), pinned: true },
          { ...keyOf(second), pinned: false },
        ],
      });
      expect(asked.at(-1)).toEqual({ address: '192.0.2.7', port: 2207 });
      expect(await pins()).toMatchObject({ hostKeys: [first] });
    });

    it('are scanned before the asset is stored, at the default port unless another is given', async () => {
      scan = { ok: false, step: 'connect', message: 'refused' };
      const answer = await admin.post('/assets/scan-host-keys', { address: 'new.lan' });
      expect(answer).toMatchObject({ status: 200, body: { ok: false, step: 'connect', message: 'refused' } });
      expect(asked.at(-1)).toEqual({ address: 'new.lan', port: 22 });
      await admin.post('/assets/scan-host-keys', { address: 'new.lan', port: 2022 });
      expect(asked.at(-1)).toEqual({ address: 'new.lan', port: 2022 });
      expect(failureOf(await admin.post('/assets/scan-host-keys', { address: 'new.lan:22' })).fields).toEqual(
        ['address:not_an_address'],
      );
    });

    it('and the connection is tested, with the step that failed', async () => {
      const answer = await admin.post(`/assets/${assetId}/test-connection`);
      expect(answer).toMatchObject({
        status: 200,
        body: { ok: false, steps: [{ step: 'resolve', ok: false }] },
      });
      expect(asked.at(-1)).toEqual({ assetId });
    });
  });
});
