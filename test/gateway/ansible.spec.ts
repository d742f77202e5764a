import { createHash } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { PYTHON, requires, run, startHosts, stopHosts, type Host } from '../hosts/index.js';
import { writePlay } from './ansible-play.js';
import { Harness, type Person } from './harness.js';

const ASSETS = 14;
const TASKS = 50;
/** Ansible itself takes most of it: a process for each task on each host, seven hundred on whatever cores there are. */
const PLAY_MS = 480_000;
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

  /**
   * Unmodified `ansible-playbook`, its connections shared and its modules piped; what it says at the end.
   * @param vars of all hosts, on how to reach them
   * @param options of every `ssh`, beside those
   */
  async function playThrough(
    folder: string,
    tasks: readonly object[],
    vars: object,
    options: string,
  ): Promise<string> {
    const names = Object.fromEntries(hosts.map(({ name }) => [name, {}]));
    const all = { hosts: names, vars: { ansible_python_interpreter: PYTHON, ...vars } };
    await writeFile(join(folder, 'hosts.json'), JSON.stringify({ all }));
    await writeFile(join(folder, 'play.yml'), JSON.stringify([{ hosts: 'all', gather_facts: false, tasks }]));
    const env = {
      ...{ PATH: process.env['PATH'], HOME: folder, LC_ALL: 'C.UTF-8', ANSIBLE_NOCOLOR: '1' },
      ...{ ANSIBLE_PIPELINING: '1', ANSIBLE_SSH_CONTROL_PATH_DIR: folder },
      ANSIBLE_SSH_ARGS: `-C -o ControlMaster=auto -o ControlPersist=10s ${options}`,
    };
    const args = ['-f', String(ASSETS), '-i', join(folder, 'hosts.json'), join(folder, 'play.yml')];
    return (await run('ansible-playbook', args, { env, cwd: folder, timeout: PLAY_MS })).text;
  }

  async function playDirectly(folder: string, tasks: readonly object[]): Promise<string> {
    const { address, sshPort } = harness.product;
    const known = join(folder, 'known');
    await writeFile(known, harness.hostKeys.map((key) => `[${address}]:${sshPort} ${key}\n`).join(''));
    const vars = {
      ...{ ansible_host: address, ansible_port: sshPort },
      ...{ ansible_user: 'alice@dev@{{ inventory_hostname }}', ansible_private_key_file: alice.key.file },
    };
    return playThrough(folder, tasks, vars, `-o UserKnownHostsFile=${known} -o IdentityAgent=none`);
  }

  /** By plain host names: the lines for ~/.ssh/config of docs/operations.md, in a file of their own with key and host keys. */
  async function playByJump(folder: string, tasks: readonly object[]): Promise<string> {
    const { address, sshPort } = harness.product;
    const [config, known] = [join(folder, 'config'), join(folder, 'known')];
    await writeFile(known, harness.hostKeys.map((key) => `gateway.example.org ${key}\n`).join(''));
    const alias = 'HostKeyAlias gateway.example.org';
    const lines = [
      ...['Host gateway', `HostName ${address}`, `Port ${sshPort}`, 'User alice', alias],
      ...['Host web-* db-*', 'ProxyJump gateway', 'User dev', alias],
      ...['Host *', `IdentityFile ${alice.key.file}`, `UserKnownHostsFile ${known}`, 'IdentityAgent none'],
    ];
    await writeFile(config, `${lines.join('\n')}\n`);
    return playThrough(folder, tasks, {}, `-F ${config}`);
  }

  /** Of each host: tasks that went well, those that could not, failed, were left out. */
  function recapOf(text: string): string[][] {
    const recap = text.matchAll(/: ok=(\d+) .*unreachable=(\d+) +failed=(\d+) +skipped=(\d+)/g);
    return [...recap].map((line) => line.slice(1));
  }

  it(
    'fifty tasks on each with pipelining and a ControlMaster: none hangs, none fails, and all that they wrote stands there',
    { timeout: PLAY_MS + 60_000 },
    async () => {
      const here = harness.keys.folder;
      const play = await writePlay(here);
      expect(play.tasks).toHaveLength(TASKS);
      const text = await playDirectly(here, play.tasks);
      const whole = [String(TASKS), '0', '0', '0'];
      expect(recapOf(text), text.slice(-8_000)).toEqual(hosts.map(() => whole));
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

  it(
    'by ProxyJump, with nothing but the lines of the documentation: commands, modules, files there and back',
    { timeout: PLAY_MS + 60_000 },
    async () => {
      const here = await mkdtemp(join(harness.keys.folder, 'jump-'));
      const play = await writePlay(here);
      const [name, folder] = play.tasks;
      const files = play.tasks.filter((task) => 'fetch' in task || ('copy' in task && 'register' in task));
      const tasks = [name, folder, ...files].flatMap((task) => task ?? []);
      const text = await playByJump(here, tasks);
      const whole = [String(tasks.length), '0', '0', '0'];
      expect(recapOf(text), text.slice(-8_000)).toEqual(hosts.map(() => whole));
      for (const { name } of hosts) {
        const back = createHash('sha256').update(await readFile(join(here, 'fetched', name)));
        expect(back.digest('hex'), name).toBe(play.binary);
      }
      const carried = (await all('/file-transfers', transfer)).filter(({ sha256 }) => sha256 === play.binary);
      expect(carried).toHaveLength(2 * ASSETS);
    },
  );
});
