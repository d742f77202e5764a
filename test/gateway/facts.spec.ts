import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { z } from 'zod';
import {
  endProcess,
  quoted,
  requires,
  startMisbehavingHost,
  type Host,
  type MisbehavingHost,
} from '../hosts/index.js';
import { Harness } from './harness.js';

const withId = z.object({ id: z.uuid() });
const result = z.object({
  assetName: z.string(),
  state: z.string(),
  step: z.string().nullable(),
  reason: z.string(),
  steps: z.array(z.object({ step: z.string(), ok: z.boolean(), ms: z.number() })),
  changedFields: z.array(z.string()),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
});
const run = z.object({
  state: z.string(),
  requestedBy: z.string(),
  runningCount: z.number(),
  createdAt: z.string(),
  finishedAt: z.string().nullable(),
  results: z.array(result),
});
type Run = z.infer<typeof run>;
const asset = z.looseObject({
  factsCollectedAt: z.string().nullable(),
  kernel: z.string(),
  macAddresses: z.array(z.string()),
});
const changes = z.object({
  items: z.array(z.object({ field: z.string(), actorName: z.string() })),
});
const runs = z.object({ items: z.array(z.object({ id: z.string(), requestedBy: z.string() })) });

/** What hardware tells, for hosts that are made of files. */
const HARDWARE = `mkdir -p /sys/block/sda /sys/block/loop9 /sys/class/net/eth7 /sys/class/dmi/id
echo 209715200 >/sys/block/sda/size
echo 8 >/sys/block/loop9/size
echo 02:00:5E:00:53:07 >/sys/class/net/eth7/address
printf 'Example Corp\\n' >/sys/class/dmi/id/sys_vendor
printf 'Model \\033[31mX\\n' >/sys/class/dmi/id/product_name
printf 'SN-4711\\n' >/sys/class/dmi/id/product_serial
`;
/** Puts something else in the place of a program that the script runs. */
const instead = (program: string, script: string): string =>
  `cp $(command -v ${program}) /bin/${program}.real
printf '#!/bin/sh\\n%s\\n' ${quoted(script)} >/bin/new
chmod 755 /bin/new
mv /bin/new /bin/${program}
`;

requires('hosts', 'busybox-hosts', 'ssh').describe('facts', () => {
  let harness: Harness;
  const hosts: Record<string, Host> = {};
  let silent: MisbehavingHost;
  let flooding: MisbehavingHost;
  const ids: Record<string, string> = {};

  beforeAll(async () => {
    harness = await Harness.start();
    const key = await harness.keys.make('admin');
    const accounts = [{ username: 'root', publicKey: key.public }];
    const busyboxSetup = `mkdir -p /root/.ssh\necho '${key.public}' >/root/.ssh/authorized_keys\nchmod -R go= /root\n`;
    const make = async (name: string, setup: string): Promise<void> => {
      hosts[name] = await harness.startHost({ name, accounts, setup });
    };
    await Promise.all([
      // the interfaces are the machine's: one of its own that has the address at which it was reached
      make(
        'debian',
        HARDWARE + instead('ip', 'set -- $SSH_CONNECTION; echo "7: eth7    inet $3/8 scope global eth7"'),
      ),
      make('reinstalled', ''),
      make('endless', `head -c 5000000 /dev/zero | tr '\\0' a >/etc/os-release\n`),
      make('hanging', instead('uname', 'exec sleep 1000')),
      make('slow', instead('uname', 'sleep 1; exec uname.real "$@"')),
      harness
        .startHost({ name: 'busybox', family: 'busybox', setup: busyboxSetup })
        .then((host) => (hosts['busybox'] = host)),
    ]);
    silent = await startMisbehavingHost('silent');
    flooding = await startMisbehavingHost('endless-output');
    const account = { name: 'root', username: 'root', privateKey: key.private };
    const { id: adminAccountId } = await harness.admin.call('POST', '/admin-accounts', withId, account);
    await harness.admin.do('PUT', '/settings/defaults', { adminAccountId });
    for (const [name, host] of Object.entries({ ...hosts, silent, flooding })) {
      ids[name] = await harness.addAsset(name, host);
    }
    await hosts['reinstalled']?.changeHostKey();
  }, 120_000);
  afterAll(async () => {
    await Promise.all([silent.stop(), flooding.stop(), harness.stop()]);
  });

  const collect = async (body: object): Promise<string> =>
    (await harness.admin.call('POST', '/facts-runs', withId, body)).id;
  const show = (id: string): Promise<Run> => harness.admin.call('GET', `/facts-runs/${id}`, run);
  const until = (id: string, holds: (run: Run) => boolean): Promise<Run> =>
    vi.waitFor(
      async () => {
        const now = await show(id);
        expect(holds(now), JSON.stringify(now)).toBe(true);
        return now;
      },
      { timeout: 50_000, interval: 100 },
    );
  const ended = (id: string): Promise<Run> => until(id, ({ finishedAt }) => finishedAt !== null);
  const changesOf = async (name: string): Promise<z.infer<typeof changes>['items']> =>
    (
      await harness.admin.call(
        'GET',
        `/assets/${ids[name]}/changes?source=facts&sort=field&pageSize=200`,
        changes,
      )
    ).items;

  it('are collected from all, and each that fails says at which step and what to do', async () => {
    const { state, results, createdAt } = await ended(await collect({ all: true }));
    expect(state).toBe('partial');
    const outcomes = Object.fromEntries(results.map((one) => [one.assetName, one]));
    const summary = results.map((one) => [one.assetName, one.state, one.step]);
    expect(summary, results.map(({ reason }) => reason).join('\n')).toEqual([
      ['busybox', 'succeeded', 'store'],
      ['debian', 'succeeded', 'store'],
      ['endless', 'failed', 'collect'],
      ['flooding', 'failed', 'privilege'],
      ['hanging', 'failed', 'collect'],
      ['reinstalled', 'failed', 'host-key'],
      ['silent', 'failed', 'connect'],
      ['slow', 'succeeded', 'store'],
    ]);
    expect(outcomes['endless']?.reason).toMatch(/wrote more than it may/);
    expect(outcomes['hanging']?.reason).toMatch(/not finish in time. Look at its load/);
    expect(outcomes['reinstalled']?.reason).toMatch(/not the pinned one. Scan it/);
    expect(outcomes['silent']?.reason).toMatch(/timeout/);
    const steps = ['resolve', 'connect', 'host-key', 'login', 'privilege', 'collect', 'store'];
    expect(outcomes['debian']?.steps.map(({ step }) => step)).toEqual(steps);
    // a dead asset delays nobody
    const done = Date.parse(outcomes['debian']?.finishedAt ?? '') - Date.parse(createdAt);
    const deadDone = Date.parse(outcomes['silent']?.finishedAt ?? '') - Date.parse(createdAt);
    expect(done).toBeLessThan(deadDone);
  });

  it('stand on the assets, with a change record for each field', async () => {
    const debian = await harness.admin.call('GET', `/assets/${ids['debian']}`, asset);
    const kernel = (await hosts['debian']?.exec('uname -r'))?.text.trim();
    const cpus = Number((await hosts['debian']?.exec('nproc --all'))?.text);
    const says = async (command: string): Promise<string> =>
      (await hosts['debian']?.exec(command))?.text.trim() ?? '';
    expect(debian).toMatchObject({
      kernel,
      architecture: await says('uname -m'),
      cpuCount: cpus,
      cpuModel: (await says(`sed -n 's/^model name[^:]*: *//p' /proc/cpuinfo | head -n 1`)).replace(
        /\s+/g,
        ' ',
      ),
      macAddresses: [(await says('cat /sys/class/net/eth7/address')).toLowerCase()],
      os: 'Debian GNU/Linux',
      disks: [{ name: 'sda', sizeMib: 102_400 }],
      brand: 'Example Corp',
      model: '',
      serialNumber: 'SN-4711',
    });
    expect(debian.factsCollectedAt).not.toBeNull();
    const busybox = await harness.admin.call('GET', `/assets/${ids['busybox']}`, asset);
    expect(busybox).toMatchObject({ kernel, cpuCount: cpus, os: 'Linux', disks: [] });
    const silentAsset = await harness.admin.call('GET', `/assets/${ids['silent']}`, asset);
    expect(silentAsset).toMatchObject({ kernel: '', factsCollectedAt: null });

    const records = await changesOf('debian');
    expect(records.map(({ field }) => field)).toEqual(
      expect.arrayContaining([
        'brand',
        'cpuCount',
        'disks',
        'kernel',
        'memoryMib',
        'os',
        'osVersion',
        'serialNumber',
      ]),
    );
    expect(records.every(({ actorName }) => actorName === 'admin')).toBe(true);
  });

  it('change nothing when nothing changed, and only what changed', async () => {
    const before = (await changesOf('debian')).length;
    const [first] = (await ended(await collect({ assetIds: [ids['debian']] }))).results;
    expect(first).toMatchObject({ state: 'succeeded', changedFields: [] });
    expect(await changesOf('debian')).toHaveLength(before);
    await hosts['debian']?.exec('echo SN-4712 >/sys/class/dmi/id/product_serial');
    const [second] = (await ended(await collect({ assetIds: [ids['debian']] }))).results;
    expect(second?.changedFields).toEqual(['serialNumber']);
    expect(await changesOf('debian')).toHaveLength(before + 1);
  });

  it('replace the MAC address that was told before, not one that was typed in', async () => {
    const id = ids['debian'];
    const typed = '52:54:00:12:34:56';
    await harness.change(`/assets/${id}`, { macAddresses: ['02:00:5e:00:53:07', typed] });
    await hosts['debian']?.exec('echo 02:00:5e:00:53:08 >/sys/class/net/eth7/address');
    const [one] = (await ended(await collect({ assetIds: [id] }))).results;
    expect(one?.changedFields).toEqual(['macAddresses']);
    const { macAddresses } = await harness.admin.call('GET', `/assets/${id}`, asset);
    expect(macAddresses).toEqual([typed, '02:00:5e:00:53:08']);
  });

  it('are not collected from an inactive asset', async () => {
    await harness.change(`/assets/${ids['busybox']}`, { active: false });
    const [one] = (await ended(await collect({ assetIds: [ids['busybox']] }))).results;
    expect(one).toMatchObject({ state: 'failed', step: 'resolve' });
    expect(one?.reason).toMatch(/make it active/);
    await harness.change(`/assets/${ids['busybox']}`, { active: true });
  });

  it('end at once when the run is stopped', async () => {
    const id = await collect({ assetIds: [ids['slow'], ids['silent']] });
    await until(id, ({ runningCount }) => runningCount === 2);
    const begun = Date.now();
    await harness.admin.do('POST', `/facts-runs/${id}/stop`);
    const { state, results } = await ended(id);
    expect(state).toBe('stopped');
    expect(results.map((one) => one.state)).toEqual(['stopped', 'stopped']);
    expect(Date.now() - begun).toBeLessThan(2500);
  });

  it('go on when the gateway is killed in the middle, and another starts', async () => {
    const id = await collect({ assetIds: [ids['slow'], ids['debian']] });
    await until(id, ({ results }) => results.find((one) => one.assetName === 'slow')?.step === 'privilege');
    const [gateway] = harness.product.gateways.splice(0);
    if (gateway) await endProcess(gateway, 'SIGKILL');
    expect((await show(id)).state).toBe('running');
    await harness.product.startGateway();
    const { state, results } = await ended(id);
    expect(state).toBe('succeeded');
    expect(results.map((one) => one.state)).toEqual(['succeeded', 'succeeded']);
  });

  it('go on at another gateway at once when the one that has them stops', async () => {
    const id = await collect({ assetIds: [ids['slow']] });
    await until(id, ({ results }) => results[0]?.step === 'privilege');
    const [gateway] = harness.product.gateways.splice(0);
    await harness.product.startGateway();
    if (gateway) await endProcess(gateway, 'SIGTERM');
    expect((await ended(id)).state).toBe('succeeded');
  });

  it('are collected by themselves at the time that is set', { timeout: 200_000 }, async () => {
    // pg-boss looks every 30 s for what was due in the minute before: this minute, while it is young, else the next
    const soon = new Date(Date.now() + 35_000);
    const time = soon.toTimeString().slice(0, 5);
    await harness.admin.do('PUT', '/settings/facts', { nightly: true, time });
    let found: string | undefined;
    for (let tries = 0; tries < 180 && found === undefined; tries++) {
      await sleep(1000);
      const { items } = await harness.admin.call('GET', '/facts-runs', runs);
      found = items.find(({ requestedBy }) => requestedBy === 'system')?.id;
    }
    expect(found).toBeDefined();
    expect((await ended(found ?? '')).results).toHaveLength(8);
  });
});
