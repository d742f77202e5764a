import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { quoted, run } from '../../hosts/index.js';
import { DOOR, git, rsync, scp, sftp } from '../file-clients.js';
import type { ConformanceCase, Target } from './conformance-case.js';

/** Sizes around the edges of packets, and some megabytes. */
const SIZES = [0, 1, 32_767, 32_768, 262_145, 3_000_001];
/** Names that trip quoting and splitting; the first is plain. */
const NAMES = ['plain.bin', 'two words.bin', '数据 库.bin', "it's $HOME;`x`.bin", 'a*[b]?.bin'];
const MODIFIED = new Date('2021-03-04T05:06:07Z');

function digest(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** A folder of its own on both sides. */
async function folders(target: Target): Promise<{ here: string; there: string }> {
  const here = await mkdtemp(join(target.keyRing.folder, 'files-'));
  const there = `/home/dev/${randomBytes(4).toString('hex')}`;
  await target.host.exec(`install -d -o dev -g dev ${there}`);
  return { here, there };
}

async function digestThere(target: Target, path: string): Promise<string> {
  return (await target.host.exec(`sha256sum < ${quoted(path)}`)).text.slice(0, 64);
}

/** Sends files up and fetches them again by one way; which of them are the same bytes on both sides. */
async function thereAndBack(
  target: Target,
  names: readonly string[],
  sizes: readonly number[],
  send: (file: string, path: string) => Promise<{ status: number | null; stderr: string }>,
  fetch: (path: string, file: string) => Promise<{ status: number | null; stderr: string }>,
): Promise<string[]> {
  const { here, there } = await folders(target);
  const shown: string[] = [];
  for (const [index, name] of names.entries()) {
    const content = randomBytes(sizes[index % sizes.length] ?? 0);
    const file = join(here, name);
    await writeFile(file, content, { mode: 0o640 });
    await utimes(file, MODIFIED, MODIFIED);
    const up = await send(file, `${there}/${name}`);
    const isThere = (await digestThere(target, `${there}/${name}`)) === digest(content);
    const down = await fetch(`${there}/${name}`, `${file}.back`);
    const back = await readFile(`${file}.back`).catch(() => Buffer.from('nothing came back'));
    const times = await stat(`${file}.back`).catch(() => null);
    const kept = times?.mtime.getTime() === MODIFIED.getTime() && (times.mode & 0o777) === 0o640;
    const isSame = isThere && back.equals(content) && kept;
    shown.push(
      `${name}: ${up.status} ${down.status} ${isSame ? 'same' : `differs ${up.stderr}${down.stderr}`}`,
    );
  }
  return shown;
}

const same = (names: readonly string[]): string[] => names.map((name) => `${name}: 0 0 same`);
const sized = SIZES.map((size) => `${size}.bin`);
const inSftp = (path: string): string => `"${path.replaceAll(/["\\*?[\]]/g, '\\$&')}"`;

/** Files over every protocol that OpenSSH's own server speaks. */
export const fileCases: ConformanceCase[] = [
  {
    name: 'sftp: sizes around the packets, times and modes kept',
    shows: same(sized),
    see: (target) =>
      thereAndBack(
        target,
        sized,
        SIZES,
        (file, path) => sftp(target.ssh, [`put -p ${inSftp(file)} ${inSftp(path)}`]),
        (path, file) => sftp(target.ssh, [`get -p ${inSftp(path)} ${inSftp(file)}`]),
      ),
  },
  {
    name: 'scp: names with spaces, CJK, quotes, shell syntax and patterns',
    shows: same(NAMES),
    see: (target) =>
      thereAndBack(
        target,
        NAMES,
        [70_000],
        (file, path) => scp(target.ssh, ['-p', file, `${DOOR}:${path}`]),
        (path, file) => scp(target.ssh, ['-p', `${DOOR}:${path.replaceAll(/[\\*?[\]]/g, '\\$&')}`, file]),
      ),
  },
  {
    name: 'scp -O: sizes, times and modes kept',
    shows: same(sized),
    see: (target) =>
      thereAndBack(
        target,
        sized,
        SIZES,
        (file, path) => scp(target.ssh, ['-p', file, `${DOOR}:${path}`], { legacy: true }),
        (path, file) => scp(target.ssh, ['-p', `${DOOR}:${path}`, file], { legacy: true }),
      ),
  },
  {
    name: 'scp -O: names with spaces, CJK and quotes',
    shows: same(NAMES.slice(0, 3)),
    see: (target) =>
      thereAndBack(
        target,
        NAMES.slice(0, 3),
        [70_000],
        (file, path) => scp(target.ssh, ['-p', file, `${DOOR}:${quoted(path)}`], { legacy: true }),
        (path, file) =>
          scp(target.ssh, ['-p', `${DOOR}:${path.replaceAll(' ', '\\ ')}`, file], { legacy: true }),
      ),
  },
  {
    name: 'sftp and scp: the exit status of what is not there',
    shows: { sftp: 1, scp: 1, legacy: 1 },
    async see({ ssh, keyRing }) {
      const missing = `${DOOR}:/nowhere/at/all`;
      return {
        sftp: (await sftp(ssh, ['get /nowhere/at/all'])).status,
        scp: (await scp(ssh, [missing, keyRing.folder])).status,
        legacy: (await scp(ssh, [missing, keyRing.folder], { legacy: true })).status,
      };
    },
  },
  {
    name: 'sftp: folders, renames, links, removal',
    shows: { status: 0, names: ['b.bin', 'link'] },
    async see(target) {
      const { here, there } = await folders(target);
      await writeFile(join(here, 'a.bin'), randomBytes(1000));
      const { status } = await sftp(target.ssh, [
        ...[
          `cd ${there}`,
          'mkdir d',
          `put ${here}/a.bin d/a.bin`,
          'rename d/a.bin d/b.bin',
          'ln -s b.bin d/link',
        ],
        ...[
          'chmod 600 d/b.bin',
          'ls -l d',
          'mkdir e',
          'rmdir e',
          `put ${here}/a.bin c.bin`,
          'rm c.bin',
          'df',
        ],
      ]);
      const names = (await target.host.exec(`ls ${there}/d`)).text.trim().split('\n');
      return { status, names };
    },
  },
  ...(['scp', 'sftp', 'rsync'] as const).map((way): ConformanceCase => ({
    name: `${way}: names with line ends, there and back`,
    needs: way === 'rsync' ? ['rsync'] : [],
    shows: { statuses: [0, 0], there: 3, differs: '' },
    async see(target) {
      const { here, there } = await folders(target);
      // none of these programs takes such a name as an argument of its own: they find them in a folder
      await mkdir(join(here, 'tree/in\nner'), { recursive: true });
      for (const name of ['a\nb', '\nleading', 'in\nner/last\n'])
        await writeFile(join(here, 'tree', name), randomBytes(40_000));
      await mkdir(join(here, 'back'));
      const copy = (from: string, to: string) =>
        way === 'rsync' ? rsync(target.ssh, ['-a', from, to]) : scp(target.ssh, ['-r', from, to]);
      const [up, down] =
        way === 'sftp'
          ? [
              () => sftp(target.ssh, [`put -r ${here}/tree ${there}/`]),
              () => sftp(target.ssh, [`get -r ${there}/tree ${here}/back/`]),
            ]
          : [
              () => copy(join(here, 'tree'), `${DOOR}:${there}/`),
              () => copy(`${DOOR}:${there}/tree`, join(here, 'back')),
            ];
      const outcomes = [await up(), await down()];
      const count = await target.host.exec(`find ${there}/tree -type f -print0 | tr -dc '\\0' | wc -c`);
      const compared = await run('diff', ['-r', join(here, 'tree'), join(here, 'back/tree')]);
      const differs = compared.text + outcomes.map(({ stderr }) => stderr).join('');
      return { statuses: outcomes.map(({ status }) => status), there: Number(count.text), differs };
    },
  })),
  ...(['scp', 'scp -O', 'rsync'] as const).map((way): ConformanceCase => ({
    name: `${way}: a tree there and back`,
    needs: way === 'rsync' ? ['rsync'] : [],
    shows: { statuses: [0, 0], differs: '' },
    async see(target) {
      const { here, there } = await folders(target);
      await mkdir(join(here, 'tree/in/deep'), { recursive: true });
      for (const [index, size] of SIZES.entries()) {
        await writeFile(
          join(here, index % 2 ? 'tree/in/deep' : 'tree/in', `${index} ü.bin`),
          randomBytes(size),
        );
      }
      const legacy = way === 'scp -O';
      const copy = (from: string, to: string) =>
        way === 'rsync' ? rsync(target.ssh, ['-a', from, to]) : scp(target.ssh, ['-r', from, to], { legacy });
      const up = await copy(join(here, 'tree'), `${DOOR}:${there}/`);
      await mkdir(join(here, 'back'));
      const down = await copy(`${DOOR}:${there}/tree`, join(here, 'back'));
      const compared = await run('diff', ['-r', join(here, 'tree'), join(here, 'back/tree')]);
      return { statuses: [up.status, down.status], differs: compared.text + up.stderr + down.stderr };
    },
  })),
  {
    name: 'git: push and clone',
    needs: ['git'],
    shows: { statuses: [0, 0, 0, 0, 0], content: 'hello\n' },
    async see(target) {
      const { here, there } = await folders(target);
      await target.host.exec(`su dev -c 'git init -q --bare -b main ${there}/r.git'`);
      const url = `${DOOR}:${there}/r.git`;
      const inRepository = join(here, 'work');
      await mkdir(inRepository);
      const statuses = [(await git(target.ssh, ['init', '-q', '-b', 'main'], inRepository)).status];
      await writeFile(join(inRepository, 'file'), 'hello\n');
      for (const args of [
        ['add', 'file'],
        ['commit', '-qm', 'one'],
        ['push', '-q', url, 'main'],
      ]) {
        statuses.push((await git(target.ssh, args, inRepository)).status);
      }
      statuses.push((await git(target.ssh, ['clone', '-q', '-b', 'main', url, 'copy'], here)).status);
      return { statuses, content: await readFile(join(here, 'copy/file'), 'utf8').catch(() => '') };
    },
  },
  {
    name: 'tar: through a pipe, both ways',
    shows: { up: 0, down: 0, same: true },
    async see(target) {
      const { here, there } = await folders(target);
      const content = randomBytes(2_000_000);
      await writeFile(join(here, 'big.bin'), content);
      const packed = await run('tar', ['-C', here, '-cf', '-', 'big.bin']);
      const up = await target.ssh.exec(`tar -C ${there} -xf -`, [], { input: packed.stdout });
      const down = await target.ssh.exec(`tar -C ${there} -cf - big.bin`);
      await mkdir(join(here, 'back'));
      await run('tar', ['-C', join(here, 'back'), '-xf', '-'], { input: down.stdout });
      const back = await readFile(join(here, 'back/big.bin'));
      return { up: up.status, down: down.status, same: back.equals(content) };
    },
  },
];
