import { open, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { requires, run, type Host } from '../hosts/index.js';
import { DOOR, scp, sftp } from './file-clients.js';
import { Harness, type Way } from './harness.js';

/** Beyond what a signed 32-bit number counts. */
const SIZE = 2 ** 31 + 1;
const transfers = z.object({
  items: z.array(
    z.looseObject({
      direction: z.string(),
      size: z.number(),
      sha256: z.string().nullable(),
      result: z.string(),
    }),
  ),
});

requires('hosts', 'ssh').describe('a file of more than 2 GiB', () => {
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
    // a host's own file system holds less
    const setup =
      'install -d -o dev /home/dev/room && mount -t tmpfs -o size=3g,uid=$(id -u dev) tmpfs /home/dev/room';
    host = await harness.startHost({ name: 'web-01', accounts, setup });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
  });

  /** Records of files on this path, in the order in which they began. */
  async function records(path: string) {
    const query = `/file-transfers?sort=startedAt&path=${encodeURIComponent(path)}`;
    const { items } = await harness.admin.call('GET', query, transfers);
    return items.filter(({ direction }) => direction !== 'change');
  }

  it('comes whole by sftp, and its record has its size and digest', { timeout: 120_000 }, async () => {
    // with holes, so that it takes no room there
    await host.exec(`cd /home/dev && truncate -s ${SIZE - 4} big && printf 'last' >>big`);
    const ssh = await harness.ssh(way.person, 'alice@dev@web-01');
    const file = join(harness.keys.folder, 'big');
    const [got, digest] = await Promise.all([
      sftp(ssh, [`get big ${file}`], { timeout: 100_000 }),
      host.exec('sha256sum </home/dev/big', { timeout: 100_000 }),
    ]);
    expect({ status: got.status, stderr: got.stderr }).toEqual({ status: 0, stderr: '' });
    expect((await stat(file)).size).toBe(SIZE);
    const here = await open(file);
    const { buffer } = await here.read(Buffer.alloc(5), 0, 5, SIZE - 5);
    await here.close();
    expect(buffer.toString()).toBe('\0last');
    const whole = { size: SIZE, result: 'complete', sha256: digest.text.slice(0, 64) };
    await expect
      .poll(() => records('big'), { timeout: 10_000 })
      .toMatchObject([{ direction: 'download', protocol: 'sftp', ...whole }]);
  });

  it(
    'goes up by scp and comes down by scp -O, whole, with the same digest in both records',
    { timeout: 240_000 },
    async () => {
      const ssh = await harness.ssh(way.person, 'alice@dev@web-01');
      const file = join(harness.keys.folder, 'up');
      await writeFile(file, 'first');
      await truncate(file, SIZE - 4);
      await writeFile(file, 'last', { flag: 'a' });
      const there = `${DOOR}:/home/dev/room/up`;
      const up = await scp(ssh, [file, there], { timeout: 110_000 });
      expect({ status: up.status, stderr: up.stderr }).toEqual({ status: 0, stderr: '' });
      const back = `${file}.back`;
      const [down, digest] = await Promise.all([
        scp(ssh, [there, back], { legacy: true, timeout: 110_000 }),
        host.exec('stat -c %s /home/dev/room/up; sha256sum </home/dev/room/up', { timeout: 110_000 }),
      ]);
      expect({ status: down.status, stderr: down.stderr }).toEqual({ status: 0, stderr: '' });
      const [size, sha256] = digest.text.split(/\s/);
      expect(size).toBe(String(SIZE));
      expect((await run('sha256sum', [file, back], { timeout: 60_000 })).text.match(/[0-9a-f]{64}/g)).toEqual(
        [sha256, sha256],
      );
      await Promise.all([rm(file), rm(back), host.exec('rm /home/dev/room/up')]);
      const whole = { path: '/home/dev/room/up', size: SIZE, result: 'complete', sha256 };
      await expect
        .poll(() => records('/home/dev/room'), { timeout: 10_000 })
        .toMatchObject([
          { direction: 'upload', protocol: 'sftp', ...whole },
          { direction: 'download', protocol: 'scp', ...whole },
        ]);
    },
  );
});
