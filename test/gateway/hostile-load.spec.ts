import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { endProcess, requires, spawnBound } from '../hosts/index.js';
import { Harness, type Way } from './harness.js';
import { forwardTo, openChannel } from './wire/channel.js';
import { makeRawKey, signIn } from './wire/login.js';
import { RawSsh } from './wire/raw-ssh.js';

const MEBIBYTE = 1024 * 1024;

requires('hosts', 'ssh').describe('clients that mean harm', () => {
  let harness: Harness;
  let way: Way;
  const sockets: Socket[] = [];

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const host = await harness.startHost({
      name: 'web-01',
      accounts: [{ username: 'dev', publicKey: systemKey.public }],
    });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    // The heap takes its working size in an ordinary transfer: what grows later is the harm's.
    const ssh = await harness.ssh(way.person, 'alice@dev@web-01');
    await ssh.exec('head -c 50M /dev/zero');
  });
  afterEach(() => sockets.splice(0).forEach((socket) => socket.destroy()));

  async function openSocket(): Promise<Socket> {
    const socket = connect(harness.product.sshPort, harness.product.address);
    sockets.push(socket);
    socket.on('error', () => undefined);
    socket.resume();
    await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
    return socket;
  }

  /** Milliseconds that a login with a command takes. */
  async function loginTime(): Promise<number> {
    const ssh = await harness.ssh(way.person, 'alice@dev@web-01');
    const begin = performance.now();
    const answer = await ssh.exec('printf in');
    expect(answer.text, answer.stderr).toBe('in');
    return performance.now() - begin;
  }

  /** Bytes by which the gateway grew while `harm` was done. */
  async function growth(harm: () => Promise<void>): Promise<number> {
    const before = await harness.product.gatewayMemory();
    await harm();
    return (await harness.product.gatewayMemory()) - before;
  }

  it('500 silent sockets: a new login takes less than a second, memory stays', async () => {
    const grown = await growth(async () => {
      await Promise.all(Array.from({ length: 500 }, openSocket));
      expect(await loginTime()).toBeLessThan(1000);
    });
    expect(grown).toBeLessThan(50 * MEBIBYTE);
  });

  it('500 sockets that stop after the version line: the same', async () => {
    const grown = await growth(async () => {
      await Promise.all(
        Array.from({ length: 500 }, async () => (await openSocket()).write('SSH-2.0-OpenSSH_9.2\r\n')),
      );
      expect(await loginTime()).toBeLessThan(1000);
    });
    expect(grown).toBeLessThan(50 * MEBIBYTE);
  });

  it('a packet that claims 2 GiB, before keys: closed, memory stays', async () => {
    const socket = await openSocket();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    const grown = await growth(async () => {
      socket.write('SSH-2.0-Big\r\n');
      socket.write(Buffer.from('80000000', 'hex'));
      socket.write(randomBytes(MEBIBYTE));
      await Promise.race([closed, sleep(3000).then(() => expect.fail('still open after 3 s'))]);
    });
    expect(grown).toBeLessThan(20 * MEBIBYTE);
  });

  it('a packet that claims 2 GiB, after keys: closed, memory stays', async () => {
    const client = await RawSsh.atLogin(harness.product.address, harness.product.sshPort);
    sockets.push(client.socket);
    const grown = await growth(async () => {
      client.socket.write(Buffer.concat([Buffer.from('80000000', 'hex'), randomBytes(MEBIBYTE)]));
      expect(await client.closesWithin(3000)).toBe(true);
    });
    expect(grown).toBeLessThan(20 * MEBIBYTE);
  });

  it('a version line without end: closed, memory stays', async () => {
    const socket = await openSocket();
    const grown = await growth(async () => {
      for (let sent = 0; sent < 64 && !socket.destroyed; sent++) {
        socket.write(Buffer.alloc(MEBIBYTE, 'x'));
        await sleep(5);
      }
    });
    expect(socket.destroyed).toBe(true);
    expect(grown).toBeLessThan(30 * MEBIBYTE);
  });

  it('noise instead of SSH: closed, others go on', async () => {
    const socket = await openSocket();
    const closed = new Promise((resolve) => socket.once('close', resolve));
    socket.write('GET / HTTP/1.1\r\nHost: bastion\r\n\r\n');
    await Promise.race([closed, sleep(3000).then(() => expect.fail('still open after 3 s'))]);
    expect(await loginTime()).toBeLessThan(2000);
  });

  it('10 GiB to a reader of 64 KiB/s: memory grows by less than 50 MB', { timeout: 60_000 }, async () => {
    const ssh = await harness.ssh(way.person, 'alice@dev@web-01');
    const child = spawnBound('ssh', ssh.args('head -c 10G /dev/zero'), {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const output = child.stdout;
    if (!output) throw new Error('ssh has no output');
    try {
      const grown = await growth(async () => {
        for (let tick = 0; tick < 100; tick++) {
          output.read(6554);
          await sleep(100);
        }
      });
      expect(child.exitCode).toBeNull();
      expect(grown).toBeLessThan(50 * 1000 * 1000);
      expect(await loginTime()).toBeLessThan(2000);
    } finally {
      await endProcess(child);
    }
  });

  it(
    'input without end to an asset that does not read: memory grows by less than 50 MB',
    { timeout: 60_000 },
    async () => {
      const ssh = await harness.ssh(way.person, 'alice@dev@web-01');
      const endless = openSync('/dev/zero', 'r');
      const child = spawnBound('ssh', ssh.args('sleep 60'), { stdio: [endless, 'ignore', 'inherit'] });
      closeSync(endless);
      try {
        const grown = await growth(() => sleep(5000));
        expect(child.exitCode).toBeNull();
        expect(grown).toBeLessThan(50 * 1000 * 1000);
      } finally {
        await endProcess(child);
      }
    },
  );

  it(
    'two clients of one person open 1,200 ways: a thousand are, others log in meanwhile, memory stays',
    { timeout: 60_000 },
    async () => {
      const key = makeRawKey();
      const mallory = await harness.addPerson('mallory');
      await harness.addPublicKey(mallory.id, key.line);
      await harness.addRule([mallory.id], [way.assetId], [way.systemUserId]);
      const enter = async () => {
        const client = await RawSsh.atLogin(harness.product.address, harness.product.sshPort);
        sockets.push(client.socket);
        await signIn(client, { username: 'mallory', key });
        return client;
      };
      const openWay = (client: RawSsh) => openChannel(client, 'direct-tcpip', forwardTo('web-01', 22));
      const clients = await Promise.all([enter(), enter()]);
      const grown = await growth(async () => {
        const asked = clients.flatMap((client) => Array.from({ length: 600 }, () => openWay(client)));
        expect(await loginTime()).toBeLessThan(1000);
        const opened = (await Promise.all(asked)).filter((channel) => channel !== undefined);
        expect(opened).toHaveLength(1000);
      });
      expect(grown).toBeLessThan(50 * MEBIBYTE);
      clients[0].end();
      const next = await enter();
      await expect.poll(() => openWay(next)).toBeDefined();
      clients[1].end();
    },
  );
});
