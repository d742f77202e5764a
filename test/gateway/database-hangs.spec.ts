import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { requires } from '../hosts/index.js';
import { BatchHand } from './batch-desk.js';
import { Harness, type Person, type SessionRow, type Way } from './harness.js';
import { RestClient } from './rest.js';
import { SshClient } from './ssh.js';
import type { Terminal } from './terminal.js';

const PATIENCE = { timeout: 20_000 };
/** Long enough to log in on a busy machine. */
const GRANT_MS = 8_000;

/** The PostgreSQL of a data folder: its postmaster and what that has started. */
async function processesOf(dataDir: string): Promise<number[]> {
  const postmaster = Number(
    (await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0],
  );
  const numbers = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number);
  const children = await Promise.all(
    numbers.map(async (pid) => {
      const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ''); // ended meanwhile
      const parent = Number(stat.slice(stat.lastIndexOf(')')).split(' ')[2]);
      return parent === postmaster ? [pid] : [];
    }),
  );
  return [postmaster, ...children.flat()];
}

requires('hosts', 'ssh', 'terminal').describe('a gateway whose database takes no answer', () => {
  let harness: Harness;
  let way: Way;
  let hand: BatchHand;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const account = { username: 'dev', publicKey: systemKey.public };
    const host = await harness.startHost({ name: 'web-01', accounts: [account] });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    const client = await RestClient.login(harness.product.url, 'alice', way.person.password);
    hand = new BatchHand(client, way.systemUserId);
  });

  async function shell(person: Person): Promise<{ terminal: Terminal; row: SessionRow }> {
    const { username } = person;
    const terminal = (await harness.ssh(person, `${username}@dev@web-01`)).terminal();
    await terminal.waitFor('$ ');
    const row = (await harness.sessions('&state=online')).find((one) => one.username === username);
    if (!row) throw new Error('The session has no row');
    return { terminal, row };
  }

  /** Somebody whose rule soon ends. */
  async function shortly(): Promise<Person> {
    const person = await harness.addPerson('bob');
    const rule = await harness.addRule([person.id], [way.assetId], [way.systemUserId]);
    const validUntil = new Date(Date.now() + GRANT_MS).toISOString();
    await harness.change(`/authorization-rules/${rule}`, { validUntil });
    return person;
  }

  const commandsOf = async ({ id }: SessionRow): Promise<string[]> => {
    const page = z.object({ items: z.array(z.object({ command: z.string() })) });
    const { items } = await harness.admin.call('GET', `/sessions/${id}/commands?pageSize=200`, page);
    return items.map(({ command }) => command);
  };
  const endOf = async ({ id }: SessionRow): Promise<string | null | undefined> =>
    (await harness.sessions()).find((session) => session.id === id)?.endReason;

  /** Somebody's session and a batch execution, through an outage in which more happens. */
  async function through(outage: {
    before?: () => Promise<void>;
    begin: () => Promise<void>;
    during?: () => Promise<void>;
    end: () => Promise<void>;
  }): Promise<void> {
    const { terminal, row } = await shell(way.person);
    const batch = await hand.begin('*', 'sleep 5; echo "ran $((40+2))"');
    await expect.poll(async () => (await hand.show(batch)).runningCount, PATIENCE).toBe(1);
    // it counts as running before its session's row stands
    await expect
      .poll(async () => (await harness.sessions('&state=online')).map(({ kind }) => kind), PATIENCE)
      .toContain('batch');
    await outage.before?.();
    await outage.begin();
    terminal.line('echo away-$((40+1))');
    await terminal.waitFor('away-41');
    await outage.during?.();
    terminal.line('echo still-$((40+1))');
    await terminal.waitFor('still-41');
    await outage.end();
    await expect
      .poll(() => commandsOf(row), PATIENCE)
      .toEqual(['echo away-$((40+1))', 'echo still-$((40+1))']);
    await hand.ended(batch);
    expect(await hand.results(batch)).toMatchObject({
      'web-01': { state: 'succeeded', exitStatus: 0, stdout: 'ran 42\n' },
    });
    terminal.line('exit');
    await terminal.untilEnded();
    await expect.poll(() => endOf(row), PATIENCE).toBe('logout');
  }

  it('goes on while it hangs, and all is on record once afterwards', async () => {
    const hanging: number[] = [];
    const goOn = (): Promise<void> => {
      for (const pid of hanging.splice(0)) process.kill(pid, 'SIGCONT');
      return Promise.resolve();
    };
    try {
      await through({
        begin: async () => {
          hanging.push(...(await processesOf(harness.product.dataDir)));
          for (const pid of hanging) process.kill(pid, 'SIGSTOP');
        },
        during: () => sleep(6_000), // longer than the batch execution
        end: goOn,
      });
    } finally {
      await goOn();
    }
  }, 90_000);

  it('while it is stopped it prolongs no grant, tells of it once, and says why nobody can log in', async () => {
    let ending: Awaited<ReturnType<typeof shell>> | undefined;
    await through({
      before: async () => {
        ending = await shell(await shortly());
      },
      begin: () => harness.product.stopDatabase(),
      during: async () => {
        await ending?.terminal.waitFor('can not be checked now', 30_000);
        await ending?.terminal.untilEnded(10_000);
        expect(harness.product.log.split('live sessions can not be checked')).toHaveLength(2);
        const prompts = ['PreferredAuthentications=keyboard-interactive', 'NumberOfPasswordPrompts=1'];
        const options = prompts.flatMap((option) => ['-o', option]);
        const { address, port, login, hostKeys } = harness.door(way.person);
        const keyless = await SshClient.at({ address, port, login, hostKeys }, harness.keys);
        const prompted = keyless.terminal(undefined, options);
        await prompted.waitFor('assword: ');
        prompted.line(way.person.password);
        await prompted.waitFor('can not check logins right now');
        await prompted.untilEnded();
      },
      end: () => harness.product.startDatabase(),
    });
    const { row } = ending ?? {};
    if (!row) throw new Error('nobody had a session');
    await expect.poll(() => endOf(row), PATIENCE).toBe('access_revoked');
  }, 90_000);
});
