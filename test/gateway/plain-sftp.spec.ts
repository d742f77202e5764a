import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { PlainSftpHost, requires } from '../hosts/index.js';
import { cookieOf } from './enrolled.js';
import { Harness, type Person } from './harness.js';

const problem = z.object({ code: z.string(), detail: z.string() });
const transfers = z.object({
  items: z.array(
    z.looseObject({
      direction: z.string(),
      path: z.string(),
      target: z.string().nullable(),
      result: z.string(),
    }),
  ),
});

requires('ssh').describe('an upload to a server whose renames never replace', () => {
  let harness: Harness;
  let host: PlainSftpHost;
  let person: Person;
  let query: Record<string, string>;

  beforeAll(async () => {
    harness = await Harness.start();
    host = await PlainSftpHost.start();
    person = await harness.addPerson('alice');
    const assetId = await harness.addAsset('plain-01', host);
    const systemUserId = await harness.addSystemUser('dev', { password: 'any will do 4711' });
    await harness.recordPush(systemUserId, [assetId]);
    await harness.addRule([person.id], [assetId], [systemUserId]);
    query = { assetId, systemUserId, path: '/f' };
  }, 60_000);
  afterAll(async () => {
    await Promise.all([host.stop(), harness.stop()]);
  });
  beforeEach(() => {
    host.files.clear();
    host.refusesRename = () => false;
  });

  async function put(text: string): Promise<{ status: number; text: string }> {
    const url = `${harness.product.url}/api/v1/me/files/content?${new URLSearchParams(query).toString()}`;
    const headers = {
      cookie: await cookieOf(harness, person),
      'x-gatehouse-client': 'console',
      'content-type': 'application/octet-stream',
    };
    const answer = await fetch(url, { method: 'PUT', headers, body: text });
    return { status: answer.status, text: await answer.text() };
  }

  it('puts a new file in its place, then another in place of it, and leaves nothing else, with one record each', async () => {
    expect((await put('one')).status).toBe(204);
    expect(host.texts).toEqual({ '/f': 'one' });
    expect((await put('two')).status).toBe(204);
    expect(host.texts).toEqual({ '/f': 'two' });
    const records = async () =>
      (await harness.admin.call('GET', '/file-transfers?sort=startedAt', transfers)).items.map(
        ({ direction, path, result }) => [direction, path, result],
      );
    await expect.poll(records, { timeout: 10_000 }).toEqual([
      ['upload', '/f', 'complete'],
      ['upload', '/f', 'complete'],
    ]);
  });

  it.each([
    ['step aside', (from: string) => from === '/f'],
    ['be replaced', (from: string) => from.endsWith('.part')],
  ])('keeps what is there when it can not %s, and says in the records why', async (_, refuses) => {
    host.files.set('/f', Buffer.from('old'));
    host.refusesRename = refuses;
    const { status, text } = await put('new');
    expect([status, problem.parse(JSON.parse(text)).code]).toEqual([409, 'file_failed']);
    expect(host.texts).toEqual({ '/f': 'old' });
    const failed = async () =>
      (await harness.admin.call('GET', '/file-transfers?result=failed&sort=-startedAt', transfers)).items[0];
    await expect.poll(failed, { timeout: 10_000 }).toMatchObject({ direction: 'change', result: 'failed' });
  });

  it('says where what was there stands when it can not even come back', async () => {
    host.files.set('/f', Buffer.from('old'));
    host.refusesRename = (_, to) => to === '/f';
    const { status, text } = await put('new');
    const [[name, content] = ['', '']] = Object.entries(host.texts);
    expect([status, content]).toEqual([409, 'old']);
    expect(name).toMatch(/^\/\.f\.[0-9a-f]{12}\.former$/);
    expect(problem.parse(JSON.parse(text)).detail).toContain(`What was there is ${name} now`);
  });
});
