import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { requires } from '../hosts/index.js';
import { Harness, type Person, type Way } from './harness.js';
import { forwardTo, openChannel, requestOn } from './wire/channel.js';
import { boolean, byte, MESSAGE, string, uint32 } from './wire/encoding.js';
import { makeRawKey, signIn } from './wire/login.js';
import { RawSsh } from './wire/raw-ssh.js';

const FLOOD_MS = 2_500;
/** Packets of one burst, and the pause after it: a flood that leaves other tests their part of the machine. */
const AT_ONCE = 50;
const PAUSE_MS = 4;
/** How much longer than before a login may take meanwhile, and at least this. */
const TIMES = 10;
const SOME_MS = 1_500;
const MEGABYTE = 1_000_000;
const NOTHING = Buffer.alloc(0);

const requestFor = (kind: string, data: Buffer): Buffer =>
  Buffer.concat([byte(MESSAGE.globalRequest), string(kind), boolean(true), data]);
const requestOf = (channel: number, kind: string, data: Buffer): Buffer =>
  Buffer.concat([byte(MESSAGE.channelRequest), uint32(channel), string(kind), boolean(true), data]);
const opening = (kind: string, data: Buffer = NOTHING): Buffer =>
  Buffer.concat([byte(MESSAGE.channelOpen), string(kind), uint32(7), uint32(1 << 20), uint32(32_768), data]);

const page = z.object({ total: z.number(), items: z.array(z.object({ endDetail: z.string().nullable() })) });

requires('hosts', 'ssh').describe('a client that logged in and asks without end', () => {
  let harness: Harness;
  let way: Way;
  let bob: Person;
  const rawKey = makeRawKey();
  const clients: RawSsh[] = [];

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const accounts = [{ username: 'dev', publicKey: systemKey.public }];
    const host = await harness.startHost({ name: 'web-01', accounts });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    await harness.addPublicKey(way.person.id, rawKey.line);
    bob = await harness.addPerson('bob');
    await harness.addRule([bob.id], [way.assetId], [way.systemUserId]);
    await loginTime();
  });
  afterEach(() => clients.splice(0).forEach((client) => client.end()));

  async function enter(username: string): Promise<RawSsh> {
    const client = await RawSsh.atLogin(harness.product.address, harness.product.sshPort);
    clients.push(client);
    await signIn(client, { username, key: rawKey });
    return client;
  }

  /** Milliseconds that somebody else's login with a command takes. */
  async function loginTime(): Promise<number> {
    const ssh = await harness.ssh(bob, 'bob@dev@web-01');
    const begin = performance.now();
    expect((await ssh.exec('printf in')).text).toBe('in');
    return performance.now() - begin;
  }

  /** Sends the packets as often as the gateway takes it, and reads no answer but to throw it away. */
  async function flood(client: RawSsh, packets: Buffer[]): Promise<void> {
    client.socket.removeAllListeners('data');
    client.socket.resume();
    const until = performance.now() + FLOOD_MS;
    while (performance.now() < until && !client.isClosed) {
      for (let count = 0; count < AT_ONCE; count++) client.send(packets[count % packets.length] ?? NOTHING);
      if (client.socket.writableNeedDrain)
        await new Promise((resolve) => client.socket.once('drain', resolve).once('close', resolve));
      await sleep(PAUSE_MS);
    }
  }

  async function shellOf(client: RawSsh): Promise<number> {
    const channel = (await openChannel(client)) ?? 0;
    expect(
      await requestOn(
        client,
        channel,
        'pty-req',
        Buffer.concat([string('xterm'), ...[80, 24, 0, 0].map(uint32), string('')]),
      ),
    ).toBe(true);
    expect(await requestOn(client, channel, 'shell')).toBe(true);
    return channel;
  }

  const floods: Record<string, () => Promise<[RawSsh, ...Buffer[]]>> = {
    'proofs of host keys': async () => {
      const blobs = harness.hostKeys.map((line) => string(Buffer.from(line.split(' ')[1] ?? '', 'base64')));
      return [await enter('alice'), requestFor('hostkeys-prove-00@openssh.com', Buffer.concat(blobs))];
    },
    'global requests that nobody knows': async () => [
      await enter('alice'),
      requestFor('x@example.org', NOTHING),
    ],
    'ports on the asset': async () => [
      await enter('alice@dev@web-01'),
      requestFor('tcpip-forward', Buffer.concat([string('localhost'), uint32(0)])),
    ],
    'ways to what is none of theirs': async () => [
      await enter('alice'),
      opening('direct-tcpip', forwardTo('nowhere', 22)),
    ],
    'forwarded connections that no rule allows': async () => [
      await enter('alice@dev@web-01'),
      opening('direct-tcpip', forwardTo('10.0.0.1', 80)),
    ],
    'session channels': async () => [await enter('alice'), opening('session')],
    variables: async () => {
      const client = await enter('alice@dev@web-01');
      const channel = (await openChannel(client)) ?? 0;
      return [
        client,
        requestOf(channel, 'env', Buffer.concat([string('LC_ALL'), string('x'.repeat(20_000))])),
      ];
    },
    'terminal sizes': async () => {
      const client = await enter('alice@dev@web-01');
      const channel = await shellOf(client);
      const sizes = [81, 100].map((columns) => Buffer.concat([columns, 24, 0, 0].map(uint32)));
      return [client, ...sizes.map((size) => requestOf(channel, 'window-change', size))];
    },
    signals: async () => {
      const client = await enter('alice@dev@web-01');
      return [client, requestOf(await shellOf(client), 'signal', string('WINCH'))];
    },
  };

  it.each(Object.entries(floods))(
    'for %s: others log in meanwhile, memory stays',
    { timeout: 60_000 },
    async (_name, begin) => {
      const usual = Math.max(await loginTime(), await loginTime());
      const [client, ...packets] = await begin();
      const before = await harness.product.gatewayMemory();
      const flooding = flood(client, packets);
      await sleep(500);
      const times = [await loginTime(), await loginTime(), await loginTime()];
      await flooding;
      const grown = (await harness.product.gatewayMemory()) - before;
      expect(client.isClosed).toBe(false);
      expect(Math.max(...times)).toBeLessThan(SOME_MS + TIMES * usual);
      expect(grown).toBeLessThan(100 * MEGABYTE);
    },
  );

  it('what was refused left so many rows in a minute, the last of which says so', async () => {
    const refused = async (kind: string): Promise<z.infer<typeof page>> =>
      harness.admin.call('GET', `/sessions?kind=${kind}&pageSize=200`, page);
    const asked = async () => [await refused('remote-forward'), await refused('forward')];
    const last = (pages: z.infer<typeof page>[]): number =>
      pages.flatMap(({ items }) => items).filter(({ endDetail }) => endDetail?.endsWith('leave no row.'))
        .length;
    await expect.poll(async () => last(await asked()), { timeout: 10_000 }).toBeGreaterThan(0);
    const pages = await asked();
    const total = pages.reduce((sum, page) => sum + page.total, 0);
    // the floods lie in one minute or in two
    expect(total).toBeGreaterThanOrEqual(300);
    expect(total).toBeLessThanOrEqual(600);
  });

  it('for new keys: the connection ends', async () => {
    const client = await enter('alice');
    const exchange = async (): Promise<void> => {
      for (let count = 0; count < 100; count++) await client.exchangeKeys();
    };
    await expect(exchange()).rejects.toThrow(/closed|disconnected/);
    await loginTime();
  });
});
