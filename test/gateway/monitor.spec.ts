import { performance } from 'node:perf_hooks';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { requires } from '../hosts/index.js';
import { Harness, type Person, type Way } from './harness.js';
import { expectSame, MonitorClient } from './monitor-client.js';
import type { Terminal } from './terminal.js';

const operations = z.object({
  items: z.array(z.object({ action: z.string(), actorName: z.string(), subjectId: z.string().nullable() })),
});
const PATIENCE = { timeout: 15_000 };
const online = z.object({ items: z.array(z.object({ id: z.string() })) });

requires('hosts', 'ssh', 'terminal').describe('the live monitor', () => {
  let harness: Harness;
  let way: Way;
  let auditor: Person;
  const terminals: Terminal[] = [];
  const clients: MonitorClient[] = [];

  beforeAll(async () => {
    harness = await Harness.start({ gateways: 2, env: { GATEHOUSE_TELL_WATCHED: 'on' } });
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
    await Promise.all(terminals.splice(0).map((terminal) => terminal.close()));
    await expect.poll(async () => (await sessionsNow()).length, { timeout: 20_000 }).toBe(0);
  });

  const cookieOf = (who: Pick<Person, 'username' | 'password'>): Promise<string> =>
    harness.consoleCookie(who);

  async function sessionsNow(): Promise<{ id: string }[]> {
    return (await harness.admin.call('GET', '/sessions?state=online', online)).items;
  }

  /** Alice's shell, and its session. */
  async function shell(): Promise<{ terminal: Terminal; session: { id: string } }> {
    const ssh = await harness.ssh(way.person, 'alice@dev@web-01');
    const terminal = ssh.terminal(undefined, [], { rows: 24, columns: 80 });
    terminals.push(terminal);
    await terminal.waitFor('$ ');
    const [session] = await sessionsNow();
    if (!session) throw new Error('there is no session');
    return { terminal, session };
  }

  function connect(cookie: string, sessionId?: string, draws = true): MonitorClient {
    const client = MonitorClient.at(harness.product.url, cookie, sessionId, draws);
    clients.push(client);
    return client;
  }

  async function watch(session: { id: string }, cookie?: string, draws = true): Promise<MonitorClient> {
    const client = connect(cookie ?? (await cookieOf(auditor)), session.id, draws);
    expect(await client.watch(session.id)).toEqual({ ok: true });
    return client;
  }

  it('shows the screen as it is within half a second, with an editor, colours and CJK, and follows it', async () => {
    const { terminal, session } = await shell();
    terminal.line(
      `printf '\\033[1;31m红色\\033[0m %s\\n' "$((40+2))"; for i in 1 2 3; do echo "行 $i"; done`,
    );
    await terminal.waitFor('行 3');
    terminal.line('LC_ALL=C.UTF-8 vi /etc/services');
    await terminal.waitFor(/tcpmux/);
    terminal.type('\x06:set number\r');
    await terminal.waitFor(/ 3\d /);
    const cookie = await cookieOf(auditor);
    // the first watcher starts the thread
    const client = await watch(session, cookie);
    await terminal.waitFor('An auditor watches this session.');
    await expectSame(client, () => terminal.shown);
    expect(client.look().cursor).toMatch(/^alternate/);
    // how long it takes to join is the figure; what else the machine does is not
    const times: number[] = [];
    for (let turn = 0; turn < 4; turn++) {
      const late = connect(cookie, session.id);
      expect(await late.outcome()).toBe('connected');
      const begun = performance.now();
      expect(await late.watch(session.id)).toEqual({ ok: true });
      await expect.poll(() => late.look(), { interval: 5, timeout: 10_000 }).toEqual(client.look());
      times.push(performance.now() - begun);
      late.leave();
    }
    console.info(`joined after ${times.map((time) => time.toFixed(0)).join(', ')} ms`);
    expect(Math.min(...times)).toBeLessThan(500);
    const second = await watch(session, cookie);
    // in two tabs it is one person all the same
    await expect.poll(() => second.watchers, PATIENCE).toEqual(['audrey']);
    expect(client.watchers).toEqual(['audrey']);
    terminal.type('ihello 世界\x1b');
    await expect.poll(() => client.text, PATIENCE).toContain('hello 世界');
    await expectSame(client, () => terminal.shown);
    terminal.type(':q!\r');
    await expect.poll(() => client.look().cursor, PATIENCE).toMatch(/^normal/);
    const resizes = [{ at: terminal.shown.length, rows: 30, columns: 100 }];
    terminal.resize(30, 100);
    terminal.line('stty size');
    await terminal.waitFor('30 100');
    await expectSame(client, () => terminal.shown, resizes);
    await expectSame(second, () => terminal.shown, resizes);
    expect(client.screen.size).toEqual({ columns: 100, rows: 30 });
    expect(client.screens).toBe(1);
  });

  it('is for those who may audit only, takes nothing but its own events, and stands in the operations', async () => {
    const { terminal, session } = await shell();
    expect(await connect(await cookieOf(way.person), session.id).outcome()).toBe('forbidden');
    expect(await connect('').outcome()).toBe('unauthenticated');
    const client = await watch(session);
    const raw = client.socket as unknown as { emit(event: string, ...values: unknown[]): void };
    raw.emit('input', Buffer.from('echo intruded\n'));
    raw.emit('received', -1);
    raw.emit('received', 'all');
    expect(await client.watch(session.id)).toMatchObject({ ok: false, code: 'bad_request' });
    terminal.line('echo still=$((1+1))');
    await expect.poll(() => client.text, PATIENCE).toContain('still=2');
    expect(client.text).not.toContain('intruded');
    const stranger = connect(await cookieOf(auditor));
    const nobody = await stranger.watch('11111111-1111-4111-8111-111111111111');
    expect(nobody).toMatchObject({ ok: false, code: 'not_here' });
    client.leave();
    await expect
      .poll(async () => {
        const { items } = await harness.admin.call('GET', '/operations?pageSize=50', operations);
        return items.filter(({ subjectId }) => subjectId === session.id);
      }, PATIENCE)
      .toEqual([
        { action: 'session.unwatch', actorName: 'audrey', subjectId: session.id },
        { action: 'session.watch', actorName: 'audrey', subjectId: session.id },
      ]);
  });

  it('ends when the right or the login does, and when the session does, which tells why', async () => {
    const { session } = await shell();
    const leaving = await harness.addPerson('leaving', { role: 'auditor' });
    const byRole = await watch(session, await cookieOf(leaving));
    await harness.change(`/users/${leaving.id}`, { role: 'user' });
    await expect.poll(() => byRole.gone, PATIENCE).toBe('io server disconnect');
    const cookie = await cookieOf(auditor);
    const byLogin = await watch(session, cookie);
    await fetch(`${harness.product.url}/api/v1/auth/logout`, {
      method: 'POST',
      headers: { 'x-gatehouse-client': 'console', cookie },
    });
    await expect.poll(() => byLogin.gone, PATIENCE).toBe('io server disconnect');
    const last = await watch(session);
    await expect.poll(() => last.watchers, PATIENCE).toEqual(['audrey']);
    await harness.admin.do('POST', `/sessions/${session.id}/terminate`, {});
    await expect.poll(() => last.ended, PATIENCE).toEqual({ reason: 'terminated', detail: 'admin' });
  });

  it('ends when a second factor is demanded of who has none, of them or of their role', async () => {
    const { session } = await shell();
    const demand = (policy: object): Promise<unknown> =>
      harness.admin.do('PUT', '/settings/security', {
        secondFactorFor: 'nobody',
        secondFactorRoles: [],
        ...policy,
      });
    const first = await watch(session);
    await harness.change(`/users/${auditor.id}`, { secondFactorRequired: true });
    await expect.poll(() => first.gone, PATIENCE).not.toBeNull();
    await harness.change(`/users/${auditor.id}`, { secondFactorRequired: false });
    const second = await watch(session);
    await demand({ secondFactorFor: 'roles', secondFactorRoles: ['auditor'] });
    await expect.poll(() => second.gone, PATIENCE).not.toBeNull();
    await demand({});
    expect(await connect(await cookieOf(auditor), session.id).outcome()).toBe('connected');
  });

  it('is no burden: frozen watchers cost neither time nor memory, and who reads on sees the same as the user', async () => {
    const { terminal, session } = await shell();
    terminal.line('stty -echo; echo begin=$((1+1)); while read -r line; do echo "<$line>"; done');
    await terminal.waitFor('begin=2');
    let turn = 0;
    const echo = async (times: number[]): Promise<void> => {
      for (let count = 0; count < 10; count++) {
        const begun = performance.now();
        terminal.line(`turn${++turn}`);
        await terminal.waitFor(`<turn${turn}>`);
        times.push(performance.now() - begun);
      }
    };
    const median = (times: number[]): number => times.sort((a, b) => a - b)[times.length >> 1] ?? 0;
    const [alone, open, frozen]: [number[], number[], number[]] = [[], [], []];
    await echo([]);
    await echo(alone);
    const cookie = await cookieOf(auditor);
    const watchers = await Promise.all(
      Array.from({ length: 10 }, (_, index) => watch(session, cookie, index === 1)),
    );
    await expect.poll(() => watchers.every(({ screens }) => screens > 0), PATIENCE).toBe(true);
    // in turns, so that what else the machine does falls on both
    for (let round = 0; round < 8; round++) {
      await echo(open);
      watchers[0]?.freeze();
      await echo(frozen);
      watchers[0]?.thaw();
    }
    const figures = [alone, open, frozen].map((times) => median(times).toFixed(2));
    console.info(`echo alone, with ten watchers, with one of them frozen: ${figures.join(', ')} ms`);
    expect(median(frozen)).toBeLessThan(median(open) + 5);
    watchers[0]?.freeze();
    terminal.type('\x03');
    await terminal.waitFor('$ ');
    for (const watcher of watchers.slice(2)) watcher.freeze();
    const before = await harness.product.gatewayMemory();
    const begun = performance.now();
    terminal.line('seq 1 1500000; echo "the-end=$((1+1))"');
    const untilEnd = { timeout: 40_000, interval: 250 };
    await expect.poll(() => terminal.shown.slice(-500), untilEnd).toContain('the-end=2');
    const grown = (await harness.product.gatewayMemory()) - before;
    console.info(
      `11 MB took ${Math.round(performance.now() - begun)} ms, memory grew by ${Math.round(grown / 1e6)} MB`,
    );
    expect(grown).toBeLessThan(100e6);
    const late = await watch(session, cookie);
    for (const watcher of [watchers[1], late]) {
      await expect.poll(() => watcher?.text, PATIENCE).toMatch(/1499999\n1500000\nthe-end=2\n/);
    }
  });
});
