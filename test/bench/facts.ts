import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Harness } from '../gateway/harness.js';
import { startHosts, stopHosts } from '../hosts/index.js';
import type { Figures } from './figures.js';
import type { Bench } from './routes.js';
import { startToldHost } from './told-host.js';

const REAL = 20;
const SIMULATED = 200;

const withId = z.object({ id: z.uuid() });
const run = z.object({
  state: z.string(),
  succeededCount: z.number(),
  createdAt: z.coerce.date(),
  finishedAt: z.coerce.date().nullable(),
});

type Reached = Parameters<Harness['addAsset']>[1];

/** S13: seconds from asking for the facts of many assets until all are stored. */
export async function measureFacts(bench: Bench): Promise<Figures> {
  const { harness } = bench;
  const key = await harness.keys.make('admin');
  const account = { name: 'root', username: 'root', privateKey: key.private };
  const { id: adminAccountId } = await harness.admin.call('POST', '/admin-accounts', withId, account);
  await harness.admin.do('PUT', '/settings/defaults', { adminAccountId });

  const hostKey = await harness.keys.make('told');
  const accounts = [{ username: 'root', publicKey: key.public }];
  const real = await startHosts(REAL, { name: 'real', accounts });
  const simulated = await Promise.all(Array.from({ length: SIMULATED }, () => startToldHost(hostKey)));
  const add = (name: string, hosts: readonly Reached[]): Promise<string[]> =>
    Promise.all(hosts.map((host, number) => harness.addAsset(`${name}-${number}`, host)));
  try {
    const samples = {
      real: await timed(bench, await add('r', real)),
      simulated: await timed(bench, await add('s', simulated)),
    };
    const row = (name: string, count: number, [first = NaN, second = NaN]: number[]): string[] => {
      return [name, String(count), first.toFixed(1), second.toFixed(1), ((second / count) * 1000).toFixed(0)];
    };
    return {
      id: 'S13',
      title: 'facts of many assets, seconds until all are stored',
      columns: ['assets', 'count', 'first time', 'again', 'ms an asset'],
      rows: [
        row('hosts with sshd on this machine', REAL, samples.real),
        row('SSH servers in one process', SIMULATED, samples.simulated),
      ],
      samples,
      verdict: 'The hosts, the servers and the product share the cores.',
    };
  } finally {
    await stopHosts(real);
    for (const host of simulated) host.stop();
  }
}

/** The first time everything is new, the second time nothing. */
async function timed({ harness }: Bench, assetIds: string[]): Promise<number[]> {
  const seconds: number[] = [];
  for (let time = 0; time < 2; time++) {
    const { id } = await harness.admin.call('POST', '/facts-runs', withId, { assetIds });
    let now = await harness.admin.call('GET', `/runs/${id}`, run);
    while (!now.finishedAt) {
      await sleep(50);
      now = await harness.admin.call('GET', `/runs/${id}`, run);
    }
    if (now.state !== 'succeeded')
      throw new Error(`Only ${now.succeededCount} of ${assetIds.length} succeeded`);
    seconds.push((now.finishedAt.getTime() - now.createdAt.getTime()) / 1000);
  }
  return seconds;
}
