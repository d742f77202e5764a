import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, expect, it, vi } from 'vitest';
import { endProcess, requires, spawnBound } from '../hosts/index.js';
import { Harness, type Way } from './harness.js';
import type { SshClient } from './ssh.js';
import { NO_LIMIT, openChannel, requestOn, sendData } from './wire/channel.js';
import { string } from './wire/encoding.js';
import { makeRawKey, signIn } from './wire/login.js';
import { RawSsh } from './wire/raw-ssh.js';

const MEGABYTE = 1_000_000;
/** Clients before those that are measured, and these. */
const [FIRST, CLIENTS] = [8, 20];

requires('hosts', 'ssh').describe('clients that read nothing', () => {
  vi.setConfig({ testTimeout: 90_000 });
  let harness: Harness;
  let way: Way;
  let ssh: SshClient;
  const rawKey = makeRawKey();
  const children: ChildProcess[] = [];
  const raw: RawSsh[] = [];

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const host = await harness.startHost({
      name: 'web-01',
      accounts: [{ username: 'dev', publicKey: systemKey.public }],
      sshdConfig: ['MaxStartups 100'],
    });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    await harness.addPublicKey(way.person.id, rawKey.line);
    // the heap takes its working size in an ordinary transfer
    ssh = await harness.ssh(way.person, 'alice@dev@web-01');
    await ssh.exec('head -c 50M /dev/zero');
  });
  afterEach(async () => {
    for (const client of raw.splice(0)) client.end();
    await Promise.all(children.splice(0).map((child) => endProcess(child)));
    await online(0);
  });

  /** What the gateway has grown by when it has stopped growing. */
  async function growth(harm: () => Promise<void> | void): Promise<number> {
    const before = await harness.product.gatewayMemory();
    await harm();
    let last = 0;
    for (let still = 0; still < 4;) {
      await sleep(500);
      const now = await harness.product.gatewayMemory();
      still = Math.abs(now - last) < MEGABYTE ? still + 1 : 0;
      last = now;
    }
    return last - before;
  }

  async function online(count: number): Promise<void> {
    const sessions = async () => (await harness.sessions('&state=online')).length;
    await expect.poll(sessions, { timeout: 40_000 }).toBe(count);
  }

  async function enter(username: string): Promise<RawSsh> {
    const client = await RawSsh.atLogin(harness.product.address, harness.product.sshPort);
    raw.push(client);
    await signIn(client, { username, key: rawKey });
    return client;
  }

  /** A session channel with all the window that there is, for a command or the menu. */
  async function begin(client: RawSsh, command: string | null): Promise<number> {
    const channel = (await openChannel(client, 'session', Buffer.alloc(0), NO_LIMIT)) ?? 0;
    const [kind, told] = command === null ? ['shell', Buffer.alloc(0)] : ['exec', string(command)];
    expect(await requestOn(client, channel, kind, told)).toBe(true);
    return channel;
  }

  const stalls: Record<string, () => Promise<void> | void> = {
    'by a direct login': () => {
      children.push(spawnBound('ssh', ssh.args('cat /dev/zero'), { stdio: ['ignore', 'pipe', 'ignore'] }));
    },
    'with a window that has no end, their socket unread': async () => {
      const client = await enter('alice@dev@web-01');
      await begin(client, 'cat /dev/zero');
      client.socket.pause();
    },
  };

  it.each(Object.entries(stalls))('of a flood, %s: some megabytes each', async (_, stall) => {
    const more = async (count: number, inAll: number): Promise<void> => {
      for (let stalled = 0; stalled < count; stalled++) {
        await stall();
        await sleep(100);
      }
      await online(inAll);
    };
    // the first ones bring memory along that all share
    await growth(() => more(FIRST, FIRST));
    const grown = await growth(() => more(CLIENTS, FIRST + CLIENTS));
    expect(grown / CLIENTS).toBeLessThan(6.5 * MEGABYTE);
  });

  it('and begin to exchange keys, but never go on', async () => {
    const grown = await growth(async () => {
      const client = await enter('alice@dev@web-01');
      await begin(client, 'sleep 1; cat /dev/zero');
      client.beginKeyExchange();
      await sleep(4000);
    });
    expect(grown).toBeLessThan(20 * MEGABYTE);
  });

  it('of what the menu says, whatever window they give', async () => {
    const grown = await growth(async () => {
      const client = await enter('alice');
      const channel = await begin(client, null);
      client.socket.pause();
      const lines = Buffer.from('h\n'.repeat(10_000));
      for (let count = 0; count < 50; count++) {
        sendData(client, channel, lines);
        await sleep(50);
      }
    });
    expect(grown).toBeLessThan(30 * MEGABYTE);
  });

  it('send more than they have room for: the connection ends, memory stays', async () => {
    const client = await enter('alice@dev@web-01');
    const channel = await begin(client, 'sleep 60');
    const grown = await growth(async () => {
      const piece = Buffer.alloc(32_000);
      for (let sent = 0; sent < 100 * MEGABYTE && !client.isClosed; sent += piece.length) {
        sendData(client, channel, piece);
        if (sent % (10 * piece.length) === 0) await sleep(1);
      }
      expect(await client.closesWithin(5000)).toBe(true);
    });
    expect(grown).toBeLessThan(20 * MEGABYTE);
    expect(harness.product.log).toContain('beyond its window');
  });
});
