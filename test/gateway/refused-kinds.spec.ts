import { createServer } from 'node:net';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { portOf, requires } from '../hosts/index.js';
import { Harness } from './harness.js';
import { forwardTo, openChannel, requestGlobally, requestOn } from './wire/channel.js';
import { string, uint32 } from './wire/encoding.js';
import { makeRawKey, signIn } from './wire/login.js';
import { RawSsh } from './wire/raw-ssh.js';

requires('ssh').describe('what no client gets', () => {
  let harness: Harness;
  const key = makeRawKey();
  const clients: RawSsh[] = [];

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const alice = await harness.addPerson('alice');
    await harness.addPublicKey(alice.id, key.line);
  });
  afterEach(() => clients.splice(0).forEach((client) => client.end()));

  async function loggedIn(): Promise<RawSsh> {
    const client = await RawSsh.atLogin(harness.product.address, harness.product.sshPort);
    clients.push(client);
    await signIn(client, { username: 'alice', key });
    return client;
  }

  it('a way through the gateway: not to itself, its loopback, its database, nor anywhere else', async () => {
    let visits = 0;
    const own = createServer(() => visits++);
    await new Promise<void>((resolve) => own.listen(0, '127.0.0.1', resolve));
    const targets: [string, number][] = [
      ['127.0.0.1', portOf(own.address())],
      ['localhost', harness.product.httpPort],
      ['::1', harness.product.sshPort],
      ['169.254.169.254', 80],
    ];
    const client = await loggedIn();
    for (const [address, port] of targets) {
      expect(await openChannel(client, 'direct-tcpip', forwardTo(address, port))).toBeUndefined();
    }
    expect(visits).toBe(0);
    own.close();
  });

  it('a socket file, a tunnel device, or a kind of channel that nobody knows', async () => {
    const client = await loggedIn();
    const socket = Buffer.concat([string('/run/postgresql/.s.PGSQL.5432'), string(''), uint32(0)]);
    expect(await openChannel(client, 'direct-streamlocal@openssh.com', socket)).toBeUndefined();
    const tunnel = Buffer.concat([uint32(1), uint32(0)]);
    expect(await openChannel(client, 'tun@openssh.com', tunnel)).toBeUndefined();
    expect(await openChannel(client, 'x11', forwardTo('127.0.0.1', 1))).toBeUndefined();
    expect(await openChannel(client, 'anything')).toBeUndefined();
  });

  it('a listening port or socket file on the gateway', async () => {
    const client = await loggedIn();
    const port = Buffer.concat([string('127.0.0.1'), uint32(0)]);
    expect(await requestGlobally(client, 'tcpip-forward', port)).toBe(false);
    const socket = string('/tmp/gatehouse-test.sock');
    expect(await requestGlobally(client, 'streamlocal-forward@openssh.com', socket)).toBe(false);
  });

  it('agent, X11 and subsystem requests on a session; the session itself still works', async () => {
    const client = await loggedIn();
    const channel = await openChannel(client);
    if (channel === undefined) throw new Error('A session channel was refused');
    expect(await requestOn(client, channel, 'auth-agent-req@openssh.com')).toBe(false);
    const x11 = Buffer.concat([Buffer.from([0]), string('MIT-MAGIC-COOKIE-1'), string('00'), uint32(0)]);
    expect(await requestOn(client, channel, 'x11-req', x11)).toBe(false);
    expect(await requestOn(client, channel, 'subsystem', string('netconf'))).toBe(false);
    expect(await requestOn(client, channel, 'shell')).toBe(true);
  });

  it('a second shell, command or subsystem on a session that has one, or what nobody knows; the first goes on', async () => {
    const client = await loggedIn();
    const channel = await openChannel(client);
    if (channel === undefined) throw new Error('A session channel was refused');
    expect(await requestOn(client, channel, 'shell')).toBe(true);
    expect(await requestOn(client, channel, 'exec', string('id'))).toBe(false);
    expect(await requestOn(client, channel, 'subsystem', string('sftp'))).toBe(false);
    expect(await requestOn(client, channel, 'shell')).toBe(false);
    expect(await requestOn(client, channel, 'winadj@putty.projects.tartarus.org')).toBe(false);
    const size = Buffer.concat([80, 24, 0, 0].map(uint32));
    expect(await requestOn(client, channel, 'window-change', size)).toBe(true);
    expect(await openChannel(client)).toBeDefined();
  });
});
