import { once } from 'node:events';
import { createServer, connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { endProcess, findFreePort, portOf, requires, run, spawnBound, type Host } from '../hosts/index.js';
import { jumpThrough } from './file-clients.js';
import { Harness, type SessionRow, type Way } from './harness.js';
import { SshClient } from './ssh.js';
import { forwardTo, openChannel, requestGlobally } from './wire/channel.js';
import { string, uint32 } from './wire/encoding.js';
import { makeRawKey, signIn } from './wire/login.js';
import { RawSsh } from './wire/raw-ssh.js';

/** Speaks first, then gives back what it hears; written for the asset's own loopback. */
const ECHO = `
import socketserver
class Echo(socketserver.BaseRequestHandler):
    def handle(self):
        self.request.sendall(b"hello from the asset\\n")
        while data := self.request.recv(65536):
            self.request.sendall(data)
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    request_queue_size = 128
Server(("127.0.0.1", PORT), Echo).serve_forever()
`;
const MEBIBYTE = 1024 * 1024;

requires('hosts', 'ssh').describe('port forwarding', () => {
  let harness: Harness;
  let host: Host;
  let way: Way;
  let direct: SshClient;
  let jumped: SshClient;
  let port: number;
  const rawKey = makeRawKey();
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const accounts = [{ username: 'dev', publicKey: systemKey.public }];
    host = await harness.startHost({ name: 'web-01', accounts });
    port = await findFreePort(24100, 24499);
    await host.exec(`nohup python3 -c '${ECHO.replace('PORT', String(port))}' >/dev/null 2>&1 & sleep 0.3`);
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    await harness.addPublicKey(way.person.id, rawKey.line);
    direct = await harness.ssh(way.person, 'alice@dev@web-01');
    const proxy = jumpThrough(await harness.ssh(way.person));
    const inner = { address: 'web-01', port: 22, login: 'dev', hostKeys: harness.hostKeys, proxy };
    jumped = await SshClient.at({ ...inner, key: way.person.key }, harness.keys);
  });
  afterEach(async () => {
    await Promise.all(ends.splice(0).map((end) => end()));
    await allow({});
  });

  /** Sets what the rule gives besides a terminal and commands. */
  function allow({ actions = ['forward'], to = [] as string[] }): Promise<void> {
    const rule = `/authorization-rules/${way.ruleId}`;
    return harness.change(rule, { actions: ['connect', 'exec', ...actions], forwardDestinations: to });
  }

  /** ssh without a command that forwards; gives its standard error so far. */
  function forward(ssh: SshClient, ...options: string[]): { log: () => string; end: () => Promise<void> } {
    const more = ['-N', '-o', 'BatchMode=yes', '-o', 'ExitOnForwardFailure=yes', ...options];
    const child = spawnBound('ssh', ssh.args(undefined, more), { stdio: ['ignore', 'ignore', 'pipe'] });
    let log = '';
    child.stderr?.on('data', (chunk: Buffer) => (log += chunk.toString()));
    const end = () => endProcess(child, 'SIGTERM');
    ends.push(end);
    return { log: () => log, end };
  }

  async function open(at: number): Promise<Socket> {
    for (let tries = 0; ; tries++) {
      const socket = connect(at, '127.0.0.1');
      const answer = await new Promise<Error | null>((resolve) => {
        socket.once('connect', () => resolve(null)).once('error', resolve);
      });
      if (!answer) {
        ends.push(() => socket.destroy());
        return socket;
      }
      if (tries > 200) throw answer;
      await sleep(50);
    }
  }

  /** Sends, and gives all that comes back until the other side has closed. */
  async function talk(at: number, words: string): Promise<string> {
    const socket = await open(at);
    socket.end(words);
    return read(socket);
  }

  async function read(socket: Socket): Promise<string> {
    let heard = '';
    socket.on('error', () => undefined);
    for await (const chunk of socket) heard += String(chunk);
    return heard;
  }

  async function rows(kind: string, count: number, filter = ''): Promise<SessionRow[]> {
    const list = () => harness.sessions(`&kind=${kind}${filter}`);
    await expect.poll(async () => (await list()).length, { timeout: 5000 }).toBe(count);
    return list();
  }

  async function lastEnded(kind: string): Promise<SessionRow | undefined> {
    const last = async () => (await harness.sessions(`&kind=${kind}`))[0];
    await expect.poll(async () => (await last())?.endedAt ?? null, { timeout: 5000 }).not.toBeNull();
    return last();
  }

  it('-W: the asset opens it, its own loopback is meant, and a row says where, how much, how long', async () => {
    await allow({ to: [`127.0.0.1:${port}`] });
    for (const ssh of [direct, jumped]) {
      const { text, stderr } = await run('ssh', ssh.args(undefined, ['-W', `127.0.0.1:${port}`]), {
        input: 'four',
      });
      expect(text, stderr).toBe('hello from the asset\nfour');
      expect(await lastEnded('forward')).toMatchObject({
        username: 'alice',
        assetName: 'web-01',
        systemUsername: 'dev',
        destination: `127.0.0.1:${port}`,
        bytesIn: 4,
        bytesOut: 25,
        endReason: 'closed',
        recorded: false,
      });
    }
  });

  it('-L with a server that speaks first, many at once, megabytes both ways; -D by address', async () => {
    await allow({ to: ['127.0.0.0/8'] });
    for (const ssh of [direct, jumped]) {
      const [local, socks] = [await findFreePort(24500, 24699), await findFreePort(24700, 24899)];
      const tunnel = forward(ssh, '-L', `${local}:127.0.0.1:${port}`, '-D', String(socks));
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, index) => talk(local, String(index).repeat(50_000))),
      );
      const wanted = answers.map((_, index) => 21 + String(index).length * 50_000);
      expect(answers.map(({ length }) => length)).toEqual(wanted);
      const big = 'x'.repeat(3 * MEBIBYTE);
      expect((await talk(local, big)).length).toBe(big.length + 21);
      const socket = await open(socks);
      let heard = '';
      socket.on('data', (chunk: Buffer) => (heard += chunk.toString()));
      // RFC 1928: no login, then a connection to an IPv4 address
      socket.write(Buffer.from([5, 1, 0, 5, 1, 0, 1, 127, 0, 0, 1, port >> 8, port & 255]));
      await expect.poll(() => heard, { timeout: 10_000 }).toContain('hello from the asset\n');
      socket.end('by socks');
      await expect.poll(() => heard, { timeout: 10_000 }).toMatch(/by socks$/);
      await tunnel.end();
    }
  });

  requires('curl').describe('-D by a host’s name', () => {
    it('is looked up by the asset, which the rule names by it', async () => {
      await allow({ to: ['localhost:8099'] });
      await host.exec(
        'mkdir /tmp/served && cd /tmp/served && echo by name >it && setsid python3 -m http.server 8099 --bind 127.0.0.1 </dev/null >/dev/null 2>&1 &',
      );
      for (const ssh of [direct, jumped]) {
        const socks = await findFreePort(24700, 24899);
        const tunnel = forward(ssh, '-D', String(socks));
        await open(socks);
        const curl = (name: string) =>
          run('curl', [
            '-sS',
            '--noproxy',
            '',
            '-x',
            `socks5h://127.0.0.1:${socks}`,
            `http://${name}:8099/it`,
          ]);
        await expect.poll(async () => (await curl('localhost')).text, { timeout: 10_000 }).toBe('by name\n');
        expect((await curl('web-01')).status).not.toBe(0); // another name of the same place
        await tunnel.end();
      }
    });
  });

  it('a rule that names no destination, another one, or not the action: refused at once, with a row', async () => {
    const cases: [{ actions?: string[]; to?: string[] }, RegExp][] = [
      [{}, /do not allow forwarding to 127\.0\.0\.1/],
      [{ to: [`127.0.0.1:${port + 1}`, '10.0.0.0/8', 'localhost'] }, /do not allow forwarding to/],
      [{ actions: [], to: ['*'] }, /do not allow: forward/],
    ];
    const before = (await harness.sessions('&kind=forward')).length;
    for (const [rule, words] of cases) {
      await allow(rule);
      const { status, stderr } = await run('ssh', direct.args(undefined, ['-W', `127.0.0.1:${port}`]), {
        input: '',
      });
      expect(status).not.toBe(0);
      expect(stderr).toMatch(words);
    }
    const [last] = await rows('forward', before + cases.length);
    expect(last).toMatchObject({
      endReason: 'refused',
      destination: `127.0.0.1:${port}`,
      bytesIn: 0,
      bytesOut: 0,
    });
  });

  it('what the asset can not reach is refused with its words, and the connection goes on', async () => {
    await allow({ to: ['*'] });
    const client = await loggedIn('alice@dev@web-01');
    expect(await openChannel(client, 'direct-tcpip', forwardTo('127.0.0.1', 9))).toBeUndefined();
    expect(await openChannel(client, 'direct-tcpip', forwardTo('127.0.0.1', port))).toBeDefined();
    // the end of a session goes through the spool: it stands in the database a moment later
    await expect
      .poll(async () => (await harness.sessions('&kind=forward'))[1], { timeout: 5_000 })
      .toMatchObject({ endReason: 'connect_failed', destination: '127.0.0.1:9' });
  });

  it('nothing of the gateway, nothing without an asset, nothing of the link, no socket file', async () => {
    await allow({ actions: ['forward', 'remote-forward', 'agent'], to: ['*', '0.0.0.0/0', '::/0'] });
    let visits = 0;
    // the hosts of these tests share the machine's network: what is told apart is by whom it is opened
    const own = createServer(() => visits++);
    await new Promise<void>((resolve) => own.listen(0, '127.0.0.1', resolve));
    ends.push(() => own.close());
    const [menu, straight] = [await loggedIn('alice'), await loggedIn('alice@dev@web-01')];
    for (const place of ['127.0.0.1', 'localhost', '::1', harness.product.address]) {
      expect(
        await openChannel(menu, 'direct-tcpip', forwardTo(place, portOf(own.address()))),
      ).toBeUndefined();
    }
    expect(
      await requestGlobally(menu, 'tcpip-forward', Buffer.concat([string('localhost'), uint32(0)])),
    ).toBe(false);
    const forbidden = [
      '169.254.169.254',
      '::ffff:169.254.169.254',
      'fe80::1',
      '2852039166',
      '0xa9fea9fe',
      '',
      '%',
      'a b',
      '\0',
    ];
    for (const place of forbidden) {
      expect(await openChannel(straight, 'direct-tcpip', forwardTo(place, 80)), place).toBeUndefined();
    }
    const file = Buffer.concat([string('/run/docker.sock'), string(''), uint32(0)]);
    expect(await openChannel(straight, 'direct-streamlocal@openssh.com', file)).toBeUndefined();
    expect(await requestGlobally(straight, 'streamlocal-forward@openssh.com', string('/tmp/x.sock'))).toBe(
      false,
    );
    for (const address of ['', '*', '0.0.0.0', '::', '10.0.0.1']) {
      const ask = Buffer.concat([string(address), uint32(0)]);
      expect(await requestGlobally(straight, 'tcpip-forward', ask), address).toBe(false);
    }
    expect(visits).toBe(0);
  });

  it('-R 0: a port on the asset that leads back, by rule; its row has the bytes of all connections', async () => {
    await allow({ actions: ['remote-forward'] });
    const home = createServer((socket) => socket.end('hello from the client\n'));
    await new Promise<void>((resolve) => home.listen(0, '127.0.0.1', resolve));
    ends.push(() => home.close());
    for (const ssh of [direct, jumped]) {
      const tunnel = forward(ssh, '-R', `0:127.0.0.1:${portOf(home.address())}`);
      await expect.poll(tunnel.log, { timeout: 10_000 }).toMatch(/Allocated port \d+/);
      const there = Number(/Allocated port (\d+)/.exec(tunnel.log())?.[1]);
      const visit = () =>
        host.exec(`python3 -c 'import socket
s = socket.create_connection(("127.0.0.1", ${there})); s.sendall(b"abc"); print(s.makefile().read())'`);
      for (let count = 0; count < 2; count++) expect((await visit()).text).toContain('hello from the client');
      expect(await rows('remote-forward', 1, '&state=online')).toMatchObject([
        { destination: `localhost:${there}` },
      ]);
      await tunnel.end();
      expect(await lastEnded('remote-forward')).toMatchObject({
        endReason: 'client_disconnected',
        bytesOut: 6,
        bytesIn: 44,
      });
      expect((await visit()).text).toBe('');
    }
  });

  it('-R without the action is refused at once, with a row; also when others are asked for beside it', async () => {
    await allow({ to: ['*'] });
    const before = (await harness.sessions('&kind=remote-forward')).length;
    const tunnel = forward(direct, '-R', '0:127.0.0.1:1');
    await expect.poll(tunnel.log, { timeout: 5000 }).toMatch(/remote port forwarding failed/);
    const [last] = await rows('remote-forward', before + 1);
    expect(last).toMatchObject({ endReason: 'refused' });
  });

  it('ends with the rule, by an administrator, and with the client', async () => {
    await allow({ actions: ['forward', 'remote-forward'], to: ['127.0.0.1'] });
    const local = await findFreePort(24900, 24999);
    const tunnel = forward(direct, '-L', `${local}:127.0.0.1:${port}`, '-R', '0:127.0.0.1:1');
    await expect.poll(tunnel.log, { timeout: 10_000 }).toMatch(/Allocated port \d+/);
    const [first, second] = [await open(local), await open(local)];
    // the asset has greeted both: nothing is on its way any more when one of them ends
    const greeted = [first, second].map((socket) =>
      once(socket, 'data').then(([chunk]: Buffer[]) => String(chunk)),
    );
    expect(await Promise.all(greeted)).toEqual(['hello from the asset\n', 'hello from the asset\n']);
    const [one, two] = [read(first), read(second)];
    const [latest] = await rows('forward', 2, '&state=online');
    await harness.admin.do('POST', `/sessions/${latest?.id}/terminate`);
    expect(await Promise.race([one, two])).toBe('');
    expect(await rows('forward', 1, '&state=online')).toHaveLength(1);
    await allow({ actions: ['forward'], to: ['127.0.0.2'] });
    expect(await Promise.all([one, two])).toHaveLength(2);
    await rows('forward', 0, '&state=online');
    await rows('remote-forward', 0, '&state=online');
    const reasons = (await harness.sessions('&kind=forward')).slice(0, 2).map(({ endReason }) => endReason);
    expect(reasons.sort()).toEqual(['access_revoked', 'terminated']);
    expect((await harness.sessions('&kind=remote-forward'))[0]).toMatchObject({
      endReason: 'access_revoked',
    });
    await allow({ to: ['127.0.0.1'] });
    const third = await open(local);
    await rows('forward', 1, '&state=online');
    third.destroy();
    await rows('forward', 0, '&state=online');
  });

  it('waits for who does not read: memory stays, both ways', { timeout: 60_000 }, async () => {
    await allow({ to: ['127.0.0.1'] });
    const local = await findFreePort(24900, 24999);
    forward(direct, '-L', `${local}:127.0.0.1:${port}`);
    // what a gateway takes to forward at all is not what this asks
    const flood = 'x'.repeat(32 * MEBIBYTE);
    await Promise.all([1, 2, 3, 4].map(() => talk(local, flood)));
    const sockets = await Promise.all(Array.from({ length: 4 }, () => open(local)));
    const before = await harness.product.gatewayMemory();
    const chunk = Buffer.alloc(MEBIBYTE);
    let sent = 0;
    // nobody reads what comes back: the asset's echo stops, then what goes up
    for (const socket of sockets) {
      socket.pause();
      socket.on('error', () => undefined);
      const write = (): void => {
        while (sent < 400 && socket.write(chunk)) sent++;
      };
      socket.on('drain', write);
      write();
    }
    const moreIn3s = async (): Promise<number> => {
      const taken = sent;
      await sleep(3000);
      return sent - taken;
    };
    await expect.poll(moreIn3s, { timeout: 30_000 }).toBe(0);
    expect(sent).toBeLessThan(128);
    // the engine lets 64 MiB of buffers that nobody holds any more lie before it collects them
    expect((await harness.product.gatewayMemory()) - before).toBeLessThan((64 + 64) * MEBIBYTE);
    expect((await direct.exec('printf in')).text).toBe('in');
  });

  it('-A: three at once by rule, none without', async () => {
    const agent = await run('ssh-agent', ['-s']);
    const socket = /SSH_AUTH_SOCK=([^;]+)/.exec(agent.text)?.[1] ?? '';
    const pid = Number(/SSH_AGENT_PID=(\d+)/.exec(agent.text)?.[1]);
    ends.push(() => process.kill(pid));
    const env = { ...process.env, SSH_AUTH_SOCK: socket };
    await run('ssh-add', ['-q', way.person.key.file], { env });
    const look = (ssh: SshClient) => {
      const args = ssh.args('ssh-add -l; sleep 0.5; ssh-add -l', ['-A', '-o', 'BatchMode=yes']);
      const offering = args.map((word) => (word === 'IdentityAgent=none' ? `IdentityAgent=${socket}` : word));
      return run('ssh', offering);
    };
    await allow({ actions: ['agent'] });
    for (const ssh of [direct, jumped]) {
      const answers = await Promise.all([look(ssh), look(ssh), look(ssh)]);
      for (const { text, stderr } of answers) expect(text.match(/ED25519/g), text + stderr).toHaveLength(2);
    }
    await allow({});
    const { text, stderr } = await look(direct);
    expect(text + stderr).not.toContain('ED25519');
  });

  async function loggedIn(username: string): Promise<RawSsh> {
    const client = await RawSsh.atLogin(harness.product.address, harness.product.sshPort);
    ends.push(() => client.end());
    await signIn(client, { username, key: rawKey });
    return client;
  }
});
