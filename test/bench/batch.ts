import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { BatchHand } from '../gateway/batch-desk.js';
import type { Harness } from '../gateway/harness.js';
import type { KeyPair } from '../gateway/key-ring.js';
import { RestClient } from '../gateway/rest.js';
import { findProgram, run, startHosts, stopHosts, type Host } from '../hosts/index.js';
import { median, type Figures } from './figures.js';
import { peakDuring } from './peak-memory.js';
import type { Bench } from './routes.js';
import { startToldHost } from './told-host.js';

const REAL = 20;
const SIMULATED = 1000;
const TIMES = 5;

type Reached = Parameters<Harness['addAsset']>[1];

/**
 * B7: `uptime` on many assets at once, seconds from asking until all results are there; Ansible on the same hosts.
 * Both keep connections for a minute: the first time is told apart from those that follow.
 */
export async function measureBatch(bench: Bench): Promise<Figures> {
  const { harness } = bench;
  const key = await harness.keys.make('batch');
  const hostKey = await harness.keys.make('told');
  const real = await startHosts(REAL, {
    name: 'real',
    accounts: [{ username: 'ops', publicKey: key.public }],
  });
  const simulated = await Promise.all(Array.from({ length: SIMULATED }, () => startToldHost(hostKey)));
  try {
    const hand = await open(harness, key, { r: real, s: simulated });
    const samples: Record<string, number[]> = { real: [], command: [], raw: [], simulated: [] };
    const inventory = findProgram('ansible') !== undefined ? await writeInventory(harness, real, key) : null;
    // in turn, so that whatever else the machine has to do falls on all of them
    for (let time = 0; time < TIMES; time++) {
      samples['real']?.push(await timed(hand, 'r-*'));
      if (inventory) samples['command']?.push(await ansible(inventory, 'command'));
      if (inventory) samples['raw']?.push(await ansible(inventory, 'raw'));
    }
    const memory = await peakDuring(bench, async () => {
      samples['simulated']?.push(await timed(hand, 's-*'));
    });
    return figuresOf(samples, memory);
  } finally {
    await stopHosts(real);
    for (const host of simulated) host.stop();
  }
}

/** Somebody who may run commands on all of them. */
async function open(
  harness: Harness,
  key: KeyPair,
  hosts: Record<string, readonly Reached[]>,
): Promise<BatchHand> {
  const ids: string[] = [];
  for (const [name, each] of Object.entries(hosts)) {
    for (const [number, host] of each.entries()) ids.push(await harness.addAsset(`${name}-${number}`, host));
  }
  const systemUserId = await harness.addSystemUser('ops', { privateKey: key.private });
  await harness.recordPush(systemUserId, ids);
  const person = await harness.addPerson('alice');
  await harness.addRule([person.id], ids, [systemUserId]);
  const client = await RestClient.login(harness.product.url, person.username, person.password);
  return new BatchHand(client, systemUserId);
}

async function timed(hand: BatchHand, pattern: string): Promise<number> {
  const begun = performance.now();
  const id = await hand.begin(pattern, 'uptime');
  for (;;) {
    const { finishedAt, state, succeededCount } = await hand.show(id);
    if (finishedAt !== null) {
      if (state !== 'succeeded') throw new Error(`${state}: only ${succeededCount} succeeded`);
      return (performance.now() - begun) / 1000;
    }
    await sleep(10);
  }
}

async function writeInventory(harness: Harness, hosts: readonly Host[], key: KeyPair): Promise<string> {
  const file = join(harness.keys.folder, 'inventory');
  const settings = `ansible_user=ops ansible_ssh_private_key_file=${key.file}`;
  const checks = "ansible_ssh_common_args='-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null'";
  const lines = hosts.map(({ address }) => `${address} ${settings} ${checks}`);
  await writeFile(file, `${lines.join('\n')}\n`);
  return file;
}

/** With as many forks as hosts, which is not its default, and pipelining. */
async function ansible(inventory: string, module: 'command' | 'raw'): Promise<number> {
  const begun = performance.now();
  const args = ['all', '-i', inventory, '-f', String(REAL), '-m', module, '-a', 'uptime'];
  const env = { ...process.env, ANSIBLE_PIPELINING: 'True', ANSIBLE_RETRY_FILES_ENABLED: 'False' };
  const { status, stderr, text } = await run('ansible', args, { env, timeout: 180_000 });
  if (status !== 0) throw new Error(`ansible: ${status} ${stderr} ${text.slice(-500)}`);
  return (performance.now() - begun) / 1000;
}

function figuresOf(samples: Record<string, number[]>, memory: { before: number; peak: number }): Figures {
  const [first = 0, ...next] = samples['real'] ?? [];
  const [peerFirst = 0, ...peerNext] = samples['command'] ?? [];
  const row = (name: string, count: number, seconds: number, ours?: number): string[] => [
    ...[name, String(count), seconds.toFixed(2)],
    ours === undefined ? '' : (seconds / ours).toFixed(1),
  ];
  const mebibytes = (bytes: number): string => (bytes / 1024 ** 2).toFixed(0);
  return {
    id: 'B7',
    title: '`uptime` on many assets, seconds until all results are there (median)',
    columns: ['way', 'assets', 'seconds', '× ours'],
    rows: [
      row('Gatehouse, hosts with sshd: first time', REAL, first),
      row('ansible -f 20 -m command: first time', REAL, peerFirst, first),
      row('Gatehouse: next times', REAL, median(next)),
      row('ansible -f 20 -m command: next times', REAL, median(peerNext), median(next)),
      row('ansible -f 20 -m raw: next times', REAL, median(samples['raw'] ?? []), median(next)),
      row('Gatehouse, SSH servers in one process: first time', SIMULATED, median(samples['simulated'] ?? [])),
    ],
    samples: { ...samples, memory: [memory.before, memory.peak] },
    verdict: `Reach: 20 × faster than ansible; 1,000 in 60 s. Gateways' memory with 1,000: ${mebibytes(memory.before)} MiB before, ${mebibytes(memory.peak)} MiB at most. The hosts, the servers and the product share the cores.`,
  };
}
