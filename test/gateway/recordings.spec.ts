import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { requires } from '../hosts/index.js';
import { Harness, type Person, type Way } from './harness.js';
import { RestClient, RestProblem } from './rest.js';

const event = z.tuple([z.number(), z.string(), z.string()]);

requires('hosts', 'ssh', 'terminal').describe('what stays of a session', () => {
  let harness: Harness;
  let way: Way;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const account = { username: 'dev', publicKey: systemKey.public };
    const host = await harness.startHost({ name: 'web-01', accounts: [account] });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
  });

  /** The newest session's row, once its end is written: that comes in batches, after the client has left. */
  async function lastSession() {
    await expect.poll(async () => (await harness.sessions())[0]?.endedAt).toEqual(expect.any(String));
    const [row] = await harness.sessions();
    if (!row) throw new Error('There is no session row');
    return row;
  }

  async function recordingOf(
    sessionId: string,
  ): Promise<{ header: unknown; events: z.infer<typeof event>[] }> {
    const text = await (await harness.admin.send('GET', `/sessions/${sessionId}/recording`)).text();
    const [header = '', ...lines] = text.trim().split('\n');
    return { header: JSON.parse(header), events: lines.map((line) => event.parse(JSON.parse(line))) };
  }

  it('a terminal session: its row, and a recording with its resizes and no typed secrets', async () => {
    const terminal = (await harness.ssh(way.person, 'alice@dev@web-01')).terminal(undefined, [], {
      rows: 30,
      columns: 100,
    });
    await terminal.waitFor('$ ');
    terminal.line('echo 中文-$((40+2))');
    await terminal.waitFor('中文-42');
    terminal.resize(40, 120);
    terminal.line('stty -echo; echo go; read secret; stty echo; stty size');
    await terminal.waitFor(/go\r\n/);
    terminal.line('hunter2-secret');
    await terminal.waitFor('40 120');
    terminal.line('exit');
    await terminal.untilEnded();
    const row = await lastSession();
    expect(row).toMatchObject({
      kind: 'ssh',
      username: 'alice',
      assetName: 'web-01',
      systemUsername: 'dev',
      sourceAddress: '127.0.0.1',
    });
    const { header, events } = await recordingOf(row.id);
    expect(z.looseObject({ version: z.number() }).safeParse(header).success).toBe(true);
    const shown = events
      .filter(([, kind]) => kind === 'o')
      .map(([, , data]) => data)
      .join('');
    expect(shown).toContain('中文-42');
    expect(shown).not.toContain('hunter2-secret');
    expect(events.some(([, kind, data]) => kind === 'r' && data === '120x40')).toBe(true);
  });

  it('a command: its row with the command line, and what it wrote', async () => {
    await (await harness.ssh(way.person, 'alice@dev@web-01')).exec('echo out; echo err >&2; exit 3');
    const row = await lastSession();
    expect(row).toMatchObject({ kind: 'exec', command: 'echo out; echo err >&2; exit 3', exitStatus: 3 });
    const { events } = await recordingOf(row.id);
    expect(events.map(([, , data]) => data).join('')).toContain('out');
  });

  it('a recording is for those who may audit only', async () => {
    const row = await lastSession();
    const path = `/sessions/${row.id}/recording`;
    const refusal = async (client: RestClient): Promise<number> => {
      const problem: unknown = await client.send('GET', path).then(
        () => undefined,
        (error: unknown) => error,
      );
      return problem instanceof RestProblem ? problem.status : 200;
    };
    const login = ({ username, password }: Person) =>
      RestClient.login(harness.product.url, username, password);
    expect(await refusal(await login(way.person))).toBe(403);
    expect(await refusal(await login(await harness.addPerson('audrey', { role: 'auditor' })))).toBe(200);
    expect((await fetch(`${harness.product.url}/api/v1${path}`)).status).toBe(401);
  });
});
