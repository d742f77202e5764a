import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import type { SessionId } from '#libs/kernel';
import { ApiFixture, type Somebody } from './api-fixture.js';
import { AuditStock } from './audit-stock.js';
import { csvRows, download } from './sheet-files.js';

/** More than are read at once, all at the same moment. */
const MANY = 2_050;
const FORMULA = '=HYPERLINK("http://evil.example")';
const operations = z.object({
  items: z.array(
    z.object({ action: z.string(), actorName: z.string(), subjectName: z.string(), after: z.unknown() }),
  ),
});

describe('exports of the audit lists', () => {
  let api: ApiFixture;
  let auditor: Somebody;
  let old: SessionId;
  let fresh: SessionId;
  const rowsOf = async (query: string): Promise<string[][]> =>
    csvRows(await download(auditor.client, `/audit/exports/${query}`)).slice(1);

  beforeAll(async () => {
    api = await ApiFixture.start();
    auditor = await api.addUser('eve', 'auditor');
    const stock = await AuditStock.of(api);
    old = await stock.session({ ago: 7, commands: MANY });
    fresh = await stock.session({ commands: 1 });
    await api.anonymous().post('/auth/login', { username: FORMULA, password: 'guess 4711' });
  });
  afterAll(() => api.stop());

  it('hold every row that the filter shows, once and in the order of the list', async () => {
    const day = (ago: number): string => new Date(Date.now() - ago * 86_400_000).toISOString();
    const rows = await rowsOf(`commands?format=csv&from=${day(8)}&to=${day(6)}`);
    expect(rows).toHaveLength(MANY);
    expect(new Set(rows.map(([, , , , , command]) => command)).size).toBe(MANY);
    expect(rows[0]).toEqual([
      expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      ...['alice', 'dev', 'web-1', 'Entered line'],
      expect.stringMatching(/^echo \d+ ü/),
      'yes',
      expect.stringMatching(/^[\d.]+$/),
      old,
    ]);
    const few = await rowsOf(`commands?format=csv&sessionId=${fresh}`);
    expect(few.map((row) => row.at(-1))).toEqual([fresh]);
    const ids = (await rowsOf('sessions?format=csv&sort=startedAt&state=ended')).map((row) => row.at(-1));
    expect(ids).toEqual([old, fresh]);
  });

  it.each([
    ['sessions', 'Started (UTC)', '开始时间 (UTC)'],
    ['commands', 'Time (UTC)', '时间 (UTC)'],
    ['file-transfers', 'Started (UTC)', '开始时间 (UTC)'],
    ['login-attempts', 'Time (UTC)', '时间 (UTC)'],
    ['operations', 'Time (UTC)', '时间 (UTC)'],
  ])('exist of %s, in both formats and languages', async (list, english, chinese) => {
    const path = `/audit/exports/${list}`;
    expect(csvRows(await download(auditor.client, `${path}?format=csv&language=en`))[0]?.[0]).toBe(english);
    expect(csvRows(await download(auditor.client, `${path}?format=csv&language=zh-CN`))[0]?.[0]).toBe(
      chinese,
    );
    const workbook = await download(auditor.client, `${path}?format=xlsx`);
    expect(workbook.subarray(0, 2).toString()).toBe('PK');
  });

  it('count once what they hold', async () => {
    const queries = vi.spyOn(api.app.get(DataSource), 'query');
    await rowsOf('commands?format=csv');
    const counts = queries.mock.calls.filter(([sql]) => sql.includes('count(*)'));
    queries.mockRestore();
    expect(counts).toHaveLength(1);
  });

  it('say codes in the language asked for', async () => {
    const [session] = await rowsOf('sessions?format=csv&language=zh-CN&state=ended');
    expect(session).toEqual(expect.arrayContaining(['SSH', '正常退出']));
    const [login] = await rowsOf('login-attempts?format=csv&language=zh-CN&succeeded=false');
    expect(login?.slice(2, 6)).toEqual(['否', '用户不存在', 'API', '密码']);
    const [english] = await rowsOf('login-attempts?format=csv&language=en&succeeded=false');
    expect(english?.slice(2, 6)).toEqual(['no', 'Unknown user', 'API', 'Password']);
  });

  it('say what was done as people read it, and are no formula', async () => {
    const [transfer] = await rowsOf('file-transfers?format=csv');
    expect(transfer).toEqual(expect.arrayContaining(['Upload', '/tmp/a', '3', 'a'.repeat(64), 'Complete']));
    const logins = await rowsOf('login-attempts?format=csv&succeeded=false');
    expect(logins[0]).toEqual(expect.arrayContaining([`'${FORMULA}`, 'no']));
    const made = await rowsOf('operations?format=csv&subjectType=user');
    const added = made.find((row) => row[2] === 'added' && row[4] === 'eve');
    expect(added?.[6]?.split('\n')).toEqual(expect.arrayContaining(['User name: eve', 'Role: Auditor']));
  });

  it('stand in the operations log, with what was asked for', async () => {
    await rowsOf('commands?format=csv&q=systemctl');
    const log = operations.parse(
      (await auditor.client.get('/operations?action=audit.export&pageSize=1').expect(200)).body,
    );
    expect(log.items).toEqual([
      {
        ...{ action: 'audit.export', actorName: 'eve', subjectName: 'commands' },
        after: { format: 'csv', filter: { q: 'systemctl' } },
      },
    ]);
  });

  it('are for those who may read the lists, with the filters of the lists', async () => {
    const nobody = await api.addUser('mallory');
    await nobody.client.get('/audit/exports/commands?format=csv').expect(403);
    await api.anonymous().get('/audit/exports/commands?format=csv').expect(401);
    for (const query of [
      '',
      '?format=pdf',
      '?format=csv&sort=command',
      '?format=csv&page=2',
      '?format=csv&from=x',
    ])
      await auditor.client.get(`/audit/exports/commands${query}`).expect(422);
  });
});
