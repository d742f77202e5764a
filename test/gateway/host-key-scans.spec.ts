import { beforeAll, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { drawLoopbackAddress, requires, startMisbehavingHost, type Host } from '../hosts/index.js';
import { Harness, type Person } from './harness.js';
import { RestClient } from './rest.js';

const withId = z.object({ id: z.uuid() });
const key = z.object({ type: z.string(), publicKey: z.string(), fingerprint: z.string() });
const result = z.object({
  assetId: z.string(),
  assetName: z.string(),
  state: z.string(),
  step: z.string().nullable(),
  reason: z.string(),
  steps: z.array(z.object({ code: z.string() })),
  verdict: z.string().nullable(),
  keys: z.array(key),
  pins: z.array(key),
});
type Result = z.infer<typeof result>;
const page = z.object({ items: z.array(result), total: z.number() });
const run = z.object({
  kind: z.string(),
  state: z.string(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  verdicts: z.array(z.object({ verdict: z.string(), count: z.number() })),
});
type Run = z.infer<typeof run>;
const outcome = z.object({
  pinnedCount: z.number(),
  refused: z.array(z.object({ assetName: z.string(), verdict: z.string().nullable() })),
});
type Outcome = z.infer<typeof outcome>;
const pins = z.object({ hostKeys: z.array(z.string()) });
const operations = z.object({
  items: z.array(z.object({ subjectName: z.string(), before: z.unknown(), after: z.unknown() })),
});
const assets = z.object({ items: z.array(z.object({ name: z.string() })) });

/** More than one type, as most hosts have. */
const RSA_TOO = {
  sshdConfig: ['HostKey /etc/gatehouse-host/second_key'],
  setup: `ssh-keygen -q -t rsa -b 2048 -N '' -C '' -f /etc/gatehouse-host/second_key\n`,
};
/** The longest that one gateway spends on hosts that say nothing, when they fit in at once. */
const BOUND_MS = 30_000;

requires('hosts', 'busybox-hosts', 'ssh').describe('the scan of many host keys', () => {
  let harness: Harness;
  const hosts: Record<string, Host> = {};
  const ids: Record<string, string> = {};
  let first: string;

  beforeAll(async () => {
    harness = await Harness.start();
    const make = async (name: string, more = {}): Promise<void> => {
      hosts[name] = await harness.startHost({ name, ...more });
    };
    await Promise.all([
      make('changed'),
      make('moved'),
      make('new-1', RSA_TOO),
      make('new-2'),
      make('new-3', { family: 'busybox' }),
      make('pinned-else'),
      make('replaced'),
      make('same', RSA_TOO),
    ]);
    const silent = await startMisbehavingHost('silent');
    const add = async (name: string, { address, port }: { address: string; port: number }): Promise<void> => {
      ids[name] = (await harness.admin.call('POST', '/assets', withId, { name, address, port })).id;
    };
    for (const [name, host] of Object.entries(hosts)) await add(name, host);
    await add('silent', silent);
    await add('web-server', { address: '127.0.0.1', port: Number(new URL(harness.product.url).port) });
    await add('refusing', { address: drawLoopbackAddress(), port: 9 });
    // reserved addresses: nobody answers there
    await add('black-hole', { address: '192.0.2.77', port: 22 });
    for (const name of ['changed', 'replaced', 'same'])
      await harness.admin.do('PUT', `/assets/${ids[name]}/host-keys`, { hostKeys: [keyOf(name)] });
    for (const name of ['changed', 'replaced']) await hosts[name]?.changeHostKey();
    return async () => {
      await silent.stop();
      await harness.stop();
    };
  }, 120_000);

  const keyOf = (name: string): string => hosts[name]?.hostKey ?? '';
  const scan = async (body: object): Promise<string> =>
    (await harness.admin.call('POST', '/host-key-scans', withId, body)).id;
  const ended = (id: string): Promise<Run> =>
    vi.waitFor(
      async () => {
        const now = await harness.admin.call('GET', `/host-key-scans/${id}`, run);
        expect(now.finishedAt, JSON.stringify(now)).not.toBeNull();
        return now;
      },
      { timeout: 50_000, interval: 100 },
    );
  const results = async (id: string, filter = ''): Promise<Record<string, Result>> => {
    const path = `/host-key-scans/${id}/results?pageSize=200${filter}`;
    const { items } = await harness.admin.call('GET', path, page);
    return Object.fromEntries(items.map((item) => [item.assetName, item]));
  };
  const verdicts = async (id: string): Promise<unknown> =>
    Object.values(await results(id)).map(({ assetName, verdict }) => [assetName, verdict]);
  const pin = (id: string, body: object): Promise<Outcome> =>
    harness.admin.call('POST', `/host-key-scans/${id}/pins`, outcome, body);
  const pinsOf = async (name: string): Promise<string[]> =>
    (await harness.admin.call('GET', `/assets/${ids[name]}/host-keys`, pins)).hostKeys;
  const pinned = async (): Promise<z.infer<typeof operations>['items']> =>
    (await harness.admin.call('GET', '/operations?action=asset.pin-host-keys&pageSize=200', operations))
      .items;

  it('keeps what each asset shows beside what is pinned, and pins nothing', async () => {
    const before = await pinned();
    first = await scan({ filter: {} });
    const { kind, startedAt, finishedAt, verdicts: counts } = await ended(first);
    expect(kind).toBe('host-keys');
    // hosts that say nothing cost their own time only
    expect(Date.parse(finishedAt ?? '') - Date.parse(startedAt ?? '')).toBeLessThan(BOUND_MS);
    const all = await results(first);
    expect(await verdicts(first)).toEqual([
      ['black-hole', 'unreachable'],
      ['changed', 'changed'],
      ['moved', 'new'],
      ['new-1', 'new'],
      ['new-2', 'new'],
      ['new-3', 'new'],
      ['pinned-else', 'new'],
      ['refusing', 'unreachable'],
      ['replaced', 'changed'],
      ['same', 'same'],
      ['silent', 'unreachable'],
      ['web-server', 'unreachable'],
    ]);
    expect(Object.fromEntries(counts.map(({ verdict, count }) => [verdict, count]))).toEqual({
      ...{ new: 5, changed: 2, same: 1, unreachable: 4 },
    });
    expect(all['new-1']?.keys.map(({ type }) => type)).toEqual(['ssh-ed25519', 'ssh-rsa']);
    expect(all['new-1']?.keys[0]?.publicKey).toBe(keyOf('new-1'));
    expect(all['new-1']?.keys[0]?.fingerprint).toMatch(/^SHA256:/);
    expect(all['new-3']?.keys.map(({ publicKey }) => publicKey)).toContain(keyOf('new-3'));
    expect(all['changed']?.keys.map(({ publicKey }) => publicKey)).toEqual([keyOf('changed')]);
    expect(all['changed']?.pins.map(({ publicKey }) => publicKey)).not.toContain(keyOf('changed'));
    // a further type beside the pinned one is no other host
    expect(all['same']?.pins).toHaveLength(1);
    expect(all['same']?.keys).toHaveLength(2);
    expect(all['refusing']).toMatchObject({ step: 'connect', steps: [{ code: 'refused-at' }] });
    expect(all['web-server']).toMatchObject({ step: 'connect', steps: [{ code: 'not-ssh' }] });
    expect(all['silent']?.reason).toMatch(/Can't (?:reach|connect to) silent: .*timeout/);
    expect(Object.keys(await results(first, '&verdict=changed'))).toEqual(['changed', 'replaced']);
    expect(await pinned()).toEqual(before);
    expect(await pinsOf('new-1')).toEqual([]);
  }, 90_000);

  it('pins of what was chosen only what nothing happened to since, and never a changed key among new ones', async () => {
    const other = keyOf('new-2');
    await harness.admin.do('PUT', `/assets/${ids['pinned-else']}/host-keys`, { hostKeys: [other] });
    await harness.admin.do('PATCH', `/assets/${ids['moved']}`, { address: '192.0.2.78' });
    const assetIds = ['changed', 'moved', 'new-3', 'pinned-else', 'same', 'silent'].map((name) => ids[name]);
    const { pinnedCount, refused } = await pin(first, { assetIds });
    expect(pinnedCount).toBe(1);
    expect(refused.map(({ assetName, verdict }) => [assetName, verdict])).toEqual([
      ['changed', 'changed'],
      ['moved', 'address-changed'],
      ['pinned-else', 'pins-changed'],
      ['same', 'same'],
      ['silent', 'unreachable'],
    ]);
    expect(await pinsOf('new-3')).toEqual((await results(first))['new-3']?.keys.map((one) => one.publicKey));
    expect(await pinsOf('pinned-else')).toEqual([other]);
    expect(await pinsOf('moved')).toEqual([]);
  });

  it('pins of all new ones exactly what it showed, not what they offer by now, each as an operation', async () => {
    const shown = (await results(first))['new-2']?.keys.map(({ publicKey }) => publicKey);
    await hosts['new-2']?.changeHostKey();
    expect(await pin(first, { allNew: true })).toEqual({ pinnedCount: 2, refused: [] });
    const all = await results(first);
    expect(await pinsOf('new-1')).toEqual(all['new-1']?.keys.map(({ publicKey }) => publicKey));
    expect(await pinsOf('new-2')).toEqual(shown);
    expect(await pinsOf('new-2')).not.toContain(keyOf('new-2'));
    expect([all['new-1']?.verdict, all['new-3']?.verdict]).toEqual(['pinned', 'pinned']);
    const fingerprints = all['new-1']?.keys.map(({ type, fingerprint }) => `${type} ${fingerprint}`);
    const operation = (await pinned()).find(({ subjectName }) => subjectName === 'new-1');
    expect(operation).toMatchObject({ before: { hostKeys: [] }, after: { hostKeys: fingerprints } });
    const unpinned = await harness.admin.call('GET', '/assets?pinned=false&sort=name', assets);
    expect(unpinned.items.map(({ name }) => name)).toEqual([
      'black-hole',
      'moved',
      'refusing',
      'silent',
      'web-server',
    ]);
    expect(await pin(first, { allNew: true })).toEqual({ pinnedCount: 0, refused: [] });
  });

  it('replaces changed keys of those that are named for it alone', async () => {
    const old = await pinsOf('changed');
    const { pinnedCount, refused } = await pin(first, {
      changedAssetIds: [ids['changed'], ids['new-1'], ids['same']],
    });
    expect(pinnedCount).toBe(1);
    expect(refused.map(({ assetName, verdict }) => [assetName, verdict])).toEqual([
      ['new-1', 'pinned'],
      ['same', 'same'],
    ]);
    expect(await pinsOf('changed')).toEqual([keyOf('changed')]);
    expect(await pinsOf('replaced')).not.toContain(keyOf('replaced'));
    const operation = (await pinned()).find(({ subjectName }) => subjectName === 'changed');
    expect(JSON.stringify(operation?.before)).not.toBe(JSON.stringify(operation?.after));
    expect(old).not.toEqual(await pinsOf('changed'));
  });

  it('is done again where it did not succeed, and is stopped', async () => {
    const { id } = await harness.admin.call('POST', `/host-key-scans/${first}/again`, withId);
    await harness.admin.do('POST', `/host-key-scans/${id}/stop`);
    expect((await ended(id)).state).toMatch(/stopped|failed/);
    expect(Object.keys(await results(id))).toEqual(['black-hole', 'refusing', 'silent', 'web-server']);
  });

  it('refuses what is unclear, and whoever may not pin one by one', async () => {
    const problem = (body: object): Promise<unknown> => pin(first, body).catch((error: unknown) => error);
    for (const body of [{}, { assetIds: [] }, { allNew: true, assetIds: [ids['new-1']] }, { allNew: false }])
      expect(await problem(body)).toMatchObject({ status: 422, code: 'validation_failed' });
    expect(await problem({ assetIds: [first] })).toMatchObject({ status: 422 });
    const auditor: Person = await harness.addPerson('audrey', { role: 'auditor' });
    const client = await RestClient.login(harness.product.url, auditor.username, auditor.password);
    await client.do('GET', `/host-key-scans/${first}/results`);
    const calls: [string, object][] = [
      [`/host-key-scans/${first}/pins`, { allNew: true }],
      ['/host-key-scans', { filter: {} }],
      [`/host-key-scans/${first}/again`, {}],
    ];
    for (const [path, body] of calls)
      await expect(client.do('POST', path, body)).rejects.toMatchObject({ status: 403 });
  });
});
