import { io } from 'socket.io-client';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { SOCKET_PATH, TERMINAL_NAMESPACE, type TerminalReply } from '#libs/contracts';
import { requires, type Host, type Outcome } from '../hosts/index.js';
import { BatchHand } from './batch-desk.js';
import { cookieOf } from './enrolled.js';
import { jumpThrough, sftp } from './file-clients.js';
import { Harness, type Person, type Way } from './harness.js';
import { RestClient } from './rest.js';
import { SshClient } from './ssh.js';
import type { Terminal } from './terminal.js';

const named = z.object({ items: z.array(z.object({ name: z.string() })) });

requires('hosts', 'ssh', 'terminal').describe('an asset that is made inactive', () => {
  let harness: Harness;
  let way: Way;
  let own: RestClient;
  let menu: Terminal;
  let host: Host;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 120_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const accounts = [{ username: 'dev', publicKey: systemKey.public }];
    host = await harness.startHost({ name: 'web-01', accounts });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    own = await RestClient.login(harness.product.url, 'alice', way.person.password);
    menu = (await harness.ssh(way.person)).terminal();
    await menu.waitFor('Gatehouse> ');
    menu.line('p');
    await menu.waitFor(/1 +web-01/);
    expect((await direct()).text).toBe('dev\n');
    expect((await jump(way.person, 'web-01')).text).toBe('dev\n');
    expect(await webTerminal()).toMatchObject({ ok: true });
    await harness.change(`/assets/${way.assetId}`, { active: false });
    return () => menu.close();
  }, 120_000);

  const direct = async (...options: string[]) =>
    (await harness.ssh(way.person, 'alice@dev@web-01')).exec('id -un', options);

  /** `ssh -J alice@gateway dev@asset`. */
  async function jump(person: Person, asset: string): Promise<Outcome> {
    const proxy = jumpThrough(await harness.ssh(person));
    const door = {
      address: asset,
      port: 22,
      login: 'dev',
      hostKeys: harness.hostKeys,
      key: person.key,
      proxy,
    };
    return (await SshClient.at(door, harness.keys)).exec('id -un');
  }

  async function webTerminal(): Promise<TerminalReply> {
    const extraHeaders = { cookie: await cookieOf(harness, way.person), origin: harness.product.url };
    const options = { path: SOCKET_PATH, transports: ['websocket'], forceNew: true, extraHeaders };
    const socket = io(`${harness.product.url}${TERMINAL_NAMESPACE}`, options);
    const { assetId, systemUserId } = way;
    const target = { assetId, systemUserId, columns: 80, rows: 24 };
    try {
      return await new Promise((resolve, reject) => {
        socket.on('connect_error', reject);
        socket.emit('open', target, resolve);
      });
    } finally {
      socket.disconnect();
    }
  }

  it('is offered to nobody', async () => {
    expect((await own.call('GET', '/me/assets', named)).items).toEqual([]);
    const { status, text } = await sftp(await harness.ssh(way.person), ['ls -1 /']);
    expect(status).toBe(0);
    expect(text).not.toContain('web-01');
  });

  it('refuses a row of the menu that was shown before, and the menu lists it no longer', async () => {
    menu.line('1');
    await menu.waitFor(/web-01 is inactive/);
    await menu.waitFor('Gatehouse> ');
    menu.line('web-01');
    await menu.waitFor(/web-01[^]+Gatehouse> /);
    expect(menu.shown).not.toContain('$ ');
  });

  it('refuses the direct login, and a way through it', async () => {
    const refused = await direct();
    expect(refused.status).not.toBe(0);
    expect(refused.stderr).toContain('web-01 is inactive');
    const through = await (
      await harness.ssh(way.person, 'alice@dev@web-01')
    ).exec(undefined, ['-W', '127.0.0.1:22']);
    expect(through.status).not.toBe(0);
    expect(through.text).not.toContain('SSH-2.0');
  });

  it('refuses ProxyJump with the reason, by name and by address; to others it is as unknown as any', async () => {
    for (const asset of ['web-01', 'WEB-01', host.address]) {
      const { status, text, stderr } = await jump(way.person, asset);
      expect([status, text]).toEqual([255, '']);
      expect(stderr).toContain('web-01 is inactive; nobody can connect to it.');
    }
    const bob = await harness.addPerson('bob');
    const { status, stderr } = await jump(bob, 'web-01');
    expect(status).toBe(255);
    expect(stderr).toMatch(/none of your assets/i);
    expect(stderr).not.toContain('inactive');
  });

  it('refuses the web terminal with the reason', async () => {
    const reply = await webTerminal();
    expect(reply).toMatchObject({ ok: false, code: 'refused', message: /web-01 is inactive/ });
  });

  it('refuses files: by SFTP, below the root and of itself, and in the console', async () => {
    const below = await sftp(await harness.ssh(way.person), ['ls /web-01/dev/home']);
    expect(below.status).not.toBe(0);
    const itself = await sftp(await harness.ssh(way.person, 'alice@dev@web-01'), ['ls /home']);
    expect(itself.status).not.toBe(0);
    const place = new URLSearchParams({ assetId: way.assetId, systemUserId: way.systemUserId });
    await expect(own.call('GET', `/me/files?${place.toString()}`, z.unknown())).rejects.toMatchObject({
      status: 403,
    });
  });

  it('is no target of a command on many', async () => {
    const hand = new BatchHand(own, way.systemUserId);
    await expect(hand.begin('*', 'id')).rejects.toThrow('no_target');
    await expect(hand.begin('', 'id', { assetIds: [way.assetId] })).rejects.toThrow();
  });

  it('is there again when it is made active', async () => {
    await harness.change(`/assets/${way.assetId}`, { active: true });
    expect((await direct()).text).toBe('dev\n');
    expect((await jump(way.person, 'web-01')).text).toBe('dev\n');
    expect(await webTerminal()).toMatchObject({ ok: true });
  });
});
