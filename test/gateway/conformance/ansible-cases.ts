import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PYTHON, quoted, run } from '../../hosts/index.js';
import { DOOR, doorOptions } from '../file-clients.js';
import type { ConformanceCase, Target } from './conformance-case.js';

/** Names of the inventory; all are the same host, so that they share one ControlMaster. */
const NAMES = ['one', 'two'];

/** What the playbook does: a command that fails as it likes, files there and back. */
function tasks(here: string, there: string): { command: object[]; files: object[] } {
  const place = `${there}/{{ inventory_hostname }}`;
  return {
    command: [
      {
        command: { argv: ['sh', '-c', 'cat; echo e >&2; exit 3'], stdin: "it's 数据" },
        register: 'ran',
        failed_when: false,
      },
      { assert: { that: ['ran.stdout == "it\'s 数据"', "ran.stderr == 'e'", 'ran.rc == 3'] } },
    ],
    files: [
      { copy: { src: join(here, 'sent'), dest: place, mode: '0640' } },
      { fetch: { src: place, dest: `${here}/back-{{ inventory_hostname }}`, flat: true } },
    ],
  };
}

async function play(target: Target) {
  const here = await mkdtemp(join(target.keyRing.folder, 'ansible-'));
  const there = `/home/dev/${randomBytes(4).toString('hex')}`;
  await target.host.exec(`install -d -o dev -g dev ${there}`);
  const sent = randomBytes(700_000);
  await writeFile(join(here, 'sent'), sent);
  const vars = {
    ansible_host: DOOR,
    ansible_python_interpreter: PYTHON,
    // it takes quotes away that begin and end a value: the first word has none
    ansible_ssh_common_args: `-C ${doorOptions(target.ssh).map(quoted).join(' ')}`,
  };
  const hosts = Object.fromEntries(NAMES.map((name) => [name, {}]));
  await writeFile(join(here, 'hosts.json'), JSON.stringify({ all: { hosts, vars } }));
  const { command, files } = tasks(here, there);
  const common = { hosts: 'all', gather_facts: false };
  const plays = [
    { ...common, vars: { ansible_pipelining: true }, tasks: [...command, ...files] },
    { ...common, vars: { ansible_pipelining: false }, tasks: command },
  ];
  await writeFile(join(here, 'play.yml'), JSON.stringify(plays));
  const env = {
    ...{ PATH: process.env['PATH'], HOME: here, LC_ALL: 'C.UTF-8', ANSIBLE_NOCOLOR: '1' },
    ANSIBLE_SSH_ARGS: '-o ControlMaster=auto -o ControlPersist=5s',
    ANSIBLE_SSH_CONTROL_PATH_DIR: here,
  };
  const args = ['-f', String(NAMES.length), '-i', join(here, 'hosts.json'), join(here, 'play.yml')];
  const { status, text } = await run('ansible-playbook', args, { env, cwd: here, timeout: 120_000 });
  const back = await Promise.all(NAMES.map((name) => readFile(join(here, `back-${name}`)).catch(() => null)));
  return {
    // what went wrong stands in its text
    status: status === 0 ? 0 : text,
    same: back.every((bytes) => bytes?.equals(sent)),
    recap: [...text.matchAll(/: ok=(\d+) .*unreachable=(\d+) +failed=(\d+)/g)].map((line) => line.slice(1)),
  };
}

/** Ansible as its users have it. */
export const ansibleCases: ConformanceCase[] = [
  {
    name: 'a playbook on two hosts over one ControlMaster, with pipelining and without',
    needs: ['ansible'],
    shows: { status: 0, same: true, recap: NAMES.map(() => ['6', '0', '0']) },
    see: play,
  },
];
