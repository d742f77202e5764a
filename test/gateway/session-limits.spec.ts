import { beforeAll, expect, it } from 'vitest';
import { requires, type Host } from '../hosts/index.js';
import { Harness, type Way } from './harness.js';
import type { KeyPair } from './key-ring.js';
import type { Terminal } from './terminal.js';

const IDLE_SECONDS = 2;
const SESSION_SECONDS = 8;

requires('hosts', 'ssh', 'terminal').describe('how long sessions may last', () => {
  let harness: Harness;
  let host: Host;
  let systemKey: KeyPair;
  let way: Way;

  beforeAll(async () => {
    harness = await Harness.start({
      env: {
        GATEHOUSE_IDLE_SECONDS: String(IDLE_SECONDS),
        GATEHOUSE_SESSION_SECONDS: String(SESSION_SECONDS),
      },
    });
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

  async function open(): Promise<Terminal> {
    const ssh = await harness.ssh(way.person, 'alice@dev@web-01');
    const terminal = ssh.terminal();
    await terminal.waitFor('$ ');
    return terminal;
  }

  /** The end of the session that began last, once it has a row and the row has an end. */
  async function lastEnd(): Promise<string | null> {
    await expect.poll(() => harness.sessions('&state=online'), { timeout: 5_000 }).toHaveLength(0);
    const rows = await harness.sessions();
    const last = rows.sort((one, other) => one.startedAt.localeCompare(other.startedAt)).at(-1);
    return last?.endReason ?? null;
  }

  /** No process of the account is on the asset any more. */
  async function nothingIsLeft(): Promise<void> {
    const processes = async () => (await host.exec('pgrep -a -u dev || true')).text;
    await expect.poll(processes, { timeout: 2_000 }).toBe('');
  }

  it('a terminal in which nobody types ends, whatever a program prints there', async () => {
    const terminal = await open();
    const since = performance.now();
    terminal.line('sleep 47.117 & while :; do echo stillhere; sleep 0.2; done');
    await terminal.untilEnded();
    expect(performance.now() - since).toBeGreaterThanOrEqual(IDLE_SECONDS * 1000);
    expect(terminal.shown).toContain('Nobody typed here for long, so the session ends.');
    expect(await lastEnd()).toBe('idle_timeout');
    await nothingIsLeft();
  });

  it('a menu in which nobody types ends, and the session that ended there does not leave it open', async () => {
    const terminal = (await harness.ssh(way.person)).terminal();
    await terminal.waitFor('Gatehouse> ');
    terminal.line('web-01');
    await terminal.waitFor('$ ');
    const since = performance.now();
    expect(await terminal.untilEnded()).toBe(0);
    expect(performance.now() - since).toBeGreaterThanOrEqual(2 * IDLE_SECONDS * 1000 - 500);
    expect(terminal.shown).toMatch(
      /so the session ends\.[\s\S]*Gatehouse> [\s\S]*Nobody typed here for long\. Goodbye\./,
    );
    expect(await lastEnd()).toBe('idle_timeout');
  });

  it('a terminal in which somebody types ends at the longest time that a session may last', async () => {
    const terminal = await open();
    const since = performance.now();
    terminal.line('trap : INT; sleep 47.117 & cat');
    const typing = setInterval(() => terminal.type('x'), 200);
    await terminal.untilEnded(30_000);
    clearInterval(typing);
    expect(performance.now() - since).toBeGreaterThanOrEqual((SESSION_SECONDS - 3) * 1000);
    expect(terminal.shown).toContain('the longest time that is allowed');
    expect(await lastEnd()).toBe('session_limit');
    await nothingIsLeft();
  });

  it('a command without a terminal is never idle, and ends at the longest time too', async () => {
    const ssh = await harness.ssh(way.person, 'alice@dev@web-01');
    const quiet = await ssh.exec('sleep 4; echo done');
    expect(quiet).toMatchObject({ status: 0, text: 'done\n' });
    const endless = await ssh.exec('sleep 60');
    expect(endless.status).not.toBe(0);
    expect(endless.stderr).toContain('the longest time that is allowed');
    expect(await lastEnd()).toBe('session_limit');
  });
});
