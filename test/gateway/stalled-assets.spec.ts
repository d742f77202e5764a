import { createHash, randomBytes } from 'node:crypto';
import { request, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { requires, startMisbehavingHost, type Host, type MisbehavingHost } from '../hosts/index.js';
import { cookieOf } from './enrolled.js';
import { Harness, type Way } from './harness.js';

const runView = z.object({
  entries: z.array(
    z.looseObject({
      assetName: z.string(),
      state: z.string(),
      bytes: z.number(),
      code: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
});

type Entries = z.infer<typeof runView>['entries'];

requires('hosts', 'ssh').describe('one upload to many assets, of which some stall', () => {
  let harness: Harness;
  let good: Host;
  let frozen: Host;
  let silent: MisbehavingHost;
  let way: Way;
  const assetIds: Record<string, string> = {};

  beforeAll(async () => {
    harness = await Harness.start();
    const systemKey = await harness.keys.make('system');
    const accounts = [{ username: 'dev', publicKey: systemKey.public }];
    silent = await startMisbehavingHost('silent');
    [good, frozen] = await Promise.all([
      harness.startHost({ name: 'good', accounts }),
      harness.startHost({ name: 'frozen', accounts }),
    ]);
    way = await harness.openWay({ username: 'alice', assetName: 'good', host: good, systemKey });
    assetIds['good'] = way.assetId;
    for (const [name, host] of Object.entries({ frozen, silent })) {
      const id = await harness.addAsset(name, host);
      assetIds[name] = id;
      await harness.recordPush(way.systemUserId, [id]);
      await harness.addRule([way.person.id], [id], [way.systemUserId]);
    }
  }, 120_000);
  afterAll(async () => {
    await Promise.all([silent.stop(), harness.stop()]);
  });

  /** Begins an upload; gives how to send the rest, and how it went on each asset. */
  async function begin(pattern: string, name: string, content: Buffer): Promise<() => Promise<Entries>> {
    const fields = { systemUserId: way.systemUserId, pattern, folder: '/home/dev', name };
    const headers = {
      cookie: await cookieOf(harness, way.person),
      'x-gatehouse-client': 'console',
      'content-type': 'application/octet-stream',
      'content-length': String(content.length),
    };
    const url = `${harness.product.url}/api/v1/me/files/copies?${new URLSearchParams(fields).toString()}`;
    const upload = request(url, { method: 'PUT', headers });
    const answered = new Promise<string>((resolve, reject) => {
      upload.once('response', (answer) => void text(answer).then(resolve, reject)).once('error', reject);
    });
    upload.write(content.subarray(0, 400_000));
    return async () => {
      upload.end(content.subarray(400_000));
      return runView.parse(JSON.parse(await answered)).entries;
    };
  }

  /** Uploads to one asset, and sends no more than this of it. */
  async function alone(
    assetName: string,
    name: string,
    content: Buffer,
    sent: number,
  ): Promise<{ status: number | undefined; text: string }> {
    const fields = {
      assetId: assetIds[assetName] ?? '',
      systemUserId: way.systemUserId,
      path: `/home/dev/${name}`,
    };
    const headers = {
      cookie: await cookieOf(harness, way.person),
      'x-gatehouse-client': 'console',
      'content-type': 'application/octet-stream',
      'content-length': String(content.length),
    };
    const url = `${harness.product.url}/api/v1/me/files/content?${new URLSearchParams(fields).toString()}`;
    const upload = request(url, { method: 'PUT', headers });
    const answered = new Promise<IncomingMessage>((resolve, reject) => {
      upload.once('response', resolve).once('error', reject);
    });
    upload.write(content.subarray(0, sent));
    const answer = await answered;
    const told = await text(answer);
    upload.destroy();
    return { status: answer.statusCode, text: told };
  }

  it('those fail alone within their limits, and the others get the file whole', async () => {
    const content = randomBytes(12_000_000);
    const sendPastFrozen = await begin('good frozen', 'one', content);
    const arrived = async (): Promise<number> =>
      Number((await frozen.exec('cat /home/dev/.one.*.part 2>/dev/null | wc -c')).text);
    await expect.poll(arrived, { timeout: 30_000 }).toBeGreaterThan(0);
    await frozen.exec('pkill -STOP -u dev');
    const sendPastSilent = await begin('good silent', 'two', content);
    const [pastFrozen, pastSilent, toFrozen, unsent] = await Promise.all([
      sendPastFrozen(),
      sendPastSilent(),
      alone('frozen', 'three', content, content.length),
      alone('good', 'four', content, 400_000),
    ]);
    expect([toFrozen.status, unsent.status]).toEqual([503, 503]);
    expect(toFrozen.text).toContain('The asset did not answer for 30 s');
    expect(unsent.text).toContain('Nothing more of the file came for 30 s');
    const done = { assetName: 'good', state: 'done', bytes: content.length };
    const stalled = { state: 'failed', code: 'file_ended', reason: 'It took nothing for 20 s.' };
    expect(pastFrozen).toMatchObject([{ assetName: 'frozen', ...stalled }, done]);
    const unreached = { state: 'failed', code: 'file_not_opened' };
    expect(pastSilent).toMatchObject([done, { assetName: 'silent', ...unreached }]);
    expect(pastSilent[1]?.reason).toContain('does not answer');
    const sum = createHash('sha256').update(content).digest('hex');
    const sums = (await good.exec('cd /home/dev && sha256sum one two')).text;
    expect(sums).toBe(`${sum}  one\n${sum}  two\n`);
    await frozen.exec('pkill -CONT -u dev');
    const left = async (): Promise<string> => (await frozen.exec('ls -A /home/dev | grep part || true')).text;
    await expect.poll(left, { timeout: 30_000 }).toBe('');
  }, 120_000);
});
