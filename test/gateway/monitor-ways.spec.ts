import { performance } from 'node:perf_hooks';
import { io } from 'socket.io-client';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { GATEWAY_PARAMETER, SOCKET_PATH, TERMINAL_NAMESPACE } from '#libs/contracts';
import { requires } from '../hosts/index.js';
import { Harness, type Person, type SessionRow, type Way } from './harness.js';
import { expectSame, MonitorClient, type Resize } from './monitor-client.js';
import { askToOpen, askToResume, TerminalScreen, type TerminalSocket } from './terminal-client.js';
import type { Terminal } from './terminal.js';

const PATIENCE = { timeout: 20_000 };
const MENU_PROMPT = 'Gatehouse> ';
/** With this the line ends in which the menu says where it connects to. */
const CONNECTING = '…\r\n';
const COLOURS = `printf '\\033[1;31m红色\\033[0m %s\\n' "$((40+2))"; for i in 1 2 3; do echo "行 $i"; done`;
const EDITOR = 'LC_ALL=C.UTF-8 vi /etc/services';

requires('hosts', 'ssh', 'terminal').describe('the live monitor, of every way in', () => {
  let harness: Harness;
  let way: Way;
  let auditor: Person;
  const terminals: Terminal[] = [];
  const sockets: TerminalSocket[] = [];
  const clients: MonitorClient[] = [];

  beforeAll(async () => {
    harness = await Harness.start({ gateways: 2 });
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const account = { username: 'dev', publicKey: systemKey.public };
    const host = await harness.startHost({ name: 'web-01', accounts: [account] });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    auditor = await harness.addPerson('audrey', { role: 'auditor' });
  });
  afterEach(async () => {
    for (const client of clients.splice(0)) client.leave();
    for (const socket of sockets) socket.emit('close');
    await Promise.all(terminals.splice(0).map((terminal) => terminal.close()));
    await expect.poll(async () => (await online()).length, PATIENCE).toBe(0);
    for (const socket of sockets.splice(0)) socket.disconnect();
  });

  const online = (): Promise<SessionRow[]> => harness.sessions('&state=online');
  const reasonOf = async (id: string): Promise<string | null | undefined> =>
    (await harness.sessions()).find((session) => session.id === id)?.endReason;

  async function watch(sessionId: string, cookie?: string): Promise<MonitorClient> {
    const client = MonitorClient.at(
      harness.product.url,
      cookie ?? (await harness.consoleCookie(auditor)),
      sessionId,
    );
    clients.push(client);
    expect(await client.outcome()).toBe('connected');
    expect(await client.watch(sessionId)).toEqual({ ok: true });
    return client;
  }

  /** How long it takes from asking until the screen stands, in milliseconds; `wanted` watches already. */
  async function sayJoinTime(sessionId: string, wanted: MonitorClient, of: string): Promise<void> {
    const cookie = await harness.consoleCookie(auditor);
    const times: number[] = [];
    for (let turn = 0; turn < 3; turn++) {
      const begun = performance.now();
      const late = await watch(sessionId, cookie);
      await expect.poll(() => late.look(), { ...PATIENCE, interval: 5 }).toEqual(wanted.look());
      times.push(performance.now() - begun);
      late.leave();
    }
    console.info(`joined ${of} after ${times.map((time) => time.toFixed(0)).join(', ')} ms`);
  }

  function terminate(sessionId: string): Promise<void> {
    return harness.admin.do('POST', `/sessions/${sessionId}/terminate`, {});
  }

  describe('a web terminal', () => {
    async function connect(query: Record<string, string> = {}): Promise<TerminalSocket> {
      const { url } = harness.product;
      const cookie = await harness.consoleCookie(way.person);
      const socket: TerminalSocket = io(`${url}${TERMINAL_NAMESPACE}`, {
        path: SOCKET_PATH,
        transports: ['websocket'],
        forceNew: true,
        reconnection: false,
        query,
        extraHeaders: { cookie, origin: url },
      });
      sockets.push(socket);
      return socket;
    }

    async function openWeb() {
      const socket = await connect();
      const screen = new TerminalScreen(socket);
      const { assetId, systemUserId } = way;
      const answer = await askToOpen(socket, { assetId, systemUserId, columns: 80, rows: 24 });
      if (!answer.ok) throw new Error(answer.message);
      await expect.poll(() => screen.text, PATIENCE).toContain('$ ');
      return { socket, screen, answer };
    }
    const line = (socket: TerminalSocket, text: string): void => {
      socket.emit('input', Buffer.from(`${text}\r`));
    };

    it('is shown as it is, at its size, also when its browser comes back with another', async () => {
      const { socket, screen, answer } = await openWeb();
      line(socket, COLOURS);
      await expect.poll(() => screen.text, PATIENCE).toContain('行 3');
      line(socket, EDITOR);
      await expect.poll(() => screen.text, PATIENCE).toContain('tcpmux');
      const client = await watch(answer.sessionId);
      const own = (): string => screen.text;
      await expectSame(client, own);
      expect(client.look().cursor).toMatch(/^alternate/);
      await sayJoinTime(answer.sessionId, client, 'a web terminal');
      const resizes: Resize[] = [{ at: screen.text.length, columns: 100, rows: 30 }];
      socket.emit('resize', { columns: 100, rows: 30 });
      await expect.poll(() => client.screen.size, PATIENCE).toEqual({ columns: 100, rows: 30 });
      line(socket, ':q!');
      await expect.poll(() => client.look().cursor, PATIENCE).toMatch(/^normal/);
      line(socket, 'stty size');
      await expect.poll(() => screen.text, PATIENCE).toContain('30 100');
      await expectSame(client, own, resizes);
      socket.disconnect();
      const again = await connect({ [GATEWAY_PARAMETER]: answer.gatewayId });
      screen.follow(again);
      resizes.push({ at: screen.text.length, columns: 90, rows: 25 });
      const { terminalId, resumeToken } = answer;
      const request = { terminalId, resumeToken, received: screen.bytes, columns: 90, rows: 25 };
      expect(await askToResume(again, request)).toMatchObject({ ok: true });
      line(again, 'stty size; echo back-$((1+1))');
      await expect.poll(() => screen.text, PATIENCE).toContain('back-2');
      await expectSame(client, own, resizes);
      expect(client.screen.size).toEqual({ columns: 90, rows: 25 });
      expect(client.screens).toBe(1);
    });

    it('that is terminated is the only one that ends, and its user hears by whom', async () => {
      const [ending, staying] = [await openWeb(), await openWeb()];
      const [watchedEnd, watchedOn] = [
        await watch(ending.answer.sessionId),
        await watch(staying.answer.sessionId),
      ];
      await terminate(ending.answer.sessionId);
      await expect.poll(() => watchedEnd.ended, PATIENCE).toEqual({ reason: 'terminated', detail: 'admin' });
      await expect
        .poll(() => ending.screen.farewell?.message, PATIENCE)
        .toBe('Your session was ended by admin.');
      await expect.poll(() => reasonOf(ending.answer.sessionId), PATIENCE).toBe('terminated');
      line(staying.socket, 'echo on-$((1+1))');
      await expect.poll(() => watchedOn.text, PATIENCE).toContain('on-2');
      expect(watchedOn.ended).toBeNull();
      expect((await online()).map(({ id }) => id)).toEqual([staying.answer.sessionId]);
    });
  });

  describe('a session of the menu', () => {
    /** The menu, and what its user has seen since it last connected to an asset. */
    async function openMenu(): Promise<{ terminal: Terminal; own: () => string; begin: () => number }> {
      const ssh = await harness.ssh(way.person);
      const terminal = ssh.terminal(undefined, [], { rows: 24, columns: 80 });
      terminals.push(terminal);
      await terminal.waitFor(MENU_PROMPT);
      const begin = (): number => terminal.shown.lastIndexOf(CONNECTING) + CONNECTING.length;
      return { terminal, begin, own: () => terminal.shown.slice(begin()) };
    }

    async function enter(terminal: Terminal): Promise<string> {
      const before = new Set((await online()).map(({ id }) => id));
      terminal.line('web-01');
      await terminal.waitFor(CONNECTING);
      await terminal.waitFor('$ ');
      const added = (await online()).filter(({ id }) => !before.has(id));
      expect(added).toHaveLength(1);
      return added[0]?.id ?? '';
    }

    it("is shown as it is, at its size, and nothing of the menu's own, neither before nor after", async () => {
      const { terminal, own, begin } = await openMenu();
      const session = await enter(terminal);
      terminal.line(COLOURS);
      await terminal.waitFor('行 3');
      const client = await watch(session);
      await expectSame(client, own);
      expect(client.text).not.toMatch(/Gatehouse|Connecting|正在/);
      terminal.line(EDITOR);
      await terminal.waitFor('tcpmux');
      await expectSame(client, own);
      expect(client.look().cursor).toMatch(/^alternate/);
      await sayJoinTime(session, client, 'a session of the menu');
      const resizes: Resize[] = [{ at: terminal.shown.length - begin(), columns: 100, rows: 30 }];
      terminal.resize(30, 100);
      await expect.poll(() => client.screen.size, PATIENCE).toEqual({ columns: 100, rows: 30 });
      terminal.line(':q!');
      await expect.poll(() => client.look().cursor, PATIENCE).toMatch(/^normal/);
      terminal.line('stty size');
      await terminal.waitFor('30 100');
      await expectSame(client, own, resizes);
      terminal.line('exit');
      await terminal.waitFor(MENU_PROMPT);
      await expect.poll(() => client.ended, PATIENCE).toEqual({ reason: 'logout', detail: null });
      terminal.line('p');
      await terminal.waitFor(/web-01[\s\S]*Gatehouse> /);
      expect(client.text).not.toContain('Gatehouse');
      // the next one begins anew, at the size that the terminal got while the menu had it
      terminal.resize(33, 110);
      const next = await enter(terminal);
      expect(next).not.toBe(session);
      terminal.line('stty size');
      await terminal.waitFor('33 110');
      const second = await watch(next);
      await expectSame(second, own, [{ at: 0, columns: 110, rows: 33 }]);
      expect(second.text).not.toMatch(/Gatehouse|行 3/);
    });

    it('that is terminated is the only one that ends; its user is in the menu again', async () => {
      const [ending, staying] = [await openMenu(), await openMenu()];
      const [endingId, stayingId] = [await enter(ending.terminal), await enter(staying.terminal)];
      const [watchedEnd, watchedOn] = [await watch(endingId), await watch(stayingId)];
      await terminate(endingId);
      await ending.terminal.waitFor('Your session was ended by admin.');
      await ending.terminal.waitFor(MENU_PROMPT);
      await expect.poll(() => watchedEnd.ended, PATIENCE).toEqual({ reason: 'terminated', detail: 'admin' });
      await expect.poll(() => reasonOf(endingId), PATIENCE).toBe('terminated');
      staying.terminal.line('echo on-$((1+1))');
      await staying.terminal.waitFor('on-2');
      await expect.poll(() => watchedOn.text, PATIENCE).toContain('on-2');
      expect((await online()).map(({ id }) => id)).toEqual([stayingId]);
      ending.terminal.line('q');
      expect(await ending.terminal.untilEnded()).toBe(0);
    });
  });
});
