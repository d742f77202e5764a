import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { endProcess, requires, spawnBound, type Host } from '../hosts/index.js';
import { Harness, type SessionRow, type Way } from './harness.js';
import type { KeyPair } from './key-ring.js';
import { MonitorClient } from './monitor-client.js';
import type { Terminal } from './terminal.js';

const MINUTE_MS = 60_000;
/** Time to log in, on a busy machine too. */
const WELL_BEFORE_MS = 20_000;
const pageOf = <T extends z.ZodRawShape>(shape: T) => z.object({ items: z.array(z.looseObject(shape)) });
const WEEK = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

requires('hosts', 'ssh', 'terminal').describe('how sessions end', () => {
  let harness: Harness;
  let host: Host;
  let systemKey: KeyPair;
  let way: Way;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    systemKey = await harness.keys.make('system');
    host = await harness.startHost({
      name: 'web-01',
      accounts: [{ username: 'dev', publicKey: systemKey.public }],
    });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
  });

  /** A terminal on the asset with its shell at the prompt, and the row of its session. */
  async function openSession(on = way): Promise<{ terminal: Terminal; row: SessionRow }> {
    const ssh = await harness.ssh(on.person, `${on.person.username}@dev@${on.assetName}`);
    const terminal = ssh.terminal();
    await terminal.waitFor('$ ');
    const [row] = await harness.sessions('&state=online');
    if (!row) throw new Error('The session has no row');
    return { terminal, row };
  }

  /** The session's row as soon as it says that the session has ended. */
  async function ended(row: SessionRow, patience = 1000): Promise<string | null> {
    const find = async () => (await harness.sessions()).find(({ id }) => id === row.id);
    await expect
      .poll(async () => (await find())?.endedAt ?? null, { timeout: patience + 500 })
      .not.toBeNull();
    return (await find())?.endReason ?? null;
  }

  /** Somebody whose rule counts until a full minute, which comes while the tests below run. */
  let timed: { terminal: Terminal; row: SessionRow; until: Date };

  it('opens within the hours of its rule', async () => {
    const nora = await harness.addPerson('nora');
    // an asset that no test below changes
    const assetId = await harness.addAsset('clocked', host);
    await harness.recordPush(way.systemUserId, [assetId]);
    const rule = await harness.addRule([nora.id], [assetId], [way.systemUserId]);
    const until = new Date(Math.ceil((Date.now() + WELL_BEFORE_MS) / MINUTE_MS) * MINUTE_MS);
    const window = { days: [...WEEK], from: '00:00', until: until.toISOString().slice(11, 16) };
    if (window.until === '00:00') window.until = '24:00';
    await harness.change(`/authorization-rules/${rule}`, { hours: { timeZone: 'UTC', windows: [window] } });
    timed = { until, ...(await openSession({ ...way, person: nora, assetName: 'clocked' })) };
  });

  it('logout', async () => {
    const { terminal, row } = await openSession();
    terminal.line('exit');
    expect(await terminal.untilEnded()).toBe(0);
    expect(await ended(row)).toBe('logout');
  });

  it('a killed client', async () => {
    const ssh = await harness.ssh(way.person, 'alice@dev@web-01');
    const client = spawnBound('ssh', ssh.args('sleep 4713', ['-tt']), {
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    const online = async () =>
      (await harness.sessions('&state=online')).filter(({ id }) => id !== timed.row.id);
    await expect.poll(online).toHaveLength(1);
    const [row] = await online();
    await endProcess(client);
    expect(row && (await ended(row))).toBe('client_disconnected');
  });

  it('an asset that dies: the user is told', async () => {
    const doomed = await harness.startHost({
      name: 'doomed',
      accounts: [{ username: 'dev', publicKey: systemKey.public }],
    });
    const assetId = await harness.addAsset('doomed', doomed);
    await harness.recordPush(way.systemUserId, [assetId]);
    await harness.addRule([way.person.id], [assetId], [way.systemUserId]);
    const { terminal, row } = await openSession({ ...way, assetName: 'doomed' });
    await doomed.stop();
    await terminal.untilEnded(2000);
    expect(terminal.shown).toMatch(/doomed closed the connection/);
    expect(await ended(row)).toBe('asset_disconnected');
  });

  it('a user whose language is Chinese is told in it', async () => {
    await harness.admin.do('PATCH', `/users/${way.person.id}`, { language: 'zh-CN' });
    const { terminal, row } = await openSession();
    await harness.admin.do('POST', `/sessions/${row.id}/terminate`);
    await terminal.untilEnded(10_000);
    expect(terminal.shown).toContain('您的会话已被 admin 阻断。');
    await harness.admin.do('PATCH', `/users/${way.person.id}`, { language: 'en' });
  });

  it('an admin ends it: exactly that one, within a second, and the user is told by whom', async () => {
    const { terminal: other, row: otherRow } = await openSession();
    const { terminal, row } = await openSession();
    expect(row.id).not.toBe(otherRow.id);
    terminal.line('trap : INT TERM; sleep 47.118');
    const running = async () => (await host.exec('pgrep -f "sleep 47[.]118" || true')).text;
    await expect.poll(running).not.toBe('');
    await harness.admin.do('POST', `/sessions/${row.id}/terminate`);
    await terminal.untilEnded(1000);
    expect(terminal.shown).toMatch(/ended by .*admin|admin.* ended/i);
    expect(await ended(row)).toBe('terminated');
    await expect.poll(running).toBe('');
    other.line('echo still $((40+2))');
    await other.waitFor('still 42');
    other.line('exit');
    await other.untilEnded();
    expect(await ended(otherRow)).toBe('logout');
  });

  it('its rule becomes inactive: within two seconds', async () => {
    const { terminal, row } = await openSession();
    await harness.change(`/authorization-rules/${way.ruleId}`, { active: false });
    await terminal.untilEnded(2000);
    await harness.change(`/authorization-rules/${way.ruleId}`, { active: true });
    expect(await ended(row)).toBe('access_revoked');
  });

  it('its rule’s period is over: within two seconds', async () => {
    const { terminal, row } = await openSession();
    const validUntil = new Date(Date.now() + 3000);
    await harness.change(`/authorization-rules/${way.ruleId}`, { validUntil: validUntil.toISOString() });
    terminal.line('echo still $((40+2))');
    await terminal.waitFor('still 42');
    await terminal.untilEnded(5000);
    const after = Date.now() - validUntil.getTime();
    await harness.change(`/authorization-rules/${way.ruleId}`, { validUntil: null });
    expect(after).toBeGreaterThanOrEqual(0);
    expect(after).toBeLessThan(2000);
    expect(await ended(row)).toBe('access_revoked');
  });

  it('its rule is deleted, and no other covers it: within two seconds', async () => {
    const nina = await harness.addPerson('nina');
    const rule = await harness.addRule([nina.id], [way.assetId], [way.systemUserId]);
    const { terminal, row } = await openSession({ ...way, person: nina });
    await harness.admin.do('DELETE', `/authorization-rules/${rule}`);
    await terminal.untilEnded(2000);
    expect(await ended(row)).toBe('access_revoked');
  });

  it('its asset becomes inactive: within two seconds', async () => {
    const { terminal, row } = await openSession();
    await harness.change(`/assets/${way.assetId}`, { active: false });
    await terminal.untilEnded(2000);
    await harness.change(`/assets/${way.assetId}`, { active: true });
    expect(await ended(row)).toBe('access_revoked');
  });

  it('its user is disabled: session and menu end within two seconds', async () => {
    const dave = await harness.addPerson('dave');
    await harness.addRule([dave.id], [way.assetId], [way.systemUserId]);
    const { terminal, row } = await openSession({ ...way, person: dave });
    const menu = (await harness.ssh(dave)).terminal();
    await menu.waitFor('Gatehouse> ');
    await harness.change(`/users/${dave.id}`, { active: false });
    await Promise.all([terminal.untilEnded(2000), menu.untilEnded(2000)]);
    expect(await ended(row)).toBe('access_revoked');
  });

  it('its user’s account ends at its moment: session and menu end within two seconds, and it lets nobody in again', async () => {
    const erin = await harness.addPerson('erin');
    await harness.addRule([erin.id], [way.assetId], [way.systemUserId]);
    const { terminal, row } = await openSession({ ...way, person: erin });
    const menu = (await harness.ssh(erin)).terminal();
    await menu.waitFor('Gatehouse> ');
    const validUntil = new Date(Date.now() + 3000);
    await harness.change(`/users/${erin.id}`, { validUntil: validUntil.toISOString() });
    terminal.line('echo still $((40+2))');
    await terminal.waitFor('still 42');
    await Promise.all([terminal.untilEnded(5000), menu.untilEnded(5000)]);
    const after = Date.now() - validUntil.getTime();
    expect(after).toBeGreaterThanOrEqual(0);
    expect(after).toBeLessThan(2000);
    expect(await ended(row)).toBe('access_revoked');
    const again = await (await harness.ssh(erin)).exec('true', [], { timeout: 5000 });
    expect(again.stderr).toContain('Permission denied');
  });

  it('a rule that is deleted while another still covers the session: it goes on', async () => {
    const second = await harness.addRule([way.person.id], [way.assetId], [way.systemUserId]);
    const { terminal, row } = await openSession();
    await harness.admin.do('DELETE', `/authorization-rules/${second}`);
    await sleep(1000);
    terminal.line('echo still $((40+2))');
    await terminal.waitFor('still 42');
    terminal.line('exit');
    expect(await ended(row, 3000)).toBe('logout');
  });

  it('a menu without a terminal and without input ends at once', async () => {
    const begin = performance.now();
    await (await harness.ssh(way.person)).exec(undefined, ['-T'], { timeout: 5000 });
    expect(performance.now() - begin).toBeLessThan(3000);
  });

  it('the hours of its rule are over: at that moment, within two seconds', async () => {
    const { terminal, row, until } = timed;
    const left = until.getTime() - Date.now();
    if (left > 0) expect((await harness.sessions('&state=online')).map(({ id }) => id)).toContain(row.id);
    await terminal.untilEnded(Math.max(left, 0) + 5000);
    expect(await ended(row)).toBe('access_revoked');
    const { endedAt } = (await harness.sessions()).find(({ id }) => id === row.id) ?? {};
    const after = new Date(endedAt ?? 0).getTime() - until.getTime();
    expect(after).toBeGreaterThanOrEqual(0);
    expect(after).toBeLessThan(2000);
  }, 120_000);

  it('the gateway stops: its sessions end with the reason, none stays online, and no record of its end is lost', async () => {
    const { terminal, row } = await openSession();
    const auditor = await harness.addPerson('audrey', { role: 'auditor' });
    const watcher = MonitorClient.at(harness.product.url, await harness.consoleCookie(auditor), row.id);
    expect(await watcher.outcome()).toBe('connected');
    expect(await watcher.watch(row.id)).toEqual({ ok: true });
    terminal.line('echo the last');
    await terminal.waitFor(/^the last/m);
    const gateway = harness.product.gateways.splice(0, 1)[0];
    if (gateway) await endProcess(gateway, 'SIGTERM');
    await terminal.untilEnded(3000);
    expect(await ended(row)).toBe('gateway_stopped');
    await expect.poll(() => watcher.ended).toEqual({ reason: 'gateway_stopped', detail: null });
    // all of it is in the database when the process is gone: no other gateway is there to write it
    const entered = await harness.admin.call(
      'GET',
      `/sessions/${row.id}/commands`,
      pageOf({ command: z.string() }),
    );
    expect(entered.items.map(({ command }) => command)).toEqual(['echo the last']);
    const done = await harness.admin.call(
      'GET',
      '/operations?pageSize=50',
      pageOf({ action: z.string(), subjectId: z.string().nullable() }),
    );
    const actions = done.items.filter(({ subjectId }) => subjectId === row.id).map(({ action }) => action);
    expect(actions).toEqual(['session.unwatch', 'session.watch']);
    expect(await readdir(join(harness.product.dataDir, 'spool'))).toEqual([]);
    await harness.product.startGateway();
    const { terminal: again } = await openSession();
    again.line('exit');
    await again.untilEnded();
  });
});
