import { afterAll, beforeAll, expect, it } from 'vitest';
import { requires, type Host } from '../hosts/index.js';
import { BatchHand } from './batch-desk.js';
import { Harness } from './harness.js';
import { RestClient } from './rest.js';

/** Which process of the server, and where: a connection has one of its own. */
const WHERE = 'echo "$PPID $(hostname)"';

requires('hosts', 'ssh').describe('connections between the commands of a batch', () => {
  let harness: Harness;
  let first: Host;
  let second: Host;
  let assetId: string;
  let ruleId: string;
  const hands: BatchHand[] = [];

  beforeAll(async () => {
    // each keeps connections of its own, and takes what the other has none for
    harness = await Harness.start({ gateways: 2 });
    const key = await harness.keys.make('system');
    const accounts = [{ username: 'dev', publicKey: key.public }];
    [first, second] = await Promise.all([
      harness.startHost({ name: 'web-1', accounts }),
      harness.startHost({ name: 'web-2', accounts }),
    ]);
    assetId = await harness.addAsset('web', first);
    const systemUserId = await harness.addSystemUser('dev', { privateKey: key.private });
    await harness.recordPush(systemUserId, [assetId]);
    const people = [await harness.addPerson('alice'), await harness.addPerson('bob')];
    ruleId = await harness.addRule(
      people.map(({ id }) => id),
      [assetId],
      [systemUserId],
    );
    for (const { username, password } of people) {
      hands.push(
        new BatchHand(await RestClient.login(harness.product.url, username, password), systemUserId),
      );
    }
  }, 120_000);
  afterAll(() => harness.stop());

  /** What the command of alice (0) or bob (1) says, after it succeeded. */
  async function said(who: 0 | 1, command = WHERE): Promise<string> {
    const { web } = (await hands[who]?.run('web', command)) ?? {};
    expect(web).toMatchObject({ state: 'succeeded', reason: '' });
    return web?.stdout.trim() ?? '';
  }

  const processOf = (shown: string): string => shown.split(' ')[0] ?? '';

  it('serve the next command of the same user, and of no other', async () => {
    const before = await said(0);
    expect(before).toMatch(/^\d+ web-1$/);
    expect(await said(0)).toBe(before);
    const others = await said(1);
    expect(others).toMatch(/^\d+ web-1$/);
    expect(others).not.toBe(before);
    expect(await said(0)).toBe(before);
    expect(await said(1)).toBe(others);
  });

  it('two commands at once have one each', async () => {
    const both = await Promise.all([said(0, `${WHERE}; sleep 1`), said(0, `${WHERE}; sleep 1`)]);
    expect(new Set(both).size).toBe(2);
  });

  it('lead nowhere else than a new one would', async () => {
    const before = await said(0);
    const { address, port } = second;
    await harness.change(`/assets/${assetId}`, { address, port });
    await harness.admin.do('PUT', `/assets/${assetId}/host-keys`, { hostKeys: [second.hostKey] });
    expect(await said(0)).toMatch(/^\d+ web-2$/);
    await harness.change(`/assets/${assetId}`, { address: first.address, port: first.port });
    // the pin is the other host's now
    const { web } = (await hands[0]?.run('web', WHERE)) ?? {};
    expect(web).toMatchObject({ state: 'failed', failure: 'connect_failed' });
    await harness.admin.do('PUT', `/assets/${assetId}/host-keys`, { hostKeys: [first.hostKey] });
    expect(await said(0)).toMatch(/^\d+ web-1$/);
    expect(await said(0)).not.toBe(before);
  });

  it('that were cut, or answer no more, are made anew', async () => {
    const cut = await said(0);
    await first.exec(`kill ${processOf(cut)}`);
    const anew = await said(0);
    expect(processOf(anew)).not.toBe(processOf(cut));
    await first.exec(`kill -STOP ${processOf(anew)}`);
    const begun = performance.now();
    expect(processOf(await said(0))).not.toBe(processOf(anew));
    expect(performance.now() - begun).toBeLessThan(5_000);
    await first.exec(`kill -KILL ${processOf(anew)}`);
  });

  it('are closed after a command that was stopped', async () => {
    const before = await said(0);
    const id = (await hands[0]?.begin('web', 'sleep 100')) ?? '';
    await expect.poll(async () => (await first.exec('pgrep -f "[s]leep 100" || true')).text).not.toBe('');
    await hands[0]?.stop(id);
    await hands[0]?.ended(id);
    await expect.poll(async () => (await first.exec(`test -d /proc/${processOf(before)}`)).status).toBe(1);
    expect(await said(0)).not.toBe(before);
  });

  it('let nobody run what the rules no longer allow', async () => {
    const before = await said(1);
    const rule = `/authorization-rules/${ruleId}`;
    await harness.change(rule, { active: false });
    await expect(hands[1]?.run('web', WHERE)).rejects.toThrow(/422/);
    await harness.change(rule, { active: true });
    expect(await said(1)).toBe(before);
  });
});
