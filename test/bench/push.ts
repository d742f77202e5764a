import { createServer } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { PushDesk } from '../gateway/push-desk.js';
import {
  drawLoopbackAddress,
  findProgram,
  portOf,
  run,
  startHosts,
  stopHosts,
  type Host,
} from '../hosts/index.js';
import { median, type Figures } from './figures.js';
import { peakDuring } from './peak-memory.js';
import type { Bench } from './routes.js';
import { startToldHost, type ToldHost } from './told-host.js';

const REAL = 20;
const TIMES = 3;
/** Pushes before anything is measured, so that what runs is compiled as it is in a day's work. */
const WARM_UP = 3;
const MANY = 1000;
const SOME = 500;
const DEAD = 10;

const runView = z.object({
  state: z.string(),
  succeededCount: z.number(),
  createdAt: z.coerce.date(),
  finishedAt: z.coerce.date().nullable(),
});

/** What the peer's playbook does with a user: account, key, sudoers file checked by visudo, and a look at the result. */
const PLAYBOOK = `
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.user: { name: "{{ account }}", shell: /bin/sh }
    - ansible.builtin.file: { path: "/home/{{ account }}/.ssh", state: directory, owner: "{{ account }}", mode: "0700" }
    - ansible.builtin.lineinfile:
        { path: "/home/{{ account }}/.ssh/authorized_keys", line: "{{ key }}", create: true, owner: "{{ account }}", mode: "0600" }
    - ansible.builtin.copy:
        { content: "{{ account }} ALL=(root) /usr/bin/id\\n", dest: "/etc/sudoers.d/{{ account }}", mode: "0440", validate: "visudo -cf %s" }
    - ansible.builtin.command: { argv: [sudo, -n, -l, -U, "{{ account }}"] }
`;

/** B6: one system user (account, key, sudoers file, proof) on many assets, seconds; by Ansible on the same hosts. */
export async function measurePush(bench: Bench): Promise<Figures> {
  const { harness } = bench;
  const desk = await PushDesk.open(harness);
  const hostKey = await harness.keys.make('told');
  const real = await startHosts(REAL, { name: 'real', setup: desk.rootSetup });
  const told = await Promise.all(Array.from({ length: MANY }, () => startToldHost(hostKey)));
  const dead = await Promise.all(Array.from({ length: DEAD }, () => startDeadHost(hostKey.public)));
  const add = async (name: string, hosts: readonly (Host | ToldHost)[]): Promise<string[]> => {
    const ids: string[] = [];
    for (const { address, port, hostKey } of hosts) {
      ids.push(await desk.addAsset({ address, port, hostKey, name: `${name}-${ids.length}` }));
    }
    return ids;
  };
  try {
    const pusher = await Pusher.open(desk, bench);
    const ids = { real: await add('r', real), told: await add('t', told), dead: await add('d', dead) };
    const samples: Record<string, number[]> = {
      agentless: [],
      ansible: [],
      playbook: [],
      some: [],
      many: [],
    };
    const byAnsible = findProgram('ansible-playbook') !== undefined;
    const inventory = await writePeer(bench, real, desk.rootKey.file);
    for (let time = 0; time < WARM_UP; time++) await pusher.push(ids.real, REAL);
    // in turn, so that whatever else the machine has to do falls on all of them
    for (let time = 0; time < TIMES; time++) {
      samples['agentless']?.push(await pusher.push(ids.real, REAL));
      if (!byAnsible) continue;
      samples['playbook']?.push(await playbook(inventory, `peer${time}`, hostKey.public));
      await harness.admin.do('PUT', '/settings/push-engine', { engine: 'ansible' });
      samples['ansible']?.push(await pusher.push(ids.real, REAL));
      await harness.admin.do('PUT', '/settings/push-engine', { engine: 'agentless' });
    }
    const alive = SOME - DEAD;
    samples['some']?.push(await pusher.push([...ids.dead, ...ids.told.slice(0, alive)], alive));
    const memory = await peakDuring(bench, async () => {
      samples['many']?.push(await pusher.push(ids.told, MANY));
    });
    return figuresOf(samples, memory);
  } finally {
    await stopHosts(real);
    for (const host of [...told, ...dead]) host.stop();
  }
}

/** Takes connections and never says a word: the worst kind of dead, which only a time limit ends. */
async function startDeadHost(hostKey: string): Promise<ToldHost> {
  const tcp = createServer((socket) => socket.on('error', () => undefined).resume());
  const address = drawLoopbackAddress();
  await new Promise<void>((resolve) => tcp.listen(0, address, resolve));
  return { address, port: portOf(tcp.address()), hostKey, stop: () => void tcp.close() };
}

class Pusher {
  private count = 0;

  private constructor(
    private readonly desk: PushDesk,
    private readonly bench: Bench,
    private readonly alias: string,
  ) {}

  static async open(desk: PushDesk, bench: Bench): Promise<Pusher> {
    return new Pusher(desk, bench, await desk.addAlias('BENCH', ['/usr/bin/id']));
  }

  /** Seconds for a system user that none of them has yet. */
  async push(assetIds: string[], succeed: number): Promise<number> {
    const more = { generateKey: true, shell: '/bin/sh', sudoAliasIds: [this.alias] };
    const user = await this.desk.addSystemUser(`user${this.count++}`, more);
    const id = await this.desk.start(user, assetIds, 'key');
    for (;;) {
      const seen = await this.bench.harness.admin.call('GET', `/runs/${id}`, runView);
      if (seen.finishedAt) {
        if (seen.succeededCount !== succeed) throw new Error(await this.whyNot(id));
        return (seen.finishedAt.getTime() - seen.createdAt.getTime()) / 1000;
      }
      await sleep(200); // when it ended stands in the answer: asking more often would only cost the hosts their time
    }
  }

  private async whyNot(id: string): Promise<string> {
    const { results } = await this.desk.get(id);
    const failed = results.filter(({ state }) => state !== 'succeeded');
    return `${failed.length} failed, the first: ${failed[0]?.step}: ${failed[0]?.reason}`;
  }
}

interface Peer {
  inventory: string;
  playbook: string;
}

async function writePeer({ harness }: Bench, hosts: readonly Host[], keyFile: string): Promise<Peer> {
  const [inventory, book] = [join(harness.keys.folder, 'peers'), join(harness.keys.folder, 'peer.yml')];
  const settings = `ansible_user=root ansible_ssh_private_key_file=${keyFile}`;
  const checks = "ansible_ssh_common_args='-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null'";
  await writeFile(inventory, hosts.map(({ address }) => `${address} ${settings} ${checks}\n`).join(''));
  await writeFile(book, PLAYBOOK);
  return { inventory, playbook: book };
}

/** One process for all hosts, as many forks as hosts, pipelining: Ansible at its fastest. Seconds. */
async function playbook(peer: Peer, account: string, key: string): Promise<number> {
  const begun = performance.now();
  const values = JSON.stringify({ account, key });
  const args = ['-i', peer.inventory, '-f', String(REAL), '-e', values, peer.playbook];
  const env = { ...process.env, ANSIBLE_PIPELINING: 'True', ANSIBLE_RETRY_FILES_ENABLED: 'False' };
  const { status, stderr, text } = await run('ansible-playbook', args, { env, timeout: 300_000 });
  if (status !== 0) throw new Error(`ansible-playbook: ${status} ${stderr} ${text.slice(-500)}`);
  return (performance.now() - begun) / 1000;
}

function figuresOf(samples: Record<string, number[]>, memory: { before: number; peak: number }): Figures {
  const ours = median(samples['agentless'] ?? []);
  const row = (name: string, count: number, series: string): string[] => {
    const seconds = median(samples[series] ?? []);
    const ratio = count === REAL && series !== 'agentless' ? (seconds / ours).toFixed(1) : '';
    return [name, String(count), seconds.toFixed(2), ratio];
  };
  const mebibytes = (bytes: number): string => (bytes / 1024 ** 2).toFixed(0);
  return {
    id: 'B6',
    title:
      'one system user (account, key, sudo, proof) on many assets, seconds until all have ended (median)',
    columns: ['way', 'assets', 'seconds', '× ours'],
    rows: [
      row('agentless, hosts with sshd', REAL, 'agentless'),
      row('Ansible engine, a process for each asset', REAL, 'ansible'),
      row('plain ansible-playbook -f 20, no proof by login', REAL, 'playbook'),
      row(`agentless, SSH servers in one process, ${DEAD} of them dead`, SOME, 'some'),
      row('agentless, SSH servers in one process', MANY, 'many'),
    ],
    samples: { ...samples, memory: [memory.before, memory.peak] },
    verdict: `Reach: 20 × faster than the Ansible engine. Gateways' memory with ${MANY}: ${mebibytes(memory.before)} MiB before, ${mebibytes(memory.peak)} MiB at most. The hosts, the servers and the product share the cores.`,
  };
}
