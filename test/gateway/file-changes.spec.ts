import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { PYTHON, requires, run, type Host } from '../hosts/index.js';
import { sftp } from './file-clients.js';
import { Harness, type Way } from './harness.js';
import { RestClient } from './rest.js';
import type { SshClient } from './ssh.js';

/** Requests as no ordinary client makes them, each to a file of its own in the folder that is given. */
const TRICKS = `
import sys, paramiko
from paramiko.sftp import CMD_OPEN, CMD_HANDLE, CMD_WRITE, CMD_READ, CMD_CLOSE, CMD_FSETSTAT, CMD_SETSTAT
address, port, login, key, there = sys.argv[1:6]
client = paramiko.SSHClient()
client.set_missing_host_key_policy(paramiko.AutoAddPolicy())
client.connect(address, int(port), login, key_filename=key, look_for_keys=False, allow_agent=False, timeout=10)
files = client.open_sftp()
# a number of 64 bits goes by other names in other versions
int64 = getattr(paramiko.sftp_client, 'int64', None) or paramiko.sftp_client.long
READ, WRITE, APPEND, CREAT, TRUNC, EXCL = 1, 2, 4, 8, 16, 32
PUT = WRITE | CREAT | TRUNC
def path(name):
    return f'{there}/{name}'
def opened(name, flags):
    kind, answer = files._request(CMD_OPEN, path(name).encode(), flags, paramiko.SFTPAttributes())
    assert kind == CMD_HANDLE
    return answer.get_binary()
def write(handle, at, data):
    files._request(CMD_WRITE, handle, int64(at), data)
def read(handle, at, length):
    files._request(CMD_READ, handle, int64(at), length)
def close(handle):
    files._request(CMD_CLOSE, handle)
def size(bytes):
    attributes = paramiko.SFTPAttributes()
    attributes._flags, attributes.st_size = 1, bytes
    return attributes
def put(name, *pieces, flags=PUT):
    handle = opened(name, flags)
    for at, data in pieces:
        write(handle, at, data)
    return handle
def get(name, *pieces):
    handle = opened(name, READ)
    for at, length in pieces:
        read(handle, at, length)
    close(handle)

one, two = opened('two-handles', PUT), opened('two-handles', PUT)
write(one, 0, b'payload of the first')
write(two, 0, b'harmless')
close(one)
close(two)
one, two = opened('two-names', PUT), opened('./two-names', WRITE)
write(one, 0, b'payload')
close(one)
close(two)
close(put('exclusive', (0, b'x'), flags=WRITE | EXCL))
close(put('new', (0, b'new'), flags=WRITE | CREAT | EXCL))
one = put('cut-by-path', (0, b'harmless and more'))
files._request(CMD_SETSTAT, path('cut-by-path').encode(), size(8))
close(one)
one = put('cut', (0, b'harmless and more'))
files._request(CMD_FSETSTAT, one, size(8))
close(one)
one = put('cut-to-what-was-written', (0, b'short'), flags=WRITE | CREAT)
files._request(CMD_FSETSTAT, one, size(5))
close(one)
close(put('appended', (0, b'more'), flags=WRITE | CREAT | APPEND))
close(put('backwards', (4, b'last'), (0, b'frst')))
close(put('overlapping', (0, b'payload'), (3, b'xx')))
close(put('beside', (0, b'content')))
files.posix_rename(path('beside'), path('exclusive'))
one = opened('before', PUT)
files.rename(path('before'), path('after'))
write(one, 0, b'content')
close(one)
target = path('big')
files.symlink(target, path('link'))
files.lstat(path('link'))
get('link', (0, len(target)))
files.stat(path('holes'))
get('holes', (0, 100), (900, 100))
files.stat(path('again'))
get('again', (0, 500), (0, 500))
files.stat(path('halves'))
get('halves', (500, 500), (0, 500))
one = opened('grown', WRITE)
files.stat(path('grown'))
write(one, 1000, b'y' * 1000)
get('grown', (0, 1000))
close(one)
client.close()
`;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

const page = z.object({
  total: z.number(),
  items: z.array(
    z.looseObject({
      sessionId: z.string().nullable(),
      direction: z.string(),
      change: z.string().nullable(),
      path: z.string(),
      target: z.string().nullable(),
      result: z.string(),
      detail: z.string().nullable(),
      sha256: z.string().nullable(),
      digestGap: z.string().nullable(),
    }),
  ),
});
type Row = z.infer<typeof page>['items'][number];

requires('hosts', 'ssh').describe('records of changes of files', () => {
  let harness: Harness;
  let host: Host;
  let way: Way;
  let ssh: SshClient;
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
    there = `/home/dev/${randomBytes(4).toString('hex')}`;
    await host.exec(`install -d -o dev -g dev ${there}; echo a > ${there}/a; chown dev ${there}/a`);
  });

  async function listed(filter = ''): Promise<Row[]> {
    const query = `sort=startedAt&pageSize=200&path=${encodeURIComponent(there)}${filter}`;
    return (await harness.admin.call('GET', `/file-transfers?${query}`, page)).items;
  }

  /** Records under this test's folder once there are so many, in the order in which they began. */
  async function changes(count: number): Promise<Row[]> {
    await expect.poll(() => listed('&direction=change'), { timeout: 15_000 }).toHaveLength(count);
    return listed('&direction=change');
  }

  function shortly(rows: readonly Row[]): (string | null)[][] {
    return rows.map(({ change, path, target, result }) => [
      change,
      path.replace(there, ''),
      target?.replace(there, '') ?? null,
      result,
    ]);
  }

  it('sftp: each is a record with who, where, what and how it ended', async () => {
    const commands = [
      ...[`mkdir ${there}/d`, `rename ${there}/a ${there}/d/b`, `symlink b ${there}/d/l`],
      ...[`ln ${there}/d/b ${there}/d/hard`, `chmod 640 ${there}/d/b`, `rm ${there}/d/l`],
      ...[`-rmdir ${there}/d`, `rm ${there}/d/*`, `rmdir ${there}/d`, `-rm /etc/hostname`],
    ];
    const { status, stderr } = await sftp(ssh, commands);
    expect({ status, stderr }).toMatchObject({ status: 0 });
    const rows = await changes(10);
    expect(shortly(rows)).toEqual([
      ['mkdir', '/d', null, 'complete'],
      ['rename', '/a', '/d/b', 'complete'],
      ['symlink', '/d/l', 'b', 'complete'],
      ['hardlink', '/d/hard', '/d/b', 'complete'],
      ['setstat', '/d/b', 'mode 0640', 'complete'],
      ['remove', '/d/l', null, 'complete'],
      ['rmdir', '/d', null, 'failed'],
      ['remove', '/d/b', null, 'complete'],
      ['remove', '/d/hard', null, 'complete'],
      ['rmdir', '/d', null, 'complete'],
    ]);
    const common = { username: 'alice', assetName: 'web-01', systemUsername: 'dev', protocol: 'sftp' };
    const nothing = { size: 0, sha256: null, digestGap: null, name: null, command: null };
    for (const row of rows) expect(row).toMatchObject({ ...common, ...nothing });
    expect(new Set(rows.map(({ sessionId }) => sessionId)).size).toBe(1);
    expect(rows[6]?.detail).toMatch(/failure/i);
    expect(shortly(await listed('&change=rename'))).toEqual([['rename', '/a', '/d/b', 'complete']]);
    const denied = await harness.admin.call('GET', '/file-transfers?path=/etc/hostname', page);
    expect(denied.items).toMatchObject([{ change: 'remove', result: 'failed' }]);
    expect(denied.items[0]?.detail).toMatch(/permission denied/i);
  });

  it('times and permissions of a file that is put with them are a record beside that of the file', async () => {
    const file = join(harness.keys.folder, 'kept');
    await writeFile(file, 'kept', { mode: 0o600 });
    expect((await sftp(ssh, [`put -p ${file} ${there}/kept`])).status).toBe(0);
    const [row] = await changes(1);
    expect(row).toMatchObject({ change: 'setstat', path: `${there}/kept`, result: 'complete' });
    expect(row?.target).toMatch(/^mode 0600, time 20\d\d-\d\d-\d\dT[\d:.]+Z$/);
    expect((await listed('&direction=upload')).map(({ path }) => path)).toEqual([`${there}/kept`]);
  });

  it('through the SFTP root, ProxyJump and the web they are the same', async () => {
    const root = await harness.ssh(way.person);
    expect((await sftp(root, [`rename /web-01/dev${there}/a /web-01/dev${there}/b`])).status).toBe(0);
    await changes(1);
    const known = join(harness.keys.folder, 'known-changes');
    await writeFile(known, harness.hostKeys.map((key) => `gatehouse ${key}\n`).join(''));
    const { address, sshPort } = harness.product;
    const config = join(harness.keys.folder, 'config-changes');
    const gateway = `Host gateway\nHostName ${address}\nPort ${sshPort}\nUser alice\n`;
    const options = `HostKeyAlias gatehouse\nUserKnownHostsFile ${known}\nIdentitiesOnly yes\nIdentityAgent none\n`;
    await writeFile(config, `${gateway}Host *\n${options}IdentityFile ${way.person.key.file}\n`);
    const jumped = await run('sftp', ['-F', config, '-J', 'gateway', '-b', '-', 'dev@web-01'], {
      input: `chmod 600 ${there}/b\n`,
    });
    expect({ status: jumped.status, stderr: jumped.stderr }).toMatchObject({ status: 0 });
    await changes(2);
    const own = await RestClient.login(harness.product.url, way.person.username, way.person.password);
    const { assetId, systemUserId } = way;
    await own.do('POST', '/me/files/remove', { assetId, systemUserId, path: `${there}/b` });
    const rows = await changes(3);
    expect(shortly(rows)).toEqual([
      ['rename', '/a', '/b', 'complete'],
      ['setstat', '/b', 'mode 0600', 'complete'],
      ['remove', '/b', null, 'complete'],
    ]);
    expect(rows.map((row) => row['protocol'])).toEqual(['sftp', 'sftp', 'web']);
    const mine = await own.call('GET', `/me/file-transfers?change=remove&path=${there}`, page);
    expect(mine.total).toBe(1);
  });

  requires('paramiko').describe('of a client that plays tricks', () => {
    it('a digest stands only where the bytes are the file: written alone, in order, from an empty one, read whole', async () => {
      const old = [
        'exclusive',
        'appended',
        'cut-to-what-was-written',
        'big',
        'holes',
        'again',
        'halves',
        'grown',
      ];
      await host.exec(
        `cd ${there} && for name in ${old.join(' ')}; do head -c 1000 /dev/zero >$name; chown dev $name; done`,
      );
      const { address, sshPort } = harness.product;
      const args = ['-c', TRICKS, address, String(sshPort), 'alice@dev@web-01', way.person.key.file, there];
      expect(await run(PYTHON, args)).toMatchObject({ stderr: '', status: 0 });
      await changes(6);
      const count = (direction: string) => async () => (await listed(`&direction=${direction}`)).length;
      await expect.poll(count('upload'), { timeout: 15_000 }).toBe(15);
      await expect.poll(count('download'), { timeout: 15_000 }).toBe(5);
      // those that begin in one millisecond have no order
      const said = (rows: readonly Row[]) =>
        rows
          .map(({ path, result, digestGap, sha256: sum }) => {
            return [path.replace(`${there}/`, ''), result, digestGap ?? sum].join(' ');
          })
          .sort();
      expect(said(await listed('&direction=upload'))).toEqual([
        './two-names complete partial',
        'appended complete partial',
        'backwards complete out_of_order',
        `before complete ${sha256('content')}`,
        `beside complete ${sha256('content')}`,
        'cut complete partial',
        'cut-by-path complete partial',
        `cut-to-what-was-written complete ${sha256('short')}`,
        'exclusive complete partial',
        'grown complete out_of_order',
        `new complete ${sha256('new')}`,
        'overlapping complete out_of_order',
        'two-handles complete partial',
        'two-handles complete partial',
        'two-names complete partial',
      ]);
      expect(said(await listed('&direction=download'))).toEqual([
        'again cut_off out_of_order',
        'grown cut_off partial',
        'halves complete out_of_order',
        'holes cut_off out_of_order',
        'link cut_off partial',
      ]);
    });
  });

  it('what the rules do not allow is recorded as refused, and did not happen', async () => {
    await harness.change(`/authorization-rules/${way.ruleId}`, { actions: ['connect', 'download'] });
    const commands = [
      ...[`-rm ${there}/a`, `-rename ${there}/a ${there}/b`, `-mkdir ${there}/d`, `-chmod 777 ${there}/a`],
      ...[`-ln -s a ${there}/l`, `-ln ${there}/a ${there}/h`],
    ];
    expect((await sftp(ssh, commands)).status).toBe(0);
    expect(shortly(await changes(6))).toEqual([
      ['remove', '/a', null, 'refused'],
      ['rename', '/a', '/b', 'refused'],
      ['mkdir', '/d', null, 'refused'],
      ['setstat', '/a', 'mode 0777', 'refused'],
      ['symlink', '/l', 'a', 'refused'],
      ['hardlink', '/h', '/a', 'refused'],
    ]);
    expect((await host.exec(`stat -c '%a %n' ${there}/*`)).text).toBe(`644 ${there}/a\n`);
  });
});
