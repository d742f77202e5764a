import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { requires } from '../hosts/index.js';
import { BatchHand } from './batch-desk.js';
import { Harness, type SessionRow, type Way } from './harness.js';
import { RestClient } from './rest.js';
import type { Terminal } from './terminal.js';

const PATIENCE = { timeout: 20_000 };
const LOGIN = 'alice@dev@web-01';
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

  async function shell(username: string, login: string): Promise<{ terminal: Terminal; row: SessionRow }> {
    const person = username === 'alice' ? way.person : await harness.addPerson(username);
    if (username !== 'alice') {
      const rule = await harness.addRule([person.id], [way.assetId], [way.systemUserId]);
      const validUntil = new Date(Date.now() + GRANT_MS).toISOString();
      await harness.change(`/authorization-rules/${rule}`, { validUntil });
    }
    const terminal = (await harness.ssh(person, login)).terminal();
    await terminal.waitFor('$ ');
    const row = (await harness.sessions('&state=online')).find((one) => one.username === username);
    if (!row) throw new Error('The session has no row');
    return { terminal, row };
  }

  const commandsOf = async ({ id }: SessionRow): Promise<string[]> => {
    const page = z.object({ items: z.array(z.object({ command: z.string() })) });
    const { items } = await harness.admin.call('GET', `/sessions/${id}/commands?pageSize=200`, page);
    return items.map(({ command }) => command);
  };
  const endOf = async ({ id }: SessionRow): Promise<string | null | undefined> =>
    (await harness.sessions()).find((session) => session.id === id)?.endReason;
  const timesTold = (words: string): number => harness.product.log.split(words).length - 1;

  /** Alice's session, bob's that loses its grant meanwhile, and a batch execution, through an outage. */
  async function through(begin: () => Promise<void>, end: () => Promise<void>): Promise<void> {
    const toldBefore = timesTold('live sessions can not be checked');
    const { terminal, row } = await shell('alice', LOGIN);
    const name = `bob-${toldBefore}`;
    const batch = await hand.begin('*', 'sleep 6; echo "ran $((40+2))"');
    await expect.poll(async () => (await hand.show(batch)).runningCount, PATIENCE).toBe(1);
    const { terminal: ending, row: endingRow } = await shell(name, `${name}@dev@web-01`);
    await begin();
    terminal.line('echo away-$((40+1))');
    await terminal.waitFor('away-41');
    await ending.waitFor('can not be checked now');
    await ending.untilEnded(5_000);
    terminal.line('echo still-$((40+1))');
    await terminal.waitFor('still-41');
    expect(timesTold('live sessions can not be checked') - toldBefore).toBe(1);
    await end();
    await expect
      .poll(() => commandsOf(row), PATIENCE)
      .toEqual(['echo away-$((40+1))', 'echo still-$((40+1))']);
    await hand.ended(batch);
    expect(await hand.results(batch)).toMatchObject({
      'web-01': { state: 'succeeded', exitStatus: 0, stdout: 'ran 42\n' },
    });
    await expect.poll(() => endOf(endingRow), PATIENCE).toBe('access_revoked');
    terminal.line('exit');
    await terminal.untilEnded();
    await expect.poll(() => endOf(row), PATIENCE).toBe('logout');
  }

  it('goes on while it hangs; a grant that ends is not prolonged, and all is on record once afterwards', async () => {
    let hanging: number[] = [];
    const signal = (name: NodeJS.Signals): void => hanging.forEach((pid) => process.kill(pid, name));
    try {
      await through(
        async () => {
          hanging = await processesOf(harness.product.dataDir);
          signal('SIGSTOP');
        },
        () => {
          signal('SIGCONT');
          return Promise.resolve();
        },
      );
    } finally {
      signal('SIGCONT');
    }
  });

  it('does the same while it is stopped, and who logs in by prompts is told', async () => {
    await through(
      () => harness.product.stopDatabase(),
      async () => {
        const ssh = await harness.ssh(way.person, LOGIN);
        const prompted = ssh.terminal(undefined, [
          ...['-o', 'PreferredAuthentications=keyboard-interactive', '-o', 'NumberOfPasswordPrompts=1'],
        ]);
        await prompted.waitFor('assword: ');
        prompted.line(way.person.password);
        await prompted.waitFor('can not check logins right now');
        await prompted.untilEnded();
        await harness.product.startDatabase();
      },
    );
  });
});
