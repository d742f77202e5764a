import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, it } from 'vitest';
import { endProcess, requires, spawnBound, startMisbehavingHost, type Outcome } from '../hosts/index.js';
import { Harness, type Way } from './harness.js';

requires('hosts', 'ssh').describe('the menu without a terminal, its input a pipe', () => {
  let harness: Harness;
  let way: Way;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const accounts = [{ username: 'dev', publicKey: systemKey.public }];
    const host = await harness.startHost({ name: 'web-01', accounts });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    const silent = await startMisbehavingHost('silent');
    const down = { address: '127.0.0.1', port: 4, hostKey: systemKey.public };
    for (const [name, place] of Object.entries({ silent, down })) {
      const assetId = await harness.addAsset(name, place);
      await harness.recordPush(way.systemUserId, [assetId]);
      await harness.addRule([way.person.id], [assetId], [way.systemUserId]);
    }
    return () => silent.stop();
  });

  async function piped(input: string): Promise<Outcome> {
    return (await harness.ssh(way.person)).exec(undefined, ['-T'], { input, timeout: 10_000 });
  }

  /** The rest comes, with the end of input behind it, while the menu is busy with what came first: it finds both waiting. */
  async function pipedLate(rest: string): Promise<Pick<Outcome, 'status' | 'text'>> {
    const args = (await harness.ssh(way.person)).args(undefined, ['-T', '-o', 'BatchMode=yes']);
    const client = spawnBound('ssh', args, { stdio: ['pipe', 'pipe', 'inherit'] });
    const ended = once(client, 'close');
    let text = '';
    const listed = new Promise<void>((resolve) => {
      client.stdout?.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
        if (text.includes('web-01')) resolve();
      });
    });
    // more lines than the menu takes in one breath
    client.stdin?.write('p\n'.repeat(40));
    await listed;
    client.stdin?.end(rest);
    await ended;
    return { status: client.exitCode, text };
  }

  /** What came after the menu's last word. */
  function answered({ text }: Pick<Outcome, 'text'>): string {
    return /Connecting to \S+ as \S+ …\n([^]*)$/.exec(text)?.[1] ?? `never connected:\n${text}`;
  }

  it('takes the choice, gives the rest to the asset’s shell, and ends as that does', async () => {
    const outcome = await piped('web-01\nid -un\necho aside >&2\nexit 7\n');
    expect([answered(outcome), outcome.stderr, outcome.status]).toEqual(['dev\n', 'aside\n', 7]);
  });

  it.each(['web-01', '3', 'no such asset\nweb-01'])(
    'the same where choice (%j), rest and end of input wait for the menu',
    async (choice) => {
      const outcome = await pipedLate(`${choice}\nid -un\nexit 7\n`);
      expect([answered(outcome), outcome.status]).toEqual(['dev\n', 7]);
    },
  );

  it.each(['web-01\n', '3\n', 'web-01', 'p\n3'])(
    'nothing but the choice (%j): the shell gets the end of its input',
    async (choice) => {
      const outcome = await pipedLate(choice);
      expect([answered(outcome), outcome.status]).toEqual(['', 0]);
    },
  );

  it.each(['no such asset\nid\n', '77\n', 'p\n77', 'w'])(
    '%j chooses none: that it failed is told',
    async (input) => {
      expect((await piped(input)).status).toBe(1);
    },
  );

  it('takes a last line without its end: a key, and the answer to a question', async () => {
    const left = await piped('p\nexit');
    expect([left.text, left.status]).toEqual([expect.stringContaining('Goodbye'), 0]);
    const ran = await piped('e\n1\nweb-01\ny\necho done | tr a-z A-Z');
    expect(ran.text).toContain('DONE');
  });

  it('a line that a client was at when it went away is none', async () => {
    const before = (await harness.sessions()).length;
    const args = (await harness.ssh(way.person)).args(undefined, ['-T', '-o', 'BatchMode=yes']);
    const client = spawnBound('ssh', args, { stdio: ['pipe', 'pipe', 'inherit'] });
    client.stdin?.write('p\n');
    await once(client.stdout ?? client, 'data');
    client.stdin?.write('web-01');
    await sleep(500);
    await endProcess(client);
    await sleep(500);
    expect(await harness.sessions()).toHaveLength(before);
  });

  it('the end reaches the asset after all that was sent before it, however much that is', async () => {
    const content = `${randomBytes(3_000_000).toString('hex')}\n`;
    const outcome = await piped(`web-01\nsha256sum; exit 5\n${content}`);
    const sum = createHash('sha256').update(content).digest('hex');
    expect([answered(outcome), outcome.status]).toEqual([`${sum}  -\n`, 5]);
  });

  it('what the shell does not read is no key of the menu', async () => {
    const before = (await harness.sessions()).length;
    const outcome = await piped('web-01\nexit 4\nweb-01\necho again\n');
    expect([answered(outcome), outcome.status]).toEqual(['', 4]);
    expect(await harness.sessions()).toHaveLength(before + 1);
  });

  it('nor is what was for a shell that could not be opened: the client is told why, and that it failed', async () => {
    const before = (await harness.sessions()).length;
    const outcome = await piped('down\nweb-01\nid -un\n');
    expect([answered(outcome), outcome.status]).toEqual(['', 255]);
    expect(outcome.stderr).toMatch(/reach down.*refused/);
    expect(await harness.sessions()).toHaveLength(before + 1);
  });

  it.each([
    ['and its input has ended', true],
    ['and its input is open', false],
  ])(
    'a client that goes away while the asset is connected ends the attempt at once (%s)',
    async (_, atEnd) => {
      const args = (await harness.ssh(way.person)).args(undefined, ['-T', '-o', 'BatchMode=yes']);
      const client = spawnBound('ssh', args, { stdio: ['pipe', 'pipe', 'inherit'] });
      client.stdin?.write('silent\nid -un\n');
      if (atEnd) client.stdin?.end();
      const online = async () => (await harness.sessions('&state=online')).map(({ assetName }) => assetName);
      await expect.poll(online).toEqual(['silent']);
      await endProcess(client);
      const ended = async () => (await harness.sessions())[0];
      await expect.poll(ended, { timeout: 2000 }).toMatchObject({
        assetName: 'silent',
        endReason: 'client_disconnected',
      });
    },
  );
});
