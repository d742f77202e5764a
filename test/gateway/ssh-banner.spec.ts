import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { requires, run } from '../hosts/index.js';
import { doorOptions, DOOR, jumpThrough } from './file-clients.js';
import { Harness, type Way } from './harness.js';

const operations = z.object({
  items: z.array(z.looseObject({ subjectName: z.string(), before: z.unknown(), after: z.unknown() })),
});

const TEXT =
  '  Authorized use only.\n\t未经授权禁止登录，所有会话都会被录像。\n100 % of what you type is recorded';

requires('hosts', 'ssh').describe('the banner of the SSH login', () => {
  let harness: Harness;
  let way: Way;

  beforeAll(async () => {
    harness = await Harness.start({ gateways: 2 });
    return () => harness.stop();
  }, 120_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const accounts = [{ username: 'dev', publicKey: systemKey.public }];
    const host = await harness.startHost({ name: 'web-01', accounts });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
  });

  const put = (banner: string) => harness.admin.do('PUT', '/settings/ssh-banner', { banner });
  /** What several logins are shown: the kernel spreads them over the gateways. */
  async function shown(): Promise<string[]> {
    const ssh = await harness.ssh(way.person, 'alice@dev@web-01');
    const env = { ...process.env, LC_ALL: 'C.UTF-8' };
    const logins = Array.from({ length: 8 }, () => ssh.exec('true', [], { env }));
    return [...new Set((await Promise.all(logins)).map(({ stderr }) => stderr))];
  }

  it('is none until one is written', async () => {
    expect(await shown()).toEqual(['']);
  });

  it('is shown by ssh on every gateway from the next connection on, and goes again', async () => {
    await put(`${TEXT}\r\n\r\n`);
    const onScreen = `${TEXT.replaceAll('\n', '\r\n')}\r\n`;
    await expect.poll(shown, { timeout: 5_000 }).toEqual([onScreen]);
    await harness.product.startGateway();
    await expect.poll(shown).toEqual([onScreen]);
    const { items } = await harness.admin.call('GET', '/operations?sort=-at', operations);
    expect(items.find(({ subjectName }) => subjectName === 'ssh-banner')).toMatchObject({
      before: { banner: '' },
      after: { banner: TEXT },
    });
    await put('');
    await expect.poll(shown, { timeout: 5_000 }).toEqual(['']);
  });

  it('comes before the login, also where nobody may log in, and once on the way through a ProxyJump', async () => {
    await put('Only with permission.');
    await expect.poll(shown, { timeout: 5_000 }).toEqual(['Only with permission.\r\n']);
    const outer = await harness.ssh(way.person);
    const stranger = await outer.as({ login: 'nobody-at-all' }).exec('true');
    expect(stranger.status).toBe(255);
    expect(stranger.stderr).toMatch(/^Only with permission\.\r\n.*Permission denied/s);
    const options = [...doorOptions(outer), '-o', `ProxyCommand=${jumpThrough(outer)}`];
    const inside = ['User=dev', 'HostName=web-01', 'Port=22'].flatMap((each) => ['-o', each]);
    const inner = await run('ssh', [...inside, ...options, DOOR, 'hostname']);
    expect(inner.text).toBe('web-01\n');
    expect(inner.stderr.split('Only with permission.')).toHaveLength(2);
  });

  it.each([
    ['an escape sequence', 'a\u001b[2Jb', 'control_characters'],
    ['a C1 control', 'a\u009bb', 'control_characters'],
    ['a direction override', 'a\u202eb', 'control_characters'],
    ['NUL', 'a\0b', 'control_characters'],
    ['more than 2000 characters', 'x'.repeat(2001), 'too_long'],
  ])('%s is refused at its field', async (_, banner, code) => {
    await expect(put(banner)).rejects.toThrow(`"field":"banner","code":"${code}"`);
  });
});
