import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { requires, run, type Host } from '../hosts/index.js';
import { sftp } from './file-clients.js';
import { Harness, type Way } from './harness.js';
import { RestClient } from './rest.js';
import type { SshClient } from './ssh.js';

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
