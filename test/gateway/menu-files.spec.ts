import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { requires, run, type Host } from '../hosts/index.js';
import { Harness, type Way } from './harness.js';
import { RawTerminal } from './raw-terminal.js';

const transfers = z.object({
  items: z.array(
    z.looseObject({
      assetName: z.string(),
      direction: z.string(),
      path: z.string(),
      size: z.number(),
      sha256: z.string().nullable(),
      result: z.string(),
    }),
  ),
});
const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

const PROMPT = 'Gatehouse> ';
/** Every byte there is, and what would end OpenSSH's client if it were typed. */
const AWKWARD = Buffer.concat([
  Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)),
  Buffer.from('\r~.\n~.\r\n~.\x18\x18\x18\x18\x18\x03\r'),
  randomBytes(200_000),
]);

requires('hosts', 'ssh', 'lrzsz', 'terminal').describe('files in the menu, by rz and sz', () => {
  let harness: Harness;
  let hosts: [Host, Host];
  let way: Way;
  let here: string;
  let there: string;
  let since: string;
  let lateRule: string;
  const terminals: RawTerminal[] = [];

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const accounts = [{ username: 'dev', publicKey: systemKey.public }];
    const start = (name: string): Promise<Host> => harness.startHost({ name, accounts });
    hosts = await Promise.all([start('web-01'), start('web-02')]);
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host: hosts[0], systemKey });
    const { address, hostKey } = hosts[0];
    for (const [name, at] of [
      ['web-02', hosts[1]],
      ['web-dead', { address, port: 9, hostKey }],
      ['db-01', hosts[1]],
      ['late-01', hosts[1]],
    ] as const) {
      const id = await harness.addAsset(name, at);
      await harness.recordPush(way.systemUserId, [id]);
      const rule = await harness.addRule([way.person.id], [id], [way.systemUserId]);
      if (name === 'late-01') lateRule = rule;
      if (name === 'db-01') await harness.change(`/authorization-rules/${rule}`, { actions: ['connect'] });
    }
  }, 60_000);
  beforeEach(async () => {
    const name = randomBytes(4).toString('hex');
    here = join(harness.keys.folder, name);
    await mkdir(join(here, 'sub'), { recursive: true });
    there = `/home/dev/${name}`;
    since = new Date().toISOString();
    for (const host of hosts) await host.exec(`install -d -o dev -g dev ${there}`);
  });
  afterEach(async () => {
    await Promise.all(terminals.splice(0).map((terminal) => terminal.close()));
  });

  /** The menu, on a terminal where `ssh` listens for its escape character. */
  async function openMenu(): Promise<RawTerminal> {
    const terminal = new RawTerminal((await harness.ssh(way.person)).args());
    terminals.push(terminal);
    await terminal.waitFor(PROMPT);
    return terminal;
  }

  /** Presses the key and chooses assets. */
  async function choose(terminal: RawTerminal, key: string, pattern: string): Promise<string> {
    terminal.line(key);
    await terminal.waitFor(/1 {2}dev[^>]*> $/);
    terminal.line('1');
    await terminal.waitFor('Assets (q: back)> ');
    terminal.line(pattern);
    const shown = await terminal.waitFor(/Go on\? \(y\/n\) $/);
    terminal.line('y');
    return shown;
  }

  /** Up to where `sz` can begin. */
  async function beginUpload(terminal: RawTerminal, pattern: string): Promise<string> {
    const shown = await choose(terminal, 'u', pattern);
    await terminal.waitFor('back)> ');
    terminal.line(there);
    await terminal.waitFor('(y/N) ');
    terminal.line('n');
    await terminal.waitFor('**\x18B01');
    return shown;
  }

  /** Up to where `rz` can begin. */
  async function beginDownload(terminal: RawTerminal, pattern: string, paths: string): Promise<void> {
    await choose(terminal, 'd', pattern);
    await terminal.waitFor('back)> ');
    terminal.line(paths);
    await terminal.waitFor('**\x18B00');
  }

  async function records(filter: string, count: number): Promise<z.infer<typeof transfers>['items']> {
    const path = `/file-transfers?protocol=zmodem&sort=startedAt&pageSize=200&from=${since}&${filter}`;
    const listed = async () => (await harness.admin.call('GET', path, transfers)).items;
    await expect.poll(listed, { timeout: 15_000 }).toHaveLength(count);
    return listed();
  }

  const sums = async (host: Host): Promise<string> => (await host.exec(`cd ${there} && sha256sum *`)).text;

  it('several files go to several assets, of any bytes; a dead one fails alone, and each file is a record', async () => {
    await writeFile(join(here, 'awkward.bin'), AWKWARD);
    await writeFile(join(here, '空 empty'), '');
    await writeFile(join(here, 'sub/deep.txt'), 'deep\n');
    const terminal = await openMenu();
    expect(await beginUpload(terminal, 'web-*')).toMatch(/web-01 {2}web-02 {2}web-dead/);
    const status = await terminal.put('sz', ['-f', 'awkward.bin', '空 empty', './sub/deep.txt'], here);
    expect(status).toBe(0);
    const shown = await terminal.waitFor(PROMPT);
    expect(shown).toMatch(
      /awkward\.bin · 200,\d+ bytes\s+== 2 assets · done · 1 file, 200,\d+ bytes\s+web-01, web-02/,
    );
    expect(shown).toMatch(/空 empty · 0 bytes\s+== 2 assets · done/);
    expect(shown.match(/== 1 asset · failed: not opened\s+web-dead/g)).toHaveLength(3);
    for (const host of hosts) {
      expect(await sums(host)).toBe(
        [
          `${sha256(AWKWARD)}  awkward.bin`,
          `${sha256(Buffer.from('deep\n'))}  deep.txt`,
          `${sha256(Buffer.alloc(0))}  空 empty\n`,
        ].join('\n'),
      );
    }
    const rows = await records('direction=upload&result=complete', 6);
    const whole = rows.filter(({ sha256: sum }) => sum === sha256(AWKWARD));
    expect(whole.map(({ assetName }) => assetName).sort()).toEqual(['web-01', 'web-02']);
    expect((await hosts[0].exec(`ls -A ${there} | wc -l`)).text).toBe('3\n');
  });

  it('one file of one asset comes as it is', async () => {
    await hosts[0].exec(`cat > "${there}/a b.bin"; chown dev ${there}/*`, { input: AWKWARD });
    const terminal = await openMenu();
    await beginDownload(terminal, 'web-01', `"${there}/a b.bin"`);
    expect(await terminal.put('rz', ['-y'], here)).toBe(0);
    expect(await terminal.waitFor(PROMPT)).toMatch(/== 1 asset · done · 1 file, 200,\d+ bytes/);
    expect(sha256(await readFile(join(here, 'a b.bin')))).toBe(sha256(AWKWARD));
    const [row] = await records('', 1);
    expect(row).toMatchObject({ direction: 'download', result: 'complete', sha256: sha256(AWKWARD) });
    terminal.line('q');
    await terminal.waitFor('Goodbye.');
  });

  it('one file that is there in part goes on where it stopped, and an archive does not', async () => {
    await hosts[0].exec(`cat > "${there}/part.bin"; chown dev ${there}/*`, { input: AWKWARD });
    await writeFile(join(here, 'part.bin'), AWKWARD.subarray(0, 100_000));
    const terminal = await openMenu();
    await beginDownload(terminal, 'web-01', `${there}/part.bin`);
    expect(await terminal.put('rz', ['-r'], here)).toBe(0);
    const shown = await terminal.waitFor(PROMPT);
    const [, sent = ''] = /== 1 asset · done · 1 file, ([\d,]+) bytes/.exec(shown) ?? [];
    expect(Number(sent.replaceAll(',', ''))).toBeLessThan(AWKWARD.length - 90_000);
    expect(sha256(await readFile(join(here, 'part.bin')))).toBe(sha256(AWKWARD));
    const [row] = await records('', 1);
    expect(row).toMatchObject({ direction: 'download', result: 'complete', sha256: null });
    await writeFile(join(here, 'part.bin.tar.gz'), Buffer.alloc(50_000));
    await beginDownload(terminal, 'web-0*', `${there}/part.bin`);
    await terminal.put('rz', ['-r'], here);
    expect(await terminal.waitFor(PROMPT)).toContain('Only one file of one asset can be gone on with');
  });

  it('more comes as an archive with a folder for each asset', async () => {
    for (const host of hosts) {
      const made = `cd ${there} && mkdir one two && cat > one/x && hostname > two/x && chown -R dev .`;
      await host.exec(made, { input: AWKWARD });
    }
    const terminal = await openMenu();
    await beginDownload(terminal, 'web-*', `${there}/one ${there}/two/x ${there}/none`);
    expect(await terminal.put('rz', ['-y'], here)).toBe(0);
    const shown = await terminal.waitFor(PROMPT);
    expect(shown).toMatch(/== 2 assets · failed: /);
    expect(shown).toContain(`${there}/none: No such file`);
    const unpacked = await run('tar', ['-xzf', 'files.tar.gz'], { cwd: here });
    expect({ status: unpacked.status, stderr: unpacked.stderr }).toEqual({ status: 0, stderr: '' });
    for (const name of ['web-01', 'web-02']) {
      expect(sha256(await readFile(join(here, name, 'one/x')))).toBe(sha256(AWKWARD));
      expect(await readFile(join(here, name, 'x'), 'utf8')).toBe(`${name}\n`);
    }
    expect(await readFile(join(here, 'RESULT.txt'), 'utf8')).toMatch(/^web-dead: FAILED/m);
    await records('direction=download&result=complete', 4);
  });

  it('needs the action of the rule, also while the menu is open', async () => {
    const terminal = await openMenu();
    for (const key of ['u', 'd']) {
      terminal.line(key);
      await terminal.waitFor(/1 {2}dev[^>]*> $/);
      terminal.line('dev');
      await terminal.waitFor('Assets (q: back)> ');
      terminal.line('db-01');
      await terminal.waitFor(`rules do not allow ${key === 'u' ? 'upload' : 'download'} there`);
      terminal.line('q');
      await terminal.waitFor(PROMPT);
    }
    await writeFile(join(here, 'a'), 'a');
    await beginUpload(terminal, 'late-01');
    await harness.change(`/authorization-rules/${lateRule}`, { actions: ['connect', 'download'] });
    await terminal.put('sz', ['a'], here);
    expect(await terminal.waitFor(PROMPT)).toMatch(/== 1 asset · failed: denied\s+late-01/);
    await records('direction=upload&result=refused', 1);
    expect((await hosts[1].exec(`ls -A ${there}`)).text).toBe('');
  });

  it('is cancelled by either end; nothing is left on an asset, and no byte of the file is taken for keys', async () => {
    await writeFile(join(here, 'keys'), Buffer.alloc(40_000_000, 'q\r'));
    const terminal = await openMenu();
    await beginUpload(terminal, 'web-0*');
    terminal.type('\x03');
    expect(await terminal.waitFor(PROMPT)).toContain('Cancelled.');
    await beginUpload(terminal, 'web-0*');
    const isUnderWay = async (): Promise<number> =>
      Number((await hosts[0].exec(`cat ${there}/.keys.* 2>/dev/null | wc -c`)).text);
    const killed = expect.poll(isUnderWay, { timeout: 15_000 }).toBeGreaterThan(0);
    await terminal.put('sz', ['keys'], here, Promise.resolve(killed));
    terminal.type('\x18'.repeat(8));
    expect(await terminal.waitFor(PROMPT)).toMatch(/Cancelled\.[\s\S]*== 2 assets · failed: broken off/);
    const left = async (): Promise<string[]> =>
      Promise.all(hosts.map(async (host) => (await host.exec(`ls -A ${there}`)).text));
    await expect.poll(left, { timeout: 15_000 }).toEqual(['', '']);
    const rows = await records('direction=upload', 2);
    const passed = (size = 0): string => sha256(Buffer.alloc(40_000_000, 'q\r').subarray(0, size));
    expect(rows.map(({ result, sha256: sum }) => [result, sum])).toEqual([
      ['cut_off', passed(rows[0]?.size)],
      ['cut_off', passed(rows[1]?.size)],
    ]);
    terminal.line('web-01');
    await terminal.waitFor('$ ');
  });

  it('is in the help, in both languages', async () => {
    const terminal = await openMenu();
    terminal.line('?');
    const help = await terminal.waitFor(PROMPT);
    expect(help).toMatch(/^u +upload/m);
    expect(help).toMatch(/^d +download/m);
    const args = (await harness.ssh(way.person)).args(undefined, ['-o', 'SetEnv=LC_ALL=zh_CN.UTF-8']);
    const chinese = new RawTerminal(args);
    terminals.push(chinese);
    await chinese.waitFor(PROMPT);
    chinese.line('h');
    expect(await chinese.waitFor(PROMPT)).toMatch(/^u +上传[\s\S]*^d +下载/m);
  });
});
