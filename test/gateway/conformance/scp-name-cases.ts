import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { quoted } from '../../hosts/index.js';
import { DOOR, scp } from '../file-clients.js';
import type { ConformanceCase, Target } from './conformance-case.js';

/** Names that trip programs, shells and lines, each with a content of its own. */
const NAMES = ['a\nb', '\nleading', 'last\n', '数据 库', `it's "so"`, '-dash', '$HOME;`x`', 'a*[b]?\\'];
/** As `scp -O` sends them: it writes a line end as `\^J`, as a line end is the end of what it says (scp.c, source()). */
const SENT = NAMES.map((name) => name.replaceAll('\n', '\\^J'));

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

async function folders(target: Target): Promise<{ here: string; there: string }> {
  const here = await mkdtemp(join(target.keyRing.folder, 'names-'));
  const there = `/home/dev/${randomBytes(4).toString('hex')}`;
  await target.host.exec(`install -d -o dev -g dev ${there}`);
  return { here, there };
}

/** Files of a folder on the asset with their digests, whatever their names are. */
async function listed({ host }: Target, folder: string): Promise<Record<string, string>> {
  const { text } = await host.exec(`cd ${folder} && find . -type f -exec sha256sum -z {} +`);
  const lines = text.split('\0').filter((line) => line !== '');
  return Object.fromEntries(lines.map((line) => [line.slice(68), line.slice(0, 64)]));
}

/** A folder with a file of each name; their digests by the names that they are to have. */
async function fill(folder: string, names: readonly string[]): Promise<Record<string, string>> {
  await mkdir(folder);
  const sums: Record<string, string> = {};
  for (const [index, name] of NAMES.entries()) {
    const content = randomBytes(50_000 + index);
    await writeFile(join(folder, name), content);
    sums[names[index] ?? ''] = sha256(content);
  }
  return sums;
}

async function sumsOf(folder: string): Promise<Record<string, string>> {
  const names = await readdir(folder).catch(() => []);
  const sums = names.map(async (name): Promise<[string, string]> => [
    name,
    sha256(await readFile(join(folder, name))),
  ]);
  return Object.fromEntries(await Promise.all(sums));
}

/** What became of the files: whether they are those that went, and else what there is. */
function compared(found: Record<string, string>, sent: Record<string, string>): unknown {
  const isSame = JSON.stringify(Object.entries(found).sort()) === JSON.stringify(Object.entries(sent).sort());
  return isSame ? 'same' : { found: Object.keys(found), sent: Object.keys(sent) };
}

/** Names by the protocol of scp before SFTP: as its own far end takes and refuses them. */
export const scpNameCases: ConformanceCase[] = [
  {
    name: 'scp -O: a folder of awkward names goes up',
    shows: { status: 0, stderr: '', files: 'same' },
    async see(target) {
      const { here, there } = await folders(target);
      const sent = await fill(join(here, 'tree'), SENT);
      const up = await scp(target.ssh, ['-r', join(here, 'tree'), `${DOOR}:${there}/`], { legacy: true });
      const files = compared(await listed(target, `${there}/tree`), sent);
      return { status: up.status, stderr: up.stderr, files };
    },
  },
  {
    name: 'scp -O: a folder of awkward names comes down',
    shows: { status: 0, stderr: '', files: 'same' },
    async see(target) {
      const { here, there } = await folders(target);
      const sums: Record<string, string> = {};
      for (const [index, name] of NAMES.entries()) {
        const content = randomBytes(50_000 + index);
        await target.host.exec(`cat >${quoted(`${there}/${name}`)}`, { input: content });
        sums[SENT[index] ?? ''] = sha256(content);
      }
      const down = await scp(target.ssh, ['-r', `${DOOR}:${there}`, join(here, 'back')], { legacy: true });
      return {
        status: down.status,
        stderr: down.stderr,
        files: compared(await sumsOf(join(here, 'back')), sums),
      };
    },
  },
  {
    name: 'scp -O: each awkward name as an argument, up and down',
    shows: {
      // the far shell drops a line end behind a backslash, and scp's own check takes no other way of quoting
      ...Object.fromEntries(NAMES.map((name) => [name, name.includes('\n') ? [0, 1, false] : [0, 0, true]])),
      there: 'same',
    },
    async see(target) {
      const { here, there } = await folders(target);
      const sent = await fill(join(here, 'tree'), NAMES);
      const shown: Record<string, unknown> = {};
      for (const [index, name] of NAMES.entries()) {
        const path = `${there}/${name}`;
        const back = join(here, String(index));
        const own = join(here, 'tree', name);
        const up = await scp(target.ssh, [own, `${DOOR}:${quoted(path)}`], { legacy: true });
        const escaped = path.replaceAll(/[^/\w]/gu, '\\$&');
        const down = await scp(target.ssh, [`${DOOR}:${escaped}`, back], { legacy: true });
        const came = await readFile(back).then(sha256, () => 'nothing');
        shown[name] = [up.status, down.status, came === sent[name]];
      }
      return { ...shown, there: compared(await listed(target, there), sent) };
    },
  },
  {
    name: 'scp -O: a leading dash in the home folder is a name and no option',
    shows: { statuses: [0, 0], said: '', isSame: true },
    async see(target) {
      const { here } = await folders(target);
      const content = randomBytes(1_000);
      await writeFile(join(here, 'file'), content);
      const up = await scp(target.ssh, [join(here, 'file'), `${DOOR}:-rf`], { legacy: true });
      const down = await scp(target.ssh, [`${DOOR}:-rf`, join(here, 'back')], { legacy: true });
      const came = await readFile(join(here, 'back')).catch(() => Buffer.alloc(0));
      await target.host.exec('rm -f -- /home/dev/-rf');
      return {
        statuses: [up.status, down.status],
        said: up.stderr + down.stderr,
        isSame: came.equals(content),
      };
    },
  },
];
