import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { PYTHON, quoted, requires, run, type Host } from '../hosts/index.js';
import { DOOR, doorOptions } from './file-clients.js';
import { Harness, type Way } from './harness.js';

const HOSTS = Array.from({ length: 14 }, (_, index) => `web-${String(index + 1).padStart(2, '0')}`);
/** Commands on each, a task of Ansible's for some: fifty. */
const ROUNDS = 7;
const IN_A_ROUND = 7;

requires('hosts', 'ssh', 'ansible').describe('Ansible on fourteen assets', () => {
  let harness: Harness;
  let host: Host;
  let way: Way;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const accounts = [{ username: 'dev', publicKey: systemKey.public }];
    host = await harness.startHost({ name: 'web', accounts, sshdConfig: ['MaxStartups 100'] });
    way = await harness.openWay({ username: 'alice', assetName: HOSTS[0] ?? '', host, systemKey });
    const ids = await Promise.all(HOSTS.slice(1).map((name) => harness.addAsset(name, host)));
    await harness.recordPush(way.systemUserId, ids);
    await harness.addRule([way.person.id], ids, [way.systemUserId]);
  });

  it(
    'fifty commands with pipelining and a ControlMaster for each: none hangs, none fails',
    { timeout: 120_000 },
    async () => {
      const here = harness.keys.folder;
      const vars = { ansible_host: DOOR, ansible_python_interpreter: PYTHON };
      const hosts: Record<string, object> = {};
      for (const name of HOSTS) {
        const ssh = await harness.ssh(way.person, `alice@dev@${name}`);
        hosts[name] = { ansible_ssh_common_args: `-C ${doorOptions(ssh).map(quoted).join(' ')}` };
      }
      await writeFile(join(here, 'hosts.json'), JSON.stringify({ all: { hosts, vars } }));
      // none but the last needs Python there: what is tried is the way, and the asset is one machine with fourteen names
      const tasks: object[] = Array.from({ length: ROUNDS }, (_, round) => ({
        raw: `echo ${round}.{{ item }} {{ inventory_hostname }}`,
        loop: Array.from({ length: IN_A_ROUND }, (_each, index) => index),
        register: 'said',
        failed_when: `said.stdout_lines != ["${round}." ~ item ~ " " ~ inventory_hostname]`,
      }));
      tasks.push({ command: { argv: ['id', '-un'] }, register: 'who', failed_when: 'who.stdout != "dev"' });
      const play = { hosts: 'all', gather_facts: false, strategy: 'free', tasks };
      await writeFile(join(here, 'play.yml'), JSON.stringify([play]));
      const env = {
        ...{ PATH: process.env['PATH'], HOME: here, LC_ALL: 'C.UTF-8', ANSIBLE_NOCOLOR: '1' },
        ...{ ANSIBLE_PIPELINING: '1', ANSIBLE_SSH_CONTROL_PATH_DIR: here },
        ANSIBLE_SSH_ARGS: '-o ControlMaster=auto -o ControlPersist=10s',
      };
      const args = ['-f', String(HOSTS.length), '-i', join(here, 'hosts.json'), join(here, 'play.yml')];
      const { status, text } = await run('ansible-playbook', args, { env, cwd: here, timeout: 110_000 });
      const recap = [...text.matchAll(/: ok=(\d+) .*unreachable=(\d+) +failed=(\d+)/g)].map((line) =>
        line.slice(1),
      );
      expect({ status, recap }, text).toEqual({
        status: 0,
        recap: HOSTS.map(() => [String(ROUNDS + 1), '0', '0']),
      });
      const { length } = await harness.sessions('&kind=exec');
      expect(length).toBeGreaterThanOrEqual(200);
    },
  );
});
