import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import readExcel from 'read-excel-file/node';
import { get } from 'node:http';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { ApiFixture } from './api-fixture.js';
import { check, csvRows, download, rowsOf } from './sheet-files.js';

const created = z.object({ id: z.uuid() });
const operations = z.object({
  items: z.array(z.object({ action: z.string(), subjectName: z.string(), after: z.unknown() })),
});

const DANGEROUS = ['=1+1', '+1', '-1', '@SUM(A1)', '＝1', '|calc', "'=1", '%0A', '\u3000=1'.trim()];

describe('exporting assets', () => {
  let api: ApiFixture;
  const add = async (path: string, body: object): Promise<string> =>
    created.parse((await api.admin.post(path, body).expect(201)).body).id;

  beforeAll(async () => {
    api = await ApiFixture.start();
    const parentId = await add('/asset-groups', { name: 'Web' });
    const group = await add('/asset-groups', { name: '北京; two', parentId });
    const dataCenterId = await add('/data-centers', { name: '=IDC' });
    await add('/assets', {
      name: 'web-1',
      address: '10.0.0.1',
      groupIds: [group],
      dataCenterId,
      type: 'virtual',
      environment: 'production',
      active: false,
      labels: { team: 'pay', 空: '' },
      disks: [{ name: 'sda', sizeMib: 1024 }],
      otherAddresses: ['10.0.1.1', 'fd00::1'],
      memoryMib: 2048,
      comment: 'first\nsecond, "third"',
      serialNumber: '00123',
    });
    for (const [index, comment] of DANGEROUS.entries())
      await add('/assets', { name: `odd-${index}`, address: '10.0.2.1', comment, brand: '-' });
    await add('/assets', { name: '=cmd', address: '10.0.3.1' });
  });
  afterAll(() => api.stop());

  it('gives what the filter shows, in its order, with headers in the language asked for', async () => {
    const [header, ...rows] = csvRows(
      await download(api.admin, '/assets/export?format=csv&q=odd&sort=-name'),
    );
    expect(header?.slice(0, 5)).toEqual(['Name', 'Address', 'SSH port', 'Asset groups', 'Data center']);
    expect(rows.map(([name]) => name)).toEqual(DANGEROUS.map((_, index) => `odd-${index}`).reverse());

    const one = csvRows(
      await download(api.admin, '/assets/export?format=csv&language=zh-CN&environment=production'),
    );
    const cells = Object.fromEntries((one[0] ?? []).map((title, index) => [title, one[1]?.[index]]));
    expect(one).toHaveLength(2);
    expect(cells).toMatchObject({
      名称: 'web-1',
      'SSH 端口': '',
      资产组: '"Web/北京; two"',
      机房: "'=IDC",
      启用: '否',
      类型: '虚拟机',
      环境: '生产',
      使用状态: '在用',
      标签: '空=; team=pay',
      '磁盘 (MiB)': 'sda=1024',
      其他地址: '10.0.1.1; fd00::1',
      '内存 (MiB)': '2048',
      备注: 'first\nsecond, "third"',
      序列号: '00123',
    });
  });

  it.each(['csv', 'xlsx'])(
    'gives no cell that a spreadsheet would take for a formula (%s)',
    async (format) => {
      const file = await download(api.admin, `/assets/export?format=${format}`);
      const [first] = format === 'xlsx' ? await readExcel(file) : [];
      const cells = (first ? first.data.flat() : csvRows(file).flat()).map((cell) => String(cell ?? ''));
      expect(cells.filter((cell) => /^\s*[=+\-@＝＋－＠|%\t\r]/.test(cell))).toEqual([]);
      for (const text of DANGEROUS) expect(cells).toContain(`'${text}`);
      expect(cells).toContain("'=cmd");
    },
  );

  it.each(['csv', 'xlsx'])('gives what an import takes back without a change (%s)', async (format) => {
    for (const language of ['en', 'zh-CN']) {
      const file = await download(api.admin, `/assets/export?format=${format}&language=${language}`);
      const checked = await check(api.admin, 'assets', file);
      expect(await rowsOf(api.admin, 'assets', checked.id, '&outcome=changed')).toEqual([]);
      expect(checked.counts).toEqual({ added: 0, changed: 0, unchanged: DANGEROUS.length + 2, refused: 0 });
      expect(checked.unknownHeaders).toEqual([]);
    }
  });

  it('is named by its date, begins with a byte order mark, and stands in the operations log', async () => {
    const answer = await api.admin.get('/assets/export?format=csv&label=team%3Dpay').expect(200);
    expect(answer.headers['content-disposition']).toMatch(
      /^attachment; filename="assets-\d{4}-\d\d-\d\d\.csv"$/,
    );
    expect(answer.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(answer.text.startsWith('\ufeffName,Address')).toBe(true);
    const log = operations.parse((await api.admin.get('/operations?pageSize=3').expect(200)).body);
    expect(log.items[0]).toEqual(
      expect.objectContaining({
        action: 'asset.export',
        subjectName: '1 assets',
        after: { format: 'csv', count: 1, filter: { label: ['team=pay'] } },
      }),
    );
  });

  it('gives what has all of several labels', async () => {
    await add('/assets', { name: 'half', address: '10.0.4.1', labels: { team: 'pay' } });
    const file = await download(api.admin, '/assets/export?format=csv&label=team%3Dpay&label=%E7%A9%BA');
    expect(csvRows(file).map(([name]) => name)).toEqual(['Name', 'web-1']);
  });

  it('refuses filters that the list refuses', async () => {
    await api.admin.get('/assets/export?format=pdf').expect(422);
    await api.admin.get('/assets/export').expect(422);
    await api.admin.get('/assets/export?format=csv&sort=password').expect(422);
    await api.admin.get('/assets/export?format=csv&page=2').expect(422);
  });

  it('of 50,000 assets takes little memory, and lets go when the reader leaves', async () => {
    const database = await new DataSource({ type: 'postgres', url: api.databaseUrl }).initialize();
    await database.query(`INSERT INTO assets (id, name, address, comment, brand, labels)
      SELECT gen_random_uuid(), 'many-' || n, '10.9.0.1', repeat('text ', 20), 'Dell', '{"team": "pay"}'
      FROM generate_series(1, 50000) n`);
    const readers = async (): Promise<number> => {
      const rows = z
        .tuple([z.object({ count: z.number() })])
        .parse(
          await database.query(
            `SELECT count(*)::int AS count FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'`,
          ),
        );
      return rows[0].count;
    };
    try {
      for (const format of ['csv', 'xlsx']) {
        global.gc?.();
        const before = process.memoryUsage().rss;
        let peak = before;
        const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 20);
        const start = performance.now();
        const size = await readAway(api, `/assets/export?format=${format}&q=many`);
        clearInterval(timer);
        const grown = (peak - before) / 2 ** 20;
        process.stdout.write(
          `50,000 assets as ${format}: ${Math.round(performance.now() - start)} ms, ${(size / 2 ** 20).toFixed(1)} MiB, memory +${grown.toFixed(0)} MiB\n`,
        );
        expect(size).toBeGreaterThan(1_000_000);
        expect(grown).toBeLessThan(250);
      }
      await readAway(api, '/assets/export?format=csv&q=many', 100_000);
      await expect.poll(readers, { timeout: 10_000 }).toBe(0);
    } finally {
      await database.destroy();
    }
  }, 120_000);
});

/** Reads an answer and forgets it, to the end or until it has had enough. @returns bytes */
async function readAway(api: ApiFixture, path: string, enough = Infinity): Promise<number> {
  const { authorization } = bearerOf(api);
  return new Promise((resolve, reject) => {
    const request = get(`${api.url}/api/v1${path}`, { headers: { authorization } }, (response) => {
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size < enough) return;
        request.destroy();
        resolve(size);
      });
      response.on('end', () => resolve(size));
      response.on('error', () => resolve(size));
    });
    request.on('error', (error) => (enough === Infinity ? reject(error) : undefined));
  });
}

function bearerOf(api: ApiFixture): { authorization: string } {
  const { headers } = z
    .object({ headers: z.object({ authorization: z.string() }) })
    .parse(Object.assign({}, api.admin));
  return headers;
}
