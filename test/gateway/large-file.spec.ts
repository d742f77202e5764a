import { open, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { requires, type Host } from '../hosts/index.js';
import { sftp } from './file-clients.js';
import { Harness, type Way } from './harness.js';

/** Beyond what a signed 32-bit number counts. */
const SIZE = 2 ** 31 + 1;
const transfers = z.object({
  items: z.array(z.looseObject({ size: z.number(), sha256: z.string().nullable(), result: z.string() })),
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
    host = await harness.startHost({ name: 'web-01', accounts });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
  });

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
    const records = async () =>
      (await harness.admin.call('GET', '/file-transfers?sort=startedAt', transfers)).items;
    const whole = { size: SIZE, result: 'complete', sha256: digest.text.slice(0, 64) };
    await expect
      .poll(records, { timeout: 10_000 })
      .toMatchObject([{ direction: 'download', protocol: 'sftp', ...whole }]);
  });
});
