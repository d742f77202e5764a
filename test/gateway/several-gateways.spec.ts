import { afterEach, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { openDatabase } from '#libs/database';
import { endProcess, requires, type Host } from '../hosts/index.js';
import { cookieOf } from './enrolled.js';
import { Harness, type Person, type Way } from './harness.js';
import { MonitorClient } from './monitor-client.js';
import type { Terminal } from './terminal.js';

const PATIENCE = { timeout: 15_000 };
/** From the request to the end of the user's connection and of what ran on the asset. */
const WITHIN_MS = 1_000;
const served = z.array(z.object({ id: z.string(), gatewayId: z.string() }));

/** A shell, its session, and the process that has it. */
interface Shell {
  terminal: Terminal;
  id: string;
  gatewayId: string;
}

requires('hosts', 'ssh', 'terminal').describe('two gateway processes on one port', () => {
  let harness: Harness;
  let way: Way;
  let host: Host;
  let auditor: Person;
  let inHand: () => Promise<z.infer<typeof served>>;
  const shells: Shell[] = [];
  const watchers: MonitorClient[] = [];

  beforeAll(async () => {
    harness = await Harness.start({ gateways: 2 });
    return () => harness.stop();
  }, 120_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const accounts = [{ username: 'dev', publicKey: systemKey.public }];
    host = await harness.startHost({ name: 'web-01', accounts });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    auditor = await harness.addPerson('audrey', { role: 'auditor' });
    const database = await openDatabase(harness.product.databaseUrl);
    inHand = async () =>
      served.parse(
        await database.query(
          `SELECT id, gateway_id AS "gatewayId" FROM sessions WHERE ended_at IS NULL ORDER BY started_at, id`,
        ),
      );
    return () => database.destroy();
  });
  afterEach(async () => {
    for (const watcher of watchers.splice(0)) watcher.leave();
    await Promise.all(shells.splice(0).map(({ terminal }) => terminal.close()));
  });

  async function openShell(): Promise<Shell> {
    const known = new Set((await inHand()).map(({ id }) => id));
    const terminal = (await harness.ssh(way.person, 'alice@dev@web-01')).terminal();
    await terminal.waitFor('$ ');
    const session = (await inHand()).find(({ id }) => !known.has(id));
    if (!session) throw new Error('the session has no row');
    const shell = { terminal, ...session };
    shells.push(shell);
    return shell;
  }

  /** A shell in each of the two; the kernel chooses, so that some more may be needed until each has one. */
  async function openOnBoth(): Promise<[Shell, Shell]> {
    const first = await openShell();
    for (let tries = 0; tries < 20; tries++) {
      const other = await openShell();
      if (other.gatewayId !== first.gatewayId) return [first, other];
    }
    throw new Error('one process got all logins');
  }

  async function watch({ id }: Shell): Promise<MonitorClient> {
    const client = MonitorClient.at(harness.product.url, await cookieOf(harness, auditor), id);
    watchers.push(client);
    expect(await client.watch(id)).toEqual({ ok: true });
    return client;
  }

  async function echoes({ terminal }: Shell, word: string): Promise<void> {
    terminal.line(`echo ${word}-$((40+2))`);
    await terminal.waitFor(`${word}-42`);
  }

  it('monitoring and ending from outside reach a session whichever has it, ending within a second', async () => {
    for (const [index, shell] of (await openOnBoth()).entries()) {
      const watcher = await watch(shell);
      await echoes(shell, 'seen');
      await expect.poll(() => watcher.text, PATIENCE).toContain('seen-42');
      shell.terminal.line(`exec sleep 4711${index}`);
      const runs = async (): Promise<boolean> =>
        (await host.exec(`pgrep -f '[s]leep 4711${index}' || true`)).text !== '';
      await expect.poll(runs, PATIENCE).toBe(true);
      const begun = performance.now();
      await harness.admin.do('POST', `/sessions/${shell.id}/terminate`);
      const gone = expect.poll(runs, { timeout: WITHIN_MS, interval: 20 }).toBe(false);
      await Promise.all([shell.terminal.untilEnded(WITHIN_MS), gone]);
      expect(performance.now() - begun).toBeLessThan(WITHIN_MS);
      expect(shell.terminal.shown).toContain('ended by admin');
      await expect.poll(() => watcher.ended?.reason, PATIENCE).toBe('terminated');
      await expect.poll(async () => (await inHand()).map(({ id }) => id), PATIENCE).not.toContain(shell.id);
    }
  });

  it('a rule that is switched off ends sessions in both', async () => {
    const both = await openOnBoth();
    await harness.change(`/authorization-rules/${way.ruleId}`, { active: false });
    await Promise.all(both.map(({ terminal }) => terminal.untilEnded(15_000)));
    for (const { terminal } of both) expect(terminal.shown).toContain('withdrawn');
    await harness.change(`/authorization-rules/${way.ruleId}`, { active: true });
  });

  it('one that is killed takes only its own sessions with it; the other serves every new login', async () => {
    const both = await openOnBoth();
    const [victim] = harness.product.gateways.splice(0, 1);
    if (!victim) throw new Error('no process');
    await endProcess(victim, 'SIGKILL');
    const lost = await Promise.race(
      both.map(async (shell) => {
        await shell.terminal.ended;
        return shell;
      }),
    );
    const left = both[0] === lost ? both[1] : both[0];
    await echoes(left, 'alive');
    const ssh = await harness.ssh(way.person, 'alice@dev@web-01');
    for (let login = 0; login < 6; login++) expect((await ssh.exec('id -un')).text).toBe('dev\n');
    const watcher = await watch(left);
    await echoes(left, 'watched');
    await expect.poll(() => watcher.text, PATIENCE).toContain('watched-42');
    await harness.admin.do('POST', `/sessions/${left.id}/terminate`);
    await left.terminal.untilEnded(15_000);
    expect(left.terminal.shown).toContain('ended by admin');
  });
});
