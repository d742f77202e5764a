import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { PYTHON, requires, run, startHosts, stopHosts, type Host } from '../hosts/index.js';
import { writePlay } from './ansible-play.js';
import { Harness, type Person } from './harness.js';

const ASSETS = 14;
const TASKS = 50;
/** Sessions at the least: every task but those that stay at home, and files besides. */
const SESSIONS = ASSETS * 40;

const session = z.object({ kind: z.string(), endReason: z.string().nullable(), recorded: z.boolean() });
const transfer = z.object({ direction: z.string(), sha256: z.string().nullable(), result: z.string() });

requires('hosts', 'ssh', 'ansible').describe('Ansible on fourteen assets', () => {
  let harness: Harness;
  let hosts: Host[];
  let alice: Person;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const accounts = [{ username: 'dev', publicKey: systemKey.public }];
    hosts = await startHosts(ASSETS, { name: 'web', accounts });
    alice = await harness.addPerson('alice');
    const dev = await harness.addSystemUser('dev', { privateKey: systemKey.private });
    const ids = await Promise.all(hosts.map((host) => harness.addAsset(host.name, host)));
    await harness.recordPush(dev, ids);
    await harness.addRule([alice.id], ids, [dev]);
    return () => stopHosts(hosts);
  }, 60_000);

  /** All of a collection, page by page. */
  async function all<T>(path: string, item: z.ZodType<T>): Promise<T[]> {
    const page = z.object({ items: z.array(item), total: z.number() });
    const found: T[] = [];
    for (let number = 1; ; number++) {
      const { items, total } = await harness.admin.call('GET', `${path}?pageSize=200&page=${number}`, page);
      found.push(...items);
      if (items.length === 0 || found.length >= total) return found;
    }
  }

  /** Unmodified `ansible-playbook` by direct login, its connections shared and its modules piped; what it says at the end. */
  async function playThrough(folder: string, tasks: readonly object[]): Promise<string> {
    const { address, sshPort } = harness.product;
    const known = join(folder, 'known');
    await writeFile(known, harness.hostKeys.map((key) => `[${address}]:${sshPort} ${key}\n`).join(''));
    const vars = {
      ...{ ansible_host: address, ansible_port: sshPort, ansible_python_interpreter: PYTHON },
      ...{ ansible_user: 'alice@dev@{{ inventory_hostname }}', ansible_private_key_file: alice.key.file },
      ansible_ssh_common_args: `-o UserKnownHostsFile=${known} -o IdentityAgent=none`,
    };
    const all = { hosts: Object.fromEntries(hosts.map(({ name }) => [name, {}])), vars };
    await writeFile(join(folder, 'hosts.json'), JSON.stringify({ all }));
    await writeFile(join(folder, 'play.yml'), JSON.stringify([{ hosts: 'all', gather_facts: false, tasks }]));
    const env = {
      ...{ PATH: process.env['PATH'], HOME: folder, LC_ALL: 'C.UTF-8', ANSIBLE_NOCOLOR: '1' },
      ...{ ANSIBLE_PIPELINING: '1', ANSIBLE_SSH_CONTROL_PATH_DIR: folder },
      ANSIBLE_SSH_ARGS: '-C -o ControlMaster=auto -o ControlPersist=10s',
    };
    const args = ['-f', String(ASSETS), '-i', join(folder, 'hosts.json'), join(folder, 'play.yml')];
    return (await run('ansible-playbook', args, { env, cwd: folder, timeout: 210_000 })).text;
  }

  it(
    'fifty tasks on each with pipelining and a ControlMaster: none hangs, none fails, and all that they wrote stands there',
    { timeout: 240_000 },
    async () => {
      const here = harness.keys.folder;
      const play = await writePlay(here);
      expect(play.tasks).toHaveLength(TASKS);
      const text = await playThrough(here, play.tasks);
      const recap = [...text.matchAll(/: ok=(\d+) .*unreachable=(\d+) +failed=(\d+) +skipped=(\d+)/g)];
      const whole = [String(TASKS), '0', '0', '0'];
      expect(
        recap.map((line) => line.slice(1)),
        text.slice(-8_000),
      ).toEqual(hosts.map(() => whole));
      for (const host of hosts) {
        const sums = await host.exec('cd /home/dev && find service -type f -exec sha256sum {} +');
        const found = sums.text.trimEnd().split('\n');
        const files = Object.fromEntries(found.map((line) => [line.slice(66), line.slice(0, 64)]));
        expect(files, host.name).toEqual(play.expected(host.name));
        const back = createHash('sha256').update(await readFile(join(here, 'fetched', host.name)));
        expect(back.digest('hex')).toBe(play.binary);
      }
      const sessions = await all('/sessions', session);
      expect(sessions.length).toBeGreaterThanOrEqual(SESSIONS);
      const ends = new Set(
        sessions.map(({ kind, endReason, recorded }) => `${kind} ${endReason} ${recorded}`),
      );
      expect([...ends].sort()).toEqual(['exec logout true', 'sftp logout false']);
      const carried = (await all('/file-transfers', transfer)).filter(({ sha256 }) => sha256 === play.binary);
      expect(carried.map(({ direction, result }) => `${direction} ${result}`).sort()).toEqual([
        ...hosts.map(() => 'download complete'),
        ...hosts.map(() => 'upload complete'),
      ]);
    },
  );
});
