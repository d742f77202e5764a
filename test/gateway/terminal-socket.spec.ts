import { setTimeout as sleep } from 'node:timers/promises';
import { io } from 'socket.io-client';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { GATEWAY_PARAMETER, SOCKET_PATH, TERMINAL_NAMESPACE, type TerminalReply } from '#libs/contracts';
import { requires } from '../hosts/index.js';
import { Harness, type Person, type Way } from './harness.js';
import { RestClient } from './rest.js';
import { askToOpen, askToResume, TerminalScreen, type TerminalSocket } from './terminal-client.js';

type Opened = Extract<TerminalReply, { ok: true }>;

interface OpenedTerminal {
  socket: TerminalSocket;
  answer: Opened;
  screen: TerminalScreen;
}

const size = { columns: 80, rows: 24 };

requires('hosts', 'ssh').describe('terminal sockets', () => {
  let harness: Harness;
  let way: Way;
  let other: Person;
  const sockets: TerminalSocket[] = [];

  beforeAll(async () => {
    harness = await Harness.start({ gateways: 2 });
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const account = { username: 'dev', publicKey: systemKey.public };
    const host = await harness.startHost({ name: 'web-01', accounts: [account] });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    other = await harness.addPerson('bob');
  });
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.disconnect();
  });

  const cookieOf = (who: Pick<Person, 'username' | 'password'>): Promise<string> =>
    harness.consoleCookie(who);

  function connect(
    headers: Record<string, string>,
    query: Record<string, string> = {},
    namespace = TERMINAL_NAMESPACE,
  ): TerminalSocket {
    const socket: TerminalSocket = io(`${harness.product.url}${namespace}`, {
      path: SOCKET_PATH,
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      query,
      extraHeaders: headers,
    });
    sockets.push(socket);
    return socket;
  }

  const outcome = (socket: TerminalSocket): Promise<string> =>
    new Promise((resolve) => {
      socket.once('connect', () => resolve('connected'));
      socket.once('connect_error', (error) => resolve(error.message));
    });

  async function open(cookie: string): Promise<OpenedTerminal> {
    const socket = connect({ cookie, origin: harness.product.url });
    const screen = new TerminalScreen(socket);
    const target = { assetId: way.assetId, systemUserId: way.systemUserId, ...size };
    const answer: TerminalReply = await askToOpen(socket, target);
    if (!answer.ok) throw new Error(answer.message);
    return { socket, answer, screen };
  }

  it('are refused without a login, with a forged one, and from a page of another origin', async () => {
    const cookie = await cookieOf(way.person);
    const origin = harness.product.url;
    expect(await outcome(connect({ origin }))).toBe('unauthenticated');
    expect(await outcome(connect({ origin, cookie: 'gatehouse_session=abc' }))).toBe('unauthenticated');
    expect(await outcome(connect({ origin, cookie: `${cookie.slice(0, -4)}AAAA` }))).toBe('unauthenticated');
    expect(await outcome(connect({ cookie }))).toBe('unauthenticated');
    expect(await outcome(connect({ cookie, origin: 'https://evil.example' }))).not.toBe('connected');
    expect(await outcome(connect({ cookie, origin }))).toBe('connected');
  });

  it('are refused to an API token, however it is sent, and at every namespace but theirs', async () => {
    const cookie = await cookieOf(way.person);
    const origin = harness.product.url;
    const own = await RestClient.login(harness.product.url, way.person.username, way.person.password);
    const made = z.object({ token: z.string() });
    const { token } = await own.call('POST', '/me/api-tokens', made, { name: 't', expiresAt: null });
    expect(await outcome(connect({ origin, cookie: `gatehouse_session=${token}` }))).toBe('unauthenticated');
    expect(await outcome(connect({ origin, authorization: `Bearer ${token}` }))).toBe('unauthenticated');
    expect(await outcome(connect({ origin, authorization: `Bearer ${token}` }, { token }))).toBe(
      'unauthenticated',
    );
    for (const namespace of ['/', '/monitor2', '/admin', '/terminal2']) {
      expect(await outcome(connect({ cookie, origin }, {}, namespace)), namespace).toBe('Invalid namespace');
    }
  });

  it('are refused to a user whose first password is not changed yet', async () => {
    const fresh = { username: 'fresh', password: 'given by an admin 4711' };
    await harness.admin.do('POST', '/users', {
      ...fresh,
      name: 'Fresh',
      role: 'user',
      mustChangePassword: true,
    });
    const cookie = await cookieOf(fresh);
    expect(cookie).toContain('gatehouse_session=');
    expect(await outcome(connect({ cookie, origin: harness.product.url }))).toBe('unauthenticated');
  });

  it('show a shell; after a cut the same shell goes on, on the same gateway, without a byte lost or doubled', async () => {
    const cookie = await cookieOf(way.person);
    for (let round = 0; round < 3; round++) {
      const { socket, answer, screen } = await open(cookie);
      socket.emit('input', Buffer.from('echo sum=$((40+2)); x=kept\n'));
      await expect.poll(() => screen.text).toContain('sum=42');
      socket.emit(
        'input',
        Buffer.from('sleep 0.5; for i in $(seq 1 500); do echo line-$i; done; echo the-end\n'),
      );
      await expect.poll(() => screen.text).toContain('echo the-end');
      socket.disconnect();
      await sleep(1_000);
      const again = connect(
        { cookie, origin: harness.product.url },
        { [GATEWAY_PARAMETER]: answer.gatewayId },
      );
      screen.follow(again);
      const { terminalId, resumeToken } = answer;
      const resumed = await askToResume(again, { terminalId, resumeToken, received: screen.bytes, ...size });
      expect(resumed).toMatchObject({ ok: true, sessionId: answer.sessionId });
      await expect.poll(() => screen.text).toContain('\nthe-end');
      const lines = [...screen.text.matchAll(/^line-(\d+)\r?$/gm)].map((match) => Number(match[1]));
      expect(lines).toEqual(Array.from({ length: 500 }, (_, index) => index + 1));
      again.emit('input', Buffer.from('echo var=$x; exit\n'));
      await expect.poll(() => screen.text).toContain('var=kept');
      await expect.poll(() => screen.ended).toBe(1);
    }
    // ends are written in batches, after the client was told
    await expect
      .poll(async () => (await harness.sessions())[0])
      .toMatchObject({ kind: 'web', endReason: 'logout' });
  });

  it('answer before they show anything: what is typed at a prompt is never too early', async () => {
    const cookie = await cookieOf(way.person);
    const { socket, answer, screen } = await open(cookie);
    await expect.poll(() => screen.text).toContain('$ ');
    socket.disconnect();
    const origin = harness.product.url;
    const again = connect({ cookie, origin }, { [GATEWAY_PARAMETER]: answer.gatewayId });
    const { terminalId, resumeToken } = answer;
    const came: string[] = [];
    again.on('output', () => came.push('output'));
    again.emit('resume', { terminalId, resumeToken, received: 0, ...size }, () => came.push('answer'));
    await expect.poll(() => came).toContain('output');
    expect(came[0]).toBe('answer');
  });

  it('do not give a terminal to somebody else, nor without its token', async () => {
    const { answer } = await open(await cookieOf(way.person));
    const { terminalId, resumeToken, gatewayId } = answer;
    const resume = (cookie: string, token: string): Promise<TerminalReply> => {
      const socket = connect({ cookie, origin: harness.product.url }, { [GATEWAY_PARAMETER]: gatewayId });
      return askToResume(socket, { terminalId, resumeToken: token, received: 0, ...size });
    };
    expect(await resume(await cookieOf(other), resumeToken)).toMatchObject({ ok: false, code: 'gone' });
    expect(await resume(await cookieOf(way.person), 'x'.repeat(resumeToken.length))).toMatchObject({
      code: 'gone',
    });
    expect(await resume(await cookieOf(way.person), resumeToken)).toMatchObject({ ok: true });
  });

  it('refuse what no rule gives, with the reason', async () => {
    const socket = connect({ cookie: await cookieOf(other), origin: harness.product.url });
    const target = { assetId: way.assetId, systemUserId: way.systemUserId, ...size };
    const answer: TerminalReply = await askToOpen(socket, target);
    expect(answer).toMatchObject({ ok: false, code: 'refused', message: /No authorization rule/ });
    const door = { cookie: await cookieOf(other), origin: harness.product.url };
    const chinese = { code: 'refused', message: '没有授权规则允许您进行此访问，请联系管理员。' };
    const ofBrowser = connect({ ...door, 'accept-language': 'zh-CN,zh;q=0.9,en;q=0.8' });
    expect(await askToOpen(ofBrowser, target)).toMatchObject(chinese);
    await harness.change(`/users/${other.id}`, { language: 'zh-CN' });
    expect(await askToOpen(connect(door), target)).toMatchObject(chinese);
  });

  it('drop what is not of its form, and go on', async () => {
    const { socket, screen } = await open(await cookieOf(way.person));
    const raw = socket as unknown as { emit(event: string, ...values: unknown[]): void };
    raw.emit('input', 'text instead of bytes');
    raw.emit('input', Buffer.alloc(70_000, 'x'));
    raw.emit('resize', { columns: 1e9, rows: -1 });
    raw.emit('received', 'many');
    raw.emit('open');
    raw.emit('monitor', { sessionId: 'x' });
    socket.emit('resize', { columns: 101, rows: 33 });
    socket.emit('input', Buffer.from('stty size\n'));
    await expect.poll(() => screen.text).toContain('33 101');
    expect(screen.text).not.toContain('text instead');
  });

  it('are closed when the account ends at its moment', async () => {
    const leaving = await harness.addPerson('leaving');
    const socket = connect({ cookie: await cookieOf(leaving), origin: harness.product.url });
    await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
    const gone = new Promise((resolve) => socket.once('disconnect', resolve));
    const validUntil = new Date(Date.now() + 1000);
    await harness.change(`/users/${leaving.id}`, { validUntil: validUntil.toISOString() });
    expect(await gone).toBe('io server disconnect');
    expect(Date.now() - validUntil.getTime()).toBeLessThan(2000);
  });

  it('are closed on every gateway within two seconds when their user is disabled', async () => {
    const dora = await harness.addPerson('dora');
    await harness.addRule([dora.id], [way.assetId], [way.systemUserId]);
    const cookie = await cookieOf(dora);
    const opened: OpenedTerminal[] = [];
    const gateways = () => new Set(opened.map(({ answer }) => answer.gatewayId));
    while (gateways().size < 2 && opened.length < 8) opened.push(await open(cookie));
    expect(gateways().size).toBe(2);
    const gone = opened.map(({ socket }) => new Promise((resolve) => socket.once('disconnect', resolve)));
    const start = Date.now();
    await harness.change(`/users/${dora.id}`, { active: false });
    await Promise.all(gone);
    expect(Date.now() - start).toBeLessThan(2000);
    await expect
      .poll(async () => (await harness.sessions(`&userId=${dora.id}`)).map((row) => row.endReason))
      .toEqual(opened.map(() => 'access_revoked'));
  });

  it('are closed when their login ends; a cut that nobody mends ends the session in the books', async () => {
    const cookie = await cookieOf(way.person);
    const { socket } = await open(cookie);
    const gone = new Promise((resolve) => socket.once('disconnect', resolve));
    await fetch(`${harness.product.url}/api/v1/auth/logout`, {
      method: 'POST',
      headers: { 'x-gatehouse-client': 'console', cookie },
    });
    expect(await gone).toBe('io server disconnect');
  });
});
