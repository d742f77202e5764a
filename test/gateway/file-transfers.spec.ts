import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { endProcess, requires, run, spawnBound, type Host } from '../hosts/index.js';
import { DOOR, doorOptions, git, rsync, scp, sftp } from './file-clients.js';
import { Harness, type Way } from './harness.js';
import { RestClient } from './rest.js';
import type { SshClient } from './ssh.js';

const transfer = z.looseObject({
  sessionId: z.string().nullable(),
  username: z.string(),
  assetName: z.string(),
  systemUsername: z.string(),
  protocol: z.string(),
  direction: z.string(),
  path: z.string(),
  name: z.string().nullable(),
  command: z.string().nullable(),
  size: z.number(),
  sha256: z.string().nullable(),
  digestGap: z.string().nullable(),
  result: z.string(),
  detail: z.string().nullable(),
});
const page = z.object({ items: z.array(transfer), total: z.number() });
type Row = z.infer<typeof transfer>;

const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

requires('hosts', 'ssh', 'rsync').describe('records of file transfers', () => {
  let harness: Harness;
  let host: Host;
  let way: Way;
  let ssh: SshClient;
  let here: string;
  let there: string;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const dev = { username: 'dev', publicKey: systemKey.public };
    host = await harness.startHost({ name: 'web-01', accounts: [dev] });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    ssh = await harness.ssh(way.person, 'alice@dev@web-01');
  });
  beforeEach(async () => {
    const name = randomBytes(4).toString('hex');
    here = join(harness.keys.folder, name);
    await mkdir(here);
    there = `/home/dev/${name}`;
    await host.exec(`install -d -o dev -g dev ${there}`);
    await allow('connect', 'exec', 'upload', 'download');
  });

  async function allow(...actions: string[]): Promise<void> {
    await harness.change(`/authorization-rules/${way.ruleId}`, { actions });
  }

  /** Records of files under this test's folder once there are so many, in the order in which they began. */
  async function records(count: number): Promise<Row[]> {
    return expect
      .poll(() => listed(), { timeout: 15_000 })
      .toHaveLength(count)
      .then(() => listed());
  }

  async function listed(): Promise<Row[]> {
    const found = await harness.admin.call(
      'GET',
      `/file-transfers?sort=startedAt&pageSize=200&path=${encodeURIComponent(there)}`,
      page,
    );
    return found.items.filter(({ direction }) => direction !== 'change');
  }

  async function local(name: string, content: Buffer | string): Promise<string> {
    await writeFile(join(here, name), content);
    return join(here, name);
  }

  it('sftp: who, where, path, size and digest of each file, with its session', async () => {
    const content = randomBytes(1_500_001);
    const file = await local('a.bin', content);
    const { status } = await sftp(ssh, [`put ${file} ${there}/a.bin`, `get ${there}/a.bin ${file}.back`]);
    expect(status).toBe(0);
    const [up, down] = await records(2);
    const common = {
      ...{ username: 'alice', assetName: 'web-01', systemUsername: 'dev', protocol: 'sftp' },
      ...{ path: `${there}/a.bin`, name: null, size: content.length, sha256: sha256(content) },
      ...{ digestGap: null, result: 'complete', detail: null, command: null },
    };
    expect(up).toMatchObject({ ...common, direction: 'upload' });
    expect(down).toMatchObject({ ...common, direction: 'download' });
    const rows = await harness.sessions('&kind=sftp');
    expect(rows.map(({ id }) => id)).toContain(up?.sessionId);
    expect(rows.find(({ id }) => id === up?.sessionId)).toMatchObject({ recorded: false, exitStatus: 0 });
  });

  it('sftp -s, whose far end is asked for by its path: the same records, the same rights', async () => {
    const server = '/usr/lib/openssh/sftp-server';
    const content = randomBytes(100_000);
    const file = await local('a.bin', content);
    expect((await sftp(ssh, [`put ${file} ${there}/a.bin`], { server })).status).toBe(0);
    const [up] = await records(1);
    expect(up).toMatchObject({
      protocol: 'sftp',
      path: `${there}/a.bin`,
      sha256: sha256(content),
      result: 'complete',
    });
    const row = (await harness.sessions('&kind=sftp')).find(({ id }) => id === up?.sessionId);
    expect(row).toMatchObject({ command: server, exitStatus: 0 });
    await allow('connect', 'exec', 'download');
    const refused = await sftp(ssh, [`put ${file} ${there}/b.bin`], { server });
    expect(refused.status).toBe(1);
    expect((await host.exec(`ls ${there}`)).text).toBe('a.bin\n');
    await allow('connect', 'exec');
    expect((await sftp(ssh, ['ls'], { server })).stderr).toMatch(/do not allow/);
  });

  it('sftp: an empty file has the digest of nothing; a part that is taken up again has none', async () => {
    const content = randomBytes(300_000);
    const file = await local('a.bin', content);
    await local('empty', '');
    await host.exec(`head -c 100000 > ${there}/a.bin; chown dev ${there}/a.bin`, { input: content });
    await sftp(ssh, [`put ${here}/empty ${there}/empty`, `reput ${file} ${there}/a.bin`]);
    const [empty, part] = await records(2);
    expect(empty).toMatchObject({ size: 0, sha256: sha256(''), result: 'complete' });
    expect(part).toMatchObject({ size: 200_000, sha256: null, result: 'complete' });
    expect(part?.digestGap).not.toBeNull();
    expect((await host.exec(`sha256sum < ${there}/a.bin`)).text).toContain(sha256(content));
  });

  it('scp in both modes: one record for each file of a tree', async () => {
    await mkdir(join(here, 'tree/in'), { recursive: true });
    const [one, two] = [randomBytes(70_000), randomBytes(5)];
    await writeFile(join(here, 'tree/one'), one);
    await writeFile(join(here, 'tree/in/二 two'), two);
    await host.exec(`install -d -o dev ${there}/old`);
    const into = `${DOOR}:${there}/old/`;
    expect((await scp(ssh, ['-r', join(here, 'tree'), into], { legacy: true })).status).toBe(0);
    expect((await scp(ssh, ['-r', `${DOOR}:${there}/old/tree`, here], { legacy: true })).status).toBe(0);
    await host.exec(`install -d -o dev ${there}/new`);
    expect((await scp(ssh, ['-r', join(here, 'tree'), `${DOOR}:${there}/new/`])).status).toBe(0);
    const all = await records(6);
    const bySftp = all.filter(({ protocol, result }) => protocol === 'sftp' && result === 'complete');
    expect(bySftp.map(({ sha256: sum }) => sum).sort()).toEqual([sha256(one), sha256(two)].sort());
    const rows = all.filter(({ protocol }) => protocol === 'scp');
    expect(rows.map(({ direction, path, sha256: sum }) => [direction, path, sum]).sort()).toEqual(
      [
        ['download', `${there}/old/tree/in/二 two`, sha256(two)],
        ['download', `${there}/old/tree/one`, sha256(one)],
        ['upload', `${there}/old/tree/in/二 two`, sha256(two)],
        ['upload', `${there}/old/tree/one`, sha256(one)],
      ].sort(),
    );
    expect(rows[0]?.command).toMatch(/^scp /);
  });

  it('scp -O with awkward names: each record has the name as it stands on the asset, the size and the digest', async () => {
    const names = ['a\nb', '数据 "库"', '-dash'];
    await mkdir(join(here, 'tree'));
    for (const name of names) await writeFile(join(here, 'tree', name), `content of ${name}`);
    const into = `${DOOR}:${there}/`;
    expect((await scp(ssh, ['-r', join(here, 'tree'), into], { legacy: true })).status).toBe(0);
    const target = `${DOOR}:'${there}/line\nend'`;
    expect((await scp(ssh, [join(here, 'tree/-dash'), target], { legacy: true })).status).toBe(0);
    const rows = await records(4);
    const shown = rows.map((row) => [row.name ?? '', row.path, row.size, row.sha256, row.result]);
    const expected = [
      // scp writes a line end as \^J, and so does the asset
      ...names.map((name) => ['', `${there}/tree/${name.replace('\n', '\\^J')}`, `content of ${name}`]),
      ['-dash', `${there}/line\nend`, 'content of -dash'],
    ].map(([name, path, content = '']) => [
      name,
      path,
      Buffer.byteLength(content),
      sha256(content),
      'complete',
    ]);
    expect(shown.sort()).toEqual(expected.sort());
    const written = await host.exec(`cat '${there}/tree/a\\^Jb' '${there}/line\nend'`);
    expect(written.text).toBe('content of a\nbcontent of -dash');
  });

  it('scp -O onto a name that may be a folder: the target, and the name beside it', async () => {
    const file = await local('a.bin', 'abc');
    expect((await scp(ssh, [file, `${DOOR}:${there}`], { legacy: true })).status).toBe(0);
    const [row] = await records(1);
    expect(row).toMatchObject({
      path: there,
      name: 'a.bin',
      size: 3,
      sha256: sha256('abc'),
      result: 'complete',
    });
  });

  it('rsync: one record with its command, marked as not visible', async () => {
    const file = await local('a.bin', randomBytes(200_000));
    expect((await rsync(ssh, ['-a', file, `${DOOR}:${there}/`])).status).toBe(0);
    expect((await rsync(ssh, ['-a', `${DOOR}:${there}/a.bin`, `${file}.back`])).status).toBe(0);
    const [up, down] = await records(2);
    const common = { protocol: 'rsync', sha256: null, digestGap: 'not_visible', result: 'complete' };
    expect(up).toMatchObject({ ...common, direction: 'upload', path: `${there}/` });
    expect(down).toMatchObject({ ...common, direction: 'download', path: `${there}/a.bin` });
    expect(up?.command).toMatch(/^rsync --server /);
    expect(up?.size).toBeGreaterThan(200_000);
  });

  it('git, tar and a daemon of rsync: no record of files, but the session’s command and bytes', async () => {
    const file = await local('a.bin', randomBytes(300_000));
    await host.exec(`su dev -c 'git init -q --bare -b main ${there}/r.git'`);
    const work = join(here, 'work');
    await git(ssh, ['init', '-q', '-b', 'main', work], here);
    await run('cp', [file, join(work, 'a.bin')]);
    await git(ssh, ['add', 'a.bin'], work);
    await git(ssh, ['commit', '-qm', 'one'], work);
    const packed = await run('tar', ['-C', here, '-cf', '-', 'a.bin']);
    await host.exec(`printf '[m]\\npath=${there}\\nread only=no\\nuse chroot=no\\n' >/home/dev/rsyncd.conf`);
    const outcomes = [
      await git(ssh, ['push', '-q', `${DOOR}:${there}/r.git`, 'main'], work),
      await git(ssh, ['clone', '-q', `${DOOR}:${there}/r.git`, 'copy'], here),
      await ssh.exec(`tar -C ${there} -xf -`, [], { input: packed.stdout }),
      await rsync(ssh, ['-a', file, `${DOOR}::m/b.bin`]),
    ];
    expect(outcomes.map(({ status }) => status)).toEqual([0, 0, 0, 0]);
    const find = async () => (await harness.sessions('&kind=exec')).slice(0, 4).reverse();
    await expect.poll(async () => (await find()).map(({ endReason }) => endReason)).not.toContain(null);
    const rows = await find();
    expect(rows.map(({ command }) => command)).toEqual([
      `git-receive-pack '${there}/r.git'`,
      `git-upload-pack '${there}/r.git'`,
      `tar -C ${there} -xf -`,
      'rsync --server --daemon .',
    ]);
    const moved = rows.map(({ bytesIn, bytesOut }, index) => Number(index === 1 ? bytesOut : bytesIn));
    for (const bytes of moved) expect(bytes).toBeGreaterThan(300_000);
    expect(moved[2]).toBe(packed.stdout.length);
    expect(await listed()).toEqual([]);
  });

  it.each(['sftp', 'scp'])('%s: a client that is killed leaves a record that says so', async (program) => {
    const content = randomBytes(40_000_000);
    const file = await local('big.bin', content);
    const args = {
      sftp: ['-q', '-l', '20000', ...doorOptions(ssh), `${DOOR}:${there}/`],
      scp: ['-O', '-q', '-l', '20000', ...doorOptions(ssh), file, `${DOOR}:${there}/big.bin`],
    }[program];
    const child = spawnBound(program, args ?? [], { stdio: ['pipe', 'ignore', 'ignore'] });
    child.stdin?.write(`put ${file} ${there}/big.bin\n`);
    await expect
      .poll(async () => Number((await host.exec(`stat -c %s ${there}/big.bin`)).text), { timeout: 15_000 })
      .toBeGreaterThan(100_000);
    await endProcess(child);
    const [row] = await records(1);
    const passed = sha256(content.subarray(0, row?.size));
    expect(row).toMatchObject({
      direction: 'upload',
      result: 'cut_off',
      sha256: passed,
      digestGap: 'partial',
    });
    expect(row?.size).toBeGreaterThan(100_000);
    expect(row?.size).toBeLessThan(40_000_000);
  });

  it('a file that the asset refuses to open has failed, with its words', async () => {
    const file = await local('a.bin', 'abc');
    await host.exec(`install -d -o root -m 755 ${there}/shut`);
    expect((await sftp(ssh, [`put ${file} ${there}/shut/a.bin`])).status).toBe(1);
    expect((await scp(ssh, [file, `${DOOR}:${there}/shut/b.bin`], { legacy: true })).status).toBe(1);
    const [one, two] = await records(2);
    expect(one).toMatchObject({ result: 'failed', path: `${there}/shut/a.bin`, sha256: null });
    expect(one?.detail).toMatch(/permission denied/i);
    expect(two).toMatchObject({ result: 'failed', path: `${there}/shut/b.bin`, sha256: null });
    expect(two?.detail).toMatch(/permission denied/i);
  });

  it('without upload in the rule: no way to write, remove or rename, and reading goes on', async () => {
    await host.exec(`echo old > ${there}/a; chown dev ${there}/a`);
    const file = await local('new', 'new');
    await allow('connect', 'exec', 'download');
    for (const command of [`put ${file} ${there}/a`, `rm ${there}/a`, `rename ${there}/a ${there}/b`]) {
      expect((await sftp(ssh, [command])).status).toBe(1);
    }
    for (const command of [`mkdir ${there}/d`, `chmod 777 ${there}/a`, `ln -s ${there}/a ${there}/l`]) {
      const { status, stderr } = await sftp(ssh, [command]);
      expect({ command, status }).toEqual({ command, status: 1 });
      expect(stderr).toMatch(/permission denied/i);
    }
    expect((await scp(ssh, [file, `${DOOR}:${there}/a`])).status).toBe(1);
    const legacy = await scp(ssh, [file, `${DOOR}:${there}/a`], { legacy: true });
    expect(legacy.status).toBe(1);
    expect(legacy.stderr).toMatch(/do not allow: upload/);
    expect((await rsync(ssh, ['-a', file, `${DOOR}:${there}/a`])).status).not.toBe(0);
    expect((await host.exec(`ls ${there}; cat ${there}/a`)).text).toBe('a\nold\n');
    expect((await sftp(ssh, [`get ${there}/a ${file}.back`])).status).toBe(0);
    expect(await readFile(`${file}.back`, 'utf8')).toBe('old\n');
    const refused = (await listed()).filter(({ result }) => result === 'refused');
    expect(new Set(refused.map(({ protocol }) => protocol))).toEqual(new Set(['sftp', 'scp', 'rsync']));
    expect(refused.every(({ direction, sha256: sum }) => direction === 'upload' && sum === null)).toBe(true);
  });

  it('without download in the rule: no way to read, and writing goes on, even without exec', async () => {
    await host.exec(`echo secret > ${there}/a; chown dev ${there}/a`);
    const file = await local('new', 'new');
    await allow('upload');
    expect((await sftp(ssh, [`get ${there}/a ${here}/got`])).status).toBe(1);
    expect((await scp(ssh, [`${DOOR}:${there}/a`, `${here}/got`])).status).toBe(1);
    expect((await scp(ssh, [`${DOOR}:${there}/a`, `${here}/got`], { legacy: true })).status).toBe(1);
    expect((await rsync(ssh, ['-a', `${DOOR}:${there}/a`, `${here}/got`])).status).not.toBe(0);
    await expect(stat(`${here}/got`)).rejects.toThrow();
    expect((await ssh.exec(`scp -f ${there}/a`)).stderr).toMatch(/do not allow: download/);
    expect((await ssh.exec(`scp -t ${there}/x; cat ${there}/a`)).stderr).toMatch(/do not allow: exec/);
    expect((await ssh.exec(`rsync --server --log-file=${there}/x -e.x . ${there}`)).stderr).toMatch(
      /do not allow: exec/,
    );
    // rsync takes options behind its paths too: here it would give, or be a daemon that runs what its settings say
    for (const words of [
      `${there}/a --sender`,
      `--daemon --config=${there}/x`,
      `{--daemon,--config=${there}/x}`,
    ]) {
      expect((await ssh.exec(`rsync --server -e.x . ${words}`)).stderr).toMatch(
        /do not allow: (exec|download)/,
      );
    }
    expect((await scp(ssh, [file, `${DOOR}:${there}/b`], { legacy: true })).status).toBe(0);
    expect((await sftp(ssh, [`put ${file} ${there}/c`, `ls ${there}`])).status).toBe(0);
    expect((await host.exec(`cat ${there}/b ${there}/c`)).text).toBe('newnew');
  });

  it('with neither, SFTP is refused with the reason', async () => {
    await allow('connect', 'exec');
    const { status, stderr } = await sftp(ssh, ['ls']);
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/do not allow/);
  });

  it('a right that is taken away ends the session that uses it', async () => {
    const child = spawnBound('sftp', ['-q', ...doorOptions(ssh), DOOR], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    let shown = '';
    child.stdout?.on('data', (chunk: Buffer) => (shown += chunk.toString()));
    child.stdin?.write('pwd\n');
    await expect.poll(() => shown, { timeout: 10_000 }).toContain('/home/dev');
    await allow('connect');
    await expect
      .poll(async () => (await harness.sessions('&kind=sftp'))[0]?.endReason, { timeout: 10_000 })
      .toBe('access_revoked');
    await endProcess(child);
  });

  it('are read by auditors, and by everybody of their own only', async () => {
    const file = await local('mine', 'mine');
    await sftp(ssh, [`put ${file} ${there}/mine`]);
    await records(1);
    const bob = await harness.addPerson(`bob-${randomBytes(3).toString('hex')}`);
    const asBob = await RestClient.login(harness.product.url, bob.username, bob.password);
    const asAlice = await RestClient.login(harness.product.url, way.person.username, way.person.password);
    expect(await asBob.call('GET', '/me/file-transfers', page)).toMatchObject({ total: 0 });
    const own = await asAlice
      .call('GET', `/me/file-transfers?path=${there}&userId=${bob.id}`, page)
      .catch(() => null);
    const mine = own ?? (await asAlice.call('GET', `/me/file-transfers?path=${there}`, page));
    expect(mine.items.map(({ username, path }) => [username, path])).toEqual([['alice', `${there}/mine`]]);
    await expect(asAlice.do('GET', '/file-transfers')).rejects.toMatchObject({ status: 403 });
    const filtered = (query: string) =>
      harness.admin.call('GET', `/file-transfers?path=${there}&${query}`, page);
    expect(await filtered('direction=upload&result=complete&protocol=sftp')).toMatchObject({ total: 1 });
    expect(await filtered('direction=download')).toMatchObject({ total: 0 });
    expect(await filtered(`assetId=${way.assetId}&systemUserId=${way.systemUserId}`)).toMatchObject({
      total: 1,
    });
    expect(await filtered(`userId=${bob.id}`)).toMatchObject({ total: 0 });
    expect(await filtered('to=2020-01-01T00:00:00Z')).toMatchObject({ total: 0 });
    await expect(harness.admin.do('GET', '/file-transfers?direction=sideways')).rejects.toMatchObject({
      status: 422,
    });
  });
});
