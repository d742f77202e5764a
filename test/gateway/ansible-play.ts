import { createHash, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A playbook of ordinary modules that sets up one service, and what is there when it is through. */
export interface ServicePlay {
  readonly tasks: readonly object[];
  /** SHA-256 of each file that stands under `service` then, by its path, on the host of this name. */
  expected(name: string): Record<string, string>;
  /** SHA-256 of the file of 1 MB that goes to each asset, and comes back from it. */
  readonly binary: string;
}

const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

/** What shells, JSON and YAML each have their own way with. */
const AWKWARD = `it's "quoted" $HOME \`id\` \\n %s 二\ttab; & | > * ~ !\n`;
const UNIT = '[unit]\nname={{ inventory_hostname }}\nports={{ [80, 443] | join(",") }}\nsaid={{ said }}\n';
const SCRIPT = '#!/bin/sh\nprintf "%s by %s\\n" "$1" "$(id -un)" >service/ran\n';

/** Writes what the play brings along into `folder`; relative paths on the asset begin in the account's home. */
export async function writePlay(folder: string): Promise<ServicePlay> {
  const binary = randomBytes(1_000_001);
  await mkdir(join(folder, 'files'), { recursive: true });
  await writeFile(join(folder, 'files/data.bin'), binary);
  await writeFile(join(folder, 'files/once.sh'), SCRIPT);
  await writeFile(join(folder, 'files/unit.j2'), UNIT);
  return {
    tasks: [...RAW_TASKS, ...SERVICE_TASKS],
    binary: sha256(binary),
    expected: (name) =>
      Object.fromEntries(
        Object.entries({
          'data.bin': binary,
          'conf/awkward 二': AWKWARD,
          'conf/unit.conf': UNIT.replace('{{ inventory_hostname }}', name)
            .replace('{{ [80, 443] | join(",") }}', '80,443')
            .replace('{{ said }}', `here ${name}`),
          'conf/limits': 'files=2048\n# begin\nfirst\nsecond\n# end\n',
          log: Array.from({ length: 15 }, (_, index) => `${index} ${name}\n`).join(''),
          lines: `${'x'.repeat(20_000)}\n`,
          ran: `${name} by dev\n`,
        }).map(([path, content]) => [`service/${path}`, sha256(content)]),
      ),
  };
}

/** Plain commands, each on a terminal: what they say and how they end. They leave lines in a log. */
const RAW: readonly (readonly [command: string, lines: readonly string[], status: number])[] = [
  ['id -un; hostname', ['dev', '{{ inventory_hostname }}'], 0],
  ['rm -rf service; mkdir service; ls service', [], 0],
  ['echo out; echo err >&2; exit 3', ['out', 'err'], 3],
  ['exit 254', [], 254],
  [`printf '%s\\n' "a  b" '$HOME' "it's" '二'`, ['a  b', '$HOME', "it's", '二'], 0],
  [`head -c 200000 /dev/zero | tr '\\0' x | wc -c`, ['200000'], 0],
  ['cat service/none', ['cat: service/none: No such file or directory'], 1],
  ['(exec >/dev/null 2>&1 </dev/null; sleep 0.2) & echo left', ['left'], 0],
  ...Array.from({ length: 15 }, (_, index) => {
    return [`echo ${index} $(hostname) >>service/log; wc -l <service/log`, [`${index + 1}`], 0] as const;
  }),
];
const RAW_TASKS = RAW.flatMap(([command, lines, status], index) => {
  const fails = `raw.rc != ${status} or raw.stdout_lines != lines`;
  return [{ name: `raw ${index}`, raw: command, vars: { lines }, register: 'raw', failed_when: fails }];
});
const SERVICE_TASKS = [
  { set_fact: { said: 'here {{ inventory_hostname }}' } },
  { file: { path: 'service/conf', state: 'directory', mode: '0750' }, register: 'conf' },
  { assert: { that: ['conf is changed', 'conf.mode == "0750"', 'conf.owner == "dev"'] } },
  { copy: { src: 'data.bin', dest: 'service/data.bin', mode: '0600' }, register: 'data' },
  { assert: { that: ['data is changed', 'data.size == 1000001'] } },
  { copy: { content: AWKWARD, dest: 'service/conf/awkward 二' } },
  { template: { src: 'files/unit.j2', dest: 'service/conf/unit.conf', mode: '0640' }, register: 'first' },
  { assert: { that: ['first is changed'] } },
  { lineinfile: { path: 'service/conf/limits', line: 'files=1024', create: true } },
  { lineinfile: { path: 'service/conf/limits', regexp: '^files=', line: 'files=2048' }, register: 'line' },
  { assert: { that: ['line is changed', 'line.msg == "line replaced"'] } },
  {
    blockinfile: {
      ...{ path: 'service/conf/limits', block: 'first\nsecond', marker: '# {mark}' },
      ...{ marker_begin: 'begin', marker_end: 'end' },
    },
  },
  { command: { cmd: 'tr y x', stdin: 'y'.repeat(20_000) }, register: 'piped' },
  { assert: { that: ['piped.stdout == "x" * 20000', 'piped.stderr == ""'] } },
  {
    shell: { cmd: 'cat >service/lines; echo done >&2; exit 4', stdin: '{{ piped.stdout }}' },
    register: 'shell',
    ignore_errors: true,
  },
  { assert: { that: ['shell is failed', 'shell.rc == 4', 'shell.stderr == "done"'] } },
  { script: { cmd: 'files/once.sh {{ inventory_hostname }}' }, register: 'script' },
  { assert: { that: ['script.rc == 0'] } },
  { stat: { path: 'service/data.bin', checksum_algorithm: 'sha256' }, register: 'seen' },
  {
    assert: { that: ['seen.stat.size == 1000001', 'seen.stat.mode == "0600"', 'seen.stat.pw_name == "dev"'] },
  },
  { slurp: { src: 'service/conf/awkward 二' }, register: 'slurped' },
  { assert: { that: ['slurped.content | b64decode == awkward'] }, vars: { awkward: AWKWARD } },
  {
    fetch: { src: 'service/data.bin', dest: 'fetched/{{ inventory_hostname }}', flat: true },
    register: 'back',
  },
  { assert: { that: ['back.remote_checksum == back.checksum'] } },
  { set_fact: { sums: '{{ [seen.stat.checksum, said] }}' } },
  { assert: { that: ['sums[0] | length == 64', 'sums[1] == "here " ~ inventory_hostname'] } },
  { debug: { msg: '{{ sums }}' } },
];
