import { stringify } from 'csv-stringify/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import writeExcel from 'write-excel-file/node';
import { z } from 'zod';
import { ApiFixture } from './api-fixture.js';
import { check, csvRows, download, faultsOf, rowsOf, run, upload, whileOthersWork } from './sheet-files.js';

const created = z.object({ id: z.uuid() });
const page = z.object({ total: z.number(), items: z.array(z.record(z.string(), z.unknown())) });

describe('importing assets', () => {
  let api: ApiFixture;
  const add = async (path: string, body: object): Promise<string> =>
    created.parse((await api.admin.post(path, body).expect(201)).body).id;
  const assetNamed = async (name: string): Promise<Record<string, unknown>> => {
    const found = page.parse((await api.admin.get(`/assets?q=${name}`).expect(200)).body);
    return found.items.find((asset) => asset['name'] === name) ?? {};
  };
  const checkAssets = (file: Buffer | string, query = '') => check(api.admin, 'assets', file, query);
  const rows = (id: string, query = '') => rowsOf(api.admin, 'assets', id, query);
  const runAssets = (id: string, body: object = {}) => run(api.admin, 'assets', id, body);

  let web: string;
  let beijing: string;
  beforeAll(async () => {
    api = await ApiFixture.start();
    web = await add('/asset-groups', { name: 'Web' });
    beijing = await add('/asset-groups', { name: 'Beijing', parentId: web });
    await add('/asset-groups', { name: 'odd;name' });
    await add('/data-centers', { name: 'IDC-1' });
    await add('/admin-accounts', { name: 'root-key', username: 'root', password: 'not a secret 1' });
  });
  afterAll(() => api.stop());

  it('adds them from a workbook with all fields, headers in Chinese in any order', async () => {
    const header = [
      '地址',
      '名称',
      'SSH 端口',
      '资产组',
      '机房',
      '管理账户',
      '启用',
      '类型',
      '环境',
      '状态',
      '标签',
    ];
    const more = [
      '备注',
      '其他地址',
      'MAC 地址',
      '带外地址',
      '品牌',
      'CPU 数',
      '内存 (MiB)',
      '磁盘 (MiB)',
      '序列号',
    ];
    const cells = [
      '10.0.0.1',
      'full-1',
      2222,
      'Web/Beijing; "odd;name"',
      'IDC-1',
      'root-key',
      '否',
      '虚拟机',
    ];
    const rest = ['生产', '备用', 'team=pay;空=', '第一行\n第二行', '10.1.0.1; fd00::1', '52-54-00-AA-BB-CC'];
    const last = ['10.9.0.1', 'Dell', '16', 65536, 'sda=1024；sdb=2048', 12345];
    const file = await writeExcel([
      [...header, ...more],
      [...cells, ...rest, ...last],
    ]).toBuffer();
    const checked = await checkAssets(file);
    expect(faultsOf(await rows(checked.id))).toEqual([]);
    expect(checked).toMatchObject({ state: 'checked', counts: { added: 1, refused: 0 }, unknownHeaders: [] });
    expect(await assetNamed('full-1')).toEqual({});

    expect(await runAssets(checked.id)).toMatchObject({ state: 'done', counts: { added: 1 }, progress: 1 });
    const asset = await assetNamed('full-1');
    expect(asset).toMatchObject({
      address: '10.0.0.1',
      port: 2222,
      active: false,
      type: 'virtual',
      environment: 'production',
      status: 'spare',
      labels: { team: 'pay', 空: '' },
      comment: '第一行\n第二行',
      otherAddresses: ['10.1.0.1', 'fd00::1'],
      macAddresses: ['52:54:00:aa:bb:cc'],
      outOfBandAddress: '10.9.0.1',
      cpuCount: 16,
      memoryMib: 65536,
      disks: [
        { name: 'sda', sizeMib: 1024 },
        { name: 'sdb', sizeMib: 2048 },
      ],
      serialNumber: '12345',
    });
    expect(asset['groupIds']).toHaveLength(2);
    expect(asset['groupIds']).toContain(beijing);
    expect(asset['dataCenterId']).not.toBeNull();
    expect(asset['adminAccountId']).not.toBeNull();
    expect(await changesOf(asset['id'])).toEqual([
      ['active', true, false],
      ['address', null, '10.0.0.1'],
      ['adminAccount', null, 'root-key'],
      ['brand', '', 'Dell'],
      ['comment', '', '第一行\n第二行'],
      ['cpuCount', null, 16],
      ['dataCenter', null, 'IDC-1'],
      ['disks', [], asset['disks']],
      ['environment', null, 'production'],
      ['groups', [], ['Beijing', 'odd;name']],
      ['labels', {}, { team: 'pay', 空: '' }],
      ['macAddresses', [], ['52:54:00:aa:bb:cc']],
      ['memoryMib', null, 65536],
      ['name', null, 'full-1'],
      ['otherAddresses', [], ['10.1.0.1', 'fd00::1']],
      ['outOfBandAddress', '', '10.9.0.1'],
      ['port', null, 2222],
      ['serialNumber', '', '12345'],
      ['status', 'in-use', 'spare'],
      ['type', null, 'virtual'],
    ]);
  });

  /** Field, before and after of each of its change records, which are all by import. */
  async function changesOf(id: unknown): Promise<unknown[]> {
    const path = `/assets/${String(id)}/changes?sort=field&pageSize=100&source=import`;
    const { items } = page.parse((await api.admin.get(path).expect(200)).body);
    return items.map(({ field, before, after }) => [field, before, after]);
  }

  it('changes what is given, leaves what is blank, clears what is marked, and keeps change records', async () => {
    await add('/assets', {
      name: 'up-1',
      address: '10.0.1.1',
      port: 22,
      brand: 'HP',
      comment: 'old',
      groupIds: [web],
    });
    const file =
      'name,address,port,brand,comment,groups\nup-1,,-,-,new,Web/Beijing\nfull-1,10.0.0.1,2222,,,\n';
    const checked = await checkAssets(file);
    expect(checked.counts).toEqual({ added: 0, changed: 1, unchanged: 1, refused: 0 });
    const [first] = await rows(checked.id, '&outcome=changed');
    expect(first?.changes).toEqual([
      { field: 'port', before: 22, after: null },
      { field: 'comment', before: 'old', after: 'new' },
      { field: 'brand', before: 'HP', after: '' },
      { field: 'groups', before: ['Web'], after: ['Web/Beijing'] },
    ]);
    await runAssets(checked.id);
    const written = await api.admin.get(`/assets?importId=${checked.id}`).expect(200);
    expect(page.parse(written.body)).toMatchObject({ total: 1, items: [{ name: 'up-1' }] });
    const asset = await assetNamed('up-1');
    expect(asset).toMatchObject({
      address: '10.0.1.1',
      port: null,
      brand: '',
      comment: 'new',
      groupIds: [beijing],
    });

    const changes = page.parse(
      (await api.admin.get(`/assets/${String(asset['id'])}/changes`).expect(200)).body,
    ).items;
    const told = changes.map(({ field, before, after, source }) => ({ field, before, after, source }));
    expect(told).toHaveLength(4);
    expect(told).toContainEqual({ field: 'port', before: 22, after: null, source: 'import' });
    expect(told).toContainEqual({ field: 'groups', before: ['Web'], after: ['Beijing'], source: 'import' });
    const operations = page.parse((await api.admin.get('/operations?pageSize=5').expect(200)).body).items;
    expect(operations.find(({ action }) => action === 'asset.import')).toMatchObject({
      after: { added: 0, changed: 1, names: ['up-1'] },
    });
  });

  it.each([
    ['UTF-8 with a byte order mark and semicolons', Buffer.from('\ufeff名称;地址\n编码-1;10.2.0.1\n')],
    ['UTF-8 without one and tabs', Buffer.from('Name\tAddress\r\n编码-2\t10.2.0.2\r\n')],
    [
      'GB18030, as Excel writes it on a Chinese Windows',
      // 名称,地址 / 编码-3,10.2.0.3
      Buffer.concat([
        Buffer.from([0xc3, 0xfb, 0xb3, 0xc6, 0x2c, 0xb5, 0xd8, 0xd6, 0xb7, 0x0a, 0xb1, 0xe0, 0xc2, 0xeb]),
        Buffer.from('-3,10.2.0.3\n'),
      ]),
    ],
    ['UTF-16', Buffer.from('\ufeff名称\t地址\n编码-4\t10.2.0.4\n', 'utf16le')],
  ])('reads a CSV file in %s', async (_, file) => {
    const checked = await checkAssets(file);
    expect(checked).toMatchObject({ counts: { added: 1, refused: 0 }, unknownHeaders: [] });
    const [row] = await rows(checked.id);
    expect(row?.name).toMatch(/^编码-\d$/);
    expect(row?.changes).toEqual([
      { field: 'address', before: null, after: `10.2.0.${row?.name.at(-1) ?? ''}` },
    ]);
  });

  it.each(['port', 'SSH port', 'SSH 端口', '端口'])('takes the port from a column %j', async (header) => {
    const checked = await checkAssets(`name,address,${header}\nported,192.0.2.70,2200\n`);
    expect(checked).toMatchObject({ counts: { added: 1, refused: 0 }, unknownHeaders: [] });
  });

  it('says what it leaves out: unknown headers, columns without one, remarks, further sheets', async () => {
    const file = await writeExcel([
      {
        data: [
          ['Name', 'Address', 'Colour', null],
          ['# a remark', 'x'],
          ['left-1', '10.0.3.1', 'red', 'stray'],
        ],
        sheet: 'A',
      },
      { data: [['more']], sheet: 'Notes' },
    ]).toBuffer();
    expect(await checkAssets(file)).toMatchObject({
      total: 1,
      remarks: 1,
      unknownHeaders: ['Colour', 'D'],
      otherSheets: ['Notes'],
    });
  });

  it('refuses each wrong cell by its address, in the language asked for, and lets the good rows in', async () => {
    const file = stringify([
      [
        'name',
        'address',
        'port',
        'groups',
        'dataCenter',
        'adminAccount',
        'type',
        'active',
        'labels',
        'macAddresses',
      ],
      ['bad-1', '10.0.0.300', '99999', 'Nowhere', 'IDC-9', 'nobody', 'toaster', 'perhaps', 'a b=c', 'xx'],
      ['bad-1', '10.0.4.1', '', '', '', '', '', '', '', ''],
      ['bad@2', '10.0.4.2', 'ssh', '', '', '', '', '', '', ''],
      ['bad-3', '', '', '', '', '', '', '', '', ''],
      ['', '10.0.4.4', '', '', '', '', '', '', '', ''],
      ['-', '10.0.4.5', '', '', '', '', '', '-', '', ''],
      ['bad\u0000-6', '10.0.4.6', '', '', '', '', '', '', '', ''],
      ['bad-7', '10.0.4.7', '', 'Nowhere; Web', 'IDC-9', 'nobody', '', '', '', ''],
      ['good-8', '10.0.4.8', '', '', '', '', '', '', '', ''],
    ]);
    const checked = await checkAssets(file, '?language=zh-CN');
    expect(checked.counts).toEqual({ added: 1, changed: 0, unchanged: 0, refused: 8 });
    const refused = await rows(checked.id, '&outcome=refused');
    expect(faultsOf(refused)).toEqual([
      'B2 not_an_address',
      'C2 out_of_range',
      'G2 unknown_choice',
      'H2 unknown_choice',
      'I2 not_labels',
      'J2 not_a_mac_address',
      'A3 name_repeated',
      'A4 not_an_asset_name',
      'C4 not_a_number',
      'B5 required',
      'A6 required',
      'A7 not_clearable',
      'H7 not_clearable',
      'A8 control_characters',
      'D9 unknown_group',
      'E9 unknown_data_center',
      'F9 unknown_admin_account',
    ]);
    const messages = refused.flatMap(({ errors }) => errors.map(({ message }) => message));
    expect(messages.filter((message) => !/[\u4e00-\u9fff]/.test(message))).toEqual([]);
    expect(messages).toContain('资产组“Nowhere”不存在，请先添加或更正名称。');

    const answer = await api.admin
      .post(`/assets/imports/${checked.id}/run`, { allOrNothing: true })
      .expect(409);
    expect(answer.body).toMatchObject({ code: 'rows_refused' });
    expect(await assetNamed('good-8')).toEqual({});
    expect(await runAssets(checked.id)).toMatchObject({ counts: { added: 1, refused: 8 }, state: 'done' });
    expect(await assetNamed('good-8')).toMatchObject({ address: '10.0.4.8' });
    await api.admin.post(`/assets/imports/${checked.id}/run`, {}).expect(409);
  });

  it('gives the refused rows back as a file that can be mended and uploaded again', async () => {
    const checked = await checkAssets('name,address,comment\nmend-1,not an address,=1+1\nmend-2,10.0.5.2,\n');
    const file = await download(api.admin, `/assets/imports/${checked.id}/refused-rows?format=csv`);
    expect(csvRows(file)).toEqual([
      ['name', 'address', 'comment', 'Reason for refusal'],
      ['mend-1', 'not an address', "'=1+1", 'Enter an IP address or a DNS name, without a port.'],
    ]);
    const mended = await checkAssets(file.toString().replace('not an address', '10.0.5.1'));
    expect(mended).toMatchObject({
      counts: { added: 1, refused: 0 },
      unknownHeaders: ['Reason for refusal'],
    });
    await runAssets(mended.id);
    expect(await assetNamed('mend-1')).toMatchObject({ comment: '=1+1' });
  });

  it('does only what was shown: what somebody changed meanwhile is refused and told', async () => {
    const id = await add('/assets', { name: 'race-1', address: '10.0.6.1' });
    const file = 'name,address\nrace-1,10.0.6.9\nrace-2,10.0.6.2\nrace-3,10.0.6.3\n';
    const strict = await checkAssets(file);
    const lenient = await checkAssets(file);
    await api.admin.patch(`/assets/${id}`, { address: '10.0.6.5' }).expect(200);
    await add('/assets', { name: 'race-2', address: '10.0.6.6' });

    const answer = await api.admin
      .post(`/assets/imports/${strict.id}/run`, { allOrNothing: true })
      .expect(409);
    expect(answer.body).toMatchObject({ code: 'import_outdated' });
    expect(await assetNamed('race-3')).toEqual({});
    const done = await runAssets(lenient.id);
    expect(done.counts).toEqual({ added: 1, changed: 0, unchanged: 0, refused: 2 });
    expect(faultsOf(await rows(lenient.id))).toEqual(['A2 changed_meanwhile', 'A3 changed_meanwhile']);
    expect(await assetNamed('race-1')).toMatchObject({ address: '10.0.6.5' });
    expect(await assetNamed('race-2')).toMatchObject({ address: '10.0.6.6' });
  });

  it('is nobody else’s, and nobody’s but an administrator’s', async () => {
    const checked = await checkAssets('name,address\nown-1,10.0.7.1\n');
    const other = await api.addUser('other-admin', 'admin');
    await other.client.get(`/assets/imports/${checked.id}`).expect(404);
    await other.client.get(`/assets/imports/${checked.id}/rows`).expect(404);
    await other.client.post(`/assets/imports/${checked.id}/run`, {}).expect(404);
    await other.client.get(`/assets/imports/${checked.id}/refused-rows?format=csv`).expect(404);
    await api.admin.get(`/users/imports/${checked.id}`).expect(404);
    for (const role of ['auditor', 'group_admin', 'user'] as const) {
      const { client } = await api.addUser(`no-${role.replace('_', '-')}`, role);
      expect((await upload(client, 'assets', 'name,address\nx,10.0.0.1\n')).status).toBe(403);
      await client.get('/assets/export?format=csv').expect(403);
      await client.get('/assets/import-template?format=csv').expect(403);
    }
    expect((await upload(api.anonymous(), 'assets', 'name\nx\n')).status).toBe(401);
  });

  it.each(['en', 'zh-CN'])(
    'gives templates (%s) that import nothing until they are filled in',
    async (language) => {
      for (const format of ['xlsx', 'csv']) {
        const file = await download(
          api.admin,
          `/assets/import-template?format=${format}&language=${language}`,
        );
        const checked = await checkAssets(file);
        expect(checked).toMatchObject({ total: 0, unknownHeaders: [], remarks: format === 'csv' ? 2 : 1 });
        expect(checked.otherSheets).toHaveLength(format === 'csv' ? 0 : 1);
      }
    },
  );

  it('takes 5,000 rows in seconds, the check and the run, new and changed', async () => {
    const line = (index: number, comment: string): (string | number)[] => [
      `bulk-${index}`,
      `10.${50 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`,
      22,
      'Web/Beijing',
      'IDC-1',
      `team=t${index % 10}`,
      comment,
      'Dell',
      16,
    ];
    const header = [
      'name',
      'address',
      'port',
      'groups',
      'dataCenter',
      'labels',
      'comment',
      'brand',
      'cpuCount',
    ];
    const inChinese = ['名称', '地址', 'SSH 端口', '资产组', '机房', '标签', '备注', '品牌', 'CPU 核数'];
    const lines = (comment: string) => Array.from({ length: 5_000 }, (_, index) => line(index, comment));
    const figures: Record<string, number> = {};
    const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
      const start = performance.now();
      const result = await work();
      figures[what] = Math.round(performance.now() - start);
      return result;
    };
    const file = await writeExcel([header, ...lines('first')]).toBuffer();
    const fresh = await timed('check new', () => checkAssets(file));
    expect(fresh.counts.added).toBe(5_000);
    expect((await timed('run new', () => runAssets(fresh.id))).counts.added).toBe(5_000);
    const again = await timed('check changed', () => checkAssets(stringify([inChinese, ...lines('second')])));
    expect(again.counts.changed).toBe(5_000);
    expect((await timed('run changed', () => runAssets(again.id))).counts.changed).toBe(5_000);
    process.stdout.write(`5,000 rows, ms: ${JSON.stringify(figures)}\n`);
    expect(Math.max(...Object.values(figures))).toBeLessThan(whileOthersWork(10_000));
  }, 120_000);
});
