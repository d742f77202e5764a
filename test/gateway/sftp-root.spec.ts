import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import ssh2 from 'ssh2';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { requires, type Host, type Outcome } from '../hosts/index.js';
import { DOOR, scp, sftp } from './file-clients.js';
import { Harness, type Way } from './harness.js';

const page = z.object({
  items: z.array(
    z.looseObject({
      assetName: z.string(),
      direction: z.string(),
      path: z.string(),
      sha256: z.string().nullable(),
      result: z.string(),
    }),
  ),
});

requires('hosts', 'ssh').describe('the SFTP root', () => {
  let harness: Harness;
  let host: Host;
  let second: Host;
  let way: Way;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const accounts = [{ username: 'dev', publicKey: systemKey.public }];
    host = await harness.startHost({ name: 'web-01', accounts });
    second = await harness.startHost({ name: 'web-02', accounts });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    for (const name of ['数据库 主机', 'a%b']) {
      const assetId = await harness.addAsset(name, second);
      await harness.recordPush(way.systemUserId, [assetId]);
      await harness.addRule([way.person.id], [assetId], [way.systemUserId]);
    }
    await harness.addAsset('secret-01', second);
  });

  async function commands(...lines: string[]): Promise<Outcome> {
    return sftp(await harness.ssh(way.person), lines);
  }

  it('lists what the user may reach, and as whom, and connects to nothing for it', async () => {
    const before = await harness.sessions();
    const { status, text } = await commands('ls -1 /', 'ls -1 /web-01', 'cd /web-01', 'pwd', 'cd ..', 'pwd');
    expect(status).toBe(0);
    const shown = text.split('\n').filter((line) => line !== '' && !line.startsWith('sftp>'));
    expect(
      shown
        .slice(0, 3)
        .map((line) => line.replace(/^\//, ''))
        .sort(),
    ).toEqual(['a%25b', 'web-01', '数据库 主机']);
    expect(text).toContain('/web-01/dev');
    expect(text).toContain('Remote working directory: /web-01');
    expect(text).toMatch(/Remote working directory: \/\n/);
    expect(text).not.toContain('secret');
    expect(await harness.sessions()).toHaveLength(before.length);
  });

  it('moves files to and from assets, each with its record and a session of its own', async () => {
    const content = randomBytes(700_001);
    const digest = createHash('sha256').update(content).digest('hex');
    const file = join(harness.keys.folder, 'a.bin');
    await writeFile(file, content);
    const { status, stderr } = await commands(
      `put -p ${file} /web-01/dev/home/dev/a.bin`,
      `put ${file} "/数据库 主机/dev/home/dev/b.bin"`,
      `get /web-01/dev/home/dev/a.bin ${file}.back`,
      'ls -l /a%25b/dev/home/dev',
      'mkdir /web-01/dev/home/dev/d',
      'rename /web-01/dev/home/dev/a.bin /web-01/dev/home/dev/d/c.bin',
      'symlink c.bin /web-01/dev/home/dev/d/link',
      'symlink /web-01/dev/home/dev/d/c.bin /web-01/dev/home/dev/d/absolute',
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect((await readFile(`${file}.back`)).equals(content)).toBe(true);
    expect((await host.exec('sha256sum < /home/dev/d/link')).text).toContain(digest);
    expect((await host.exec('readlink /home/dev/d/absolute')).text).toBe('/home/dev/d/c.bin\n');
    expect((await second.exec('sha256sum < /home/dev/b.bin')).text).toContain(digest);
    const list = async () =>
      (await harness.admin.call('GET', '/file-transfers?sort=startedAt', page)).items.filter(
        ({ direction }) => direction !== 'change',
      );
    await expect.poll(async () => (await list()).length, { timeout: 10_000 }).toBe(3);
    expect((await list()).map((row) => [row.assetName, row.path, row.sha256 === digest])).toEqual([
      ['web-01', '/home/dev/a.bin', true],
      ['数据库 主机', '/home/dev/b.bin', true],
      ['web-01', '/home/dev/a.bin', true],
    ]);
    const ended = async () =>
      (await harness.sessions('&kind=sftp')).map(({ assetName, endReason }) => [assetName, endReason]);
    await expect
      .poll(async () => (await ended()).sort(), { timeout: 10_000 })
      .toEqual(['a%b', 'web-01', '数据库 主机'].map((name) => [name, 'client_disconnected']).sort());
  });

  it('works with scp, which speaks SFTP', async () => {
    const file = join(harness.keys.folder, 'scp.txt');
    await writeFile(file, 'by scp');
    const ssh = await harness.ssh(way.person);
    expect((await scp(ssh, [file, `${DOOR}:/web-01/dev/home/dev/`])).status).toBe(0);
    expect((await host.exec('cat /home/dev/scp.txt')).text).toBe('by scp');
  });

  it.each([
    ...[
      'get /etc/passwd',
      'get /../../etc/passwd',
      'get /web-01/../../etc/passwd',
      'get /web-01/dev/../../../etc/passwd',
    ],
    ...[
      'ls /secret-01',
      'get /secret-01/dev/etc/hostname',
      'get /web-01/root/etc/hostname',
      'get /WEB-01%00/dev/x',
    ],
    ...[
      'mkdir /new',
      'mkdir /web-01/new',
      'rm /web-01/dev',
      'rmdir /web-01',
      'rename /web-01 /web-02',
      'chmod 777 /',
    ],
    ...[
      'rename /web-01/dev/etc/hostname /a%25b/dev/tmp/x',
      'symlink /etc/passwd /web-01/dev/tmp/gw',
      'put /etc/hostname /x',
    ],
  ])('%s leads nowhere', async (line) => {
    const { status, text } = await sftp(await harness.ssh(way.person), [
      `${line} ${line.startsWith('get') ? '/tmp/w-never' : ''}`,
    ]);
    expect(status).toBe(1);
    expect(text).not.toContain('root:x');
  });

  it('above the asset’s own folders nothing is made, changed or removed: permission is denied, and nobody connects', async () => {
    const before = (await harness.sessions()).length;
    const denied = [
      ...['rmdir /web-01/dev', 'rmdir /web-01', 'rmdir /', 'rm /web-01'],
      ...[
        'mkdir /new',
        'mkdir /100%',
        'mkdir /web-01',
        'mkdir /web-01/new',
        'mkdir /web-01/dev',
        'mkdir /secret-01',
      ],
      ...['put /etc/hostname /x', 'put /etc/hostname /web-01/x'],
      ...['rename /web-01 /web-02', 'rename /web-01/dev /web-01/ops', 'rename /web-01/dev/tmp/x /web-01/dev'],
      ...['chmod 755 /', 'chmod 755 /web-01'],
      ...[
        'symlink x /link',
        'symlink x /web-01/link',
        'symlink /web-01/dev/etc /web-01/dev',
        'symlink /web-01 /web-02',
      ],
    ];
    const missing = [
      'mkdir /web-99/new',
      'rmdir /secret-01',
      'rmdir /web-01/root',
      'put /etc/hostname /secret-01/x',
    ];
    const { text, stderr } = await commands(...[...denied, ...missing].map((line) => `-${line}`));
    // its own words for the codes (draft-ietf-secsh-filexfer-02, section 7)
    const codes = stderr.match(
      /(?<=: )(?:Permission denied|No such file or directory|Failure|Operation.*)$/gm,
    );
    const expected = [
      ...denied.map(() => 'Permission denied'),
      ...missing.map(() => 'No such file or directory'),
    ];
    expect(codes, `${text}\n${stderr}`).toEqual(expected);
    expect(await harness.sessions()).toHaveLength(before);
  });

  it('the asset’s own root has the attributes and the rights that it has there', async () => {
    const { stderr } = await commands('-chmod 755 /web-01/dev', '-mkdir /web-01/dev/new', '-rm /web-01/dev');
    expect(stderr.match(/Permission denied$/gm)).toHaveLength(3);
  });

  describe('over more assets than may be connected at once', () => {
    const names = Array.from({ length: 20 }, (_, index) => `many-${String(index).padStart(2, '0')}`);

    beforeAll(async () => {
      const ids = await Promise.all(names.map((name) => harness.addAsset(name, host)));
      await harness.recordPush(way.systemUserId, ids);
      await harness.addRule([way.person.id], ids, [way.systemUserId]);
    });

    it('walks over all of them in one connection, there and back, with one session at a time for each', async () => {
      const file = join(harness.keys.folder, 'many.txt');
      await writeFile(file, 'for many');
      const puts = names.map((name) => `put ${file} /${name}/dev/home/dev/${name}.txt`);
      const gets = [...names]
        .reverse()
        .map((name) => `get /${name}/dev/home/dev/${name}.txt ${file}.${name}`);
      const { status, stderr } = await commands(...puts, ...gets);
      expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
      const back = await Promise.all(names.map((name) => readFile(`${file}.${name}`, 'utf8')));
      expect(new Set(back)).toEqual(new Set(['for many']));
      const ends = async () =>
        (await harness.sessions('&kind=sftp'))
          .filter(({ assetName }) => names.includes(String(assetName)))
          .map(({ endReason }) => endReason);
      // four assets came twice: their sessions had gone for the last ones
      await expect
        .poll(ends, { timeout: 10_000 })
        .toEqual(Array.from({ length: 24 }, () => 'client_disconnected'));
    });

    it('keeps what is open, and says when nothing can be closed for one more', async () => {
      const client = new ssh2.Client();
      const { person } = way;
      const { address, sshPort } = harness.product;
      const ready = once(client, 'ready');
      client.connect({ host: address, port: sshPort, username: 'alice', privateKey: person.key.private });
      await ready;
      try {
        const sftp = await promisify(client.sftp.bind(client))();
        const open = (name: string | undefined): Promise<Buffer> =>
          new Promise((resolve, reject) => {
            sftp.open(`/${name}/dev/etc/hostname`, 'r', (error, handle) => {
              if (error) reject(error);
              else resolve(handle);
            });
          });
        const read = (handle: Buffer): Promise<string> =>
          new Promise((resolve, reject) => {
            sftp.read(handle, Buffer.alloc(100), 0, 100, 0, (error, _, bytes) => {
              if (error) reject(error);
              else resolve(bytes.toString());
            });
          });
        const handles: Buffer[] = [];
        for (const name of names.slice(0, 16)) handles.push(await open(name));
        await expect(open(names[16])).rejects.toThrow('Files are open on 16 assets');
        await expect(open('secret-01')).rejects.toThrow('No such asset');
        const [first = Buffer.alloc(0), second = Buffer.alloc(0)] = handles;
        await new Promise((resolve) => {
          sftp.close(second, resolve);
        });
        expect(await read(await open(names[16]))).toMatch(/\S\n$/);
        expect(await read(first)).toMatch(/\S\n$/);
        await expect(read(second)).rejects.toThrow('The connection to this asset has ended');
      } finally {
        client.end();
      }
    });
  });

  it('a rule that goes takes the asset away, and the others stay', async () => {
    await harness.change(`/authorization-rules/${way.ruleId}`, { active: false });
    const { status } = await commands('ls /web-01/dev/home');
    const other = await commands('ls "/数据库 主机/dev/home"');
    await harness.change(`/authorization-rules/${way.ruleId}`, { active: true });
    expect(status).toBe(1);
    expect(other.status).toBe(0);
  });
});
