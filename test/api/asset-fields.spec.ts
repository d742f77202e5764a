import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Operation } from '#libs/database';
import { failureOf, StockedApi, type Answer, type Caller } from './stocked-api.js';

const NOBODY = '00000000-0000-7000-8000-000000000000';
const page = z.object({ items: z.array(z.object({ name: z.string() })), total: z.number() });
const namesOf = (answer: Answer): string[] => page.parse(answer.body).items.map((item) => item.name);
const labels = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']));

describe('what is known of assets', () => {
  let api: StockedApi;
  let admin: Caller;

  beforeAll(async () => {
    api = await StockedApi.start();
    admin = api.as('admin');
    return () => api.stop();
  });

  const details = {
    otherAddresses: ['10.1.0.9', 'web-1.backup.lan'],
    macAddresses: ['52:54:00:12:34:56'],
    outOfBandAddress: 'ilo-1.lan',
    brand: 'Dell',
    model: 'PowerEdge R740',
    cpuModel: 'Intel(R) Xeon(R) Gold 6230',
    cpuCount: 40,
    memoryMib: 196_608,
    disks: [
      { name: 'sda', sizeMib: 457_862 },
      { name: 'sdb', sizeMib: 0 },
    ],
    os: 'Debian GNU/Linux',
    kernel: '6.12.0-1-amd64',
    osVersion: '13',
    architecture: 'x86_64',
    serialNumber: 'ABC-1',
    assetNumber: '2026/0001',
    cabinet: 'A-07',
    position: 'U12',
    type: 'physical',
    environment: 'production',
    status: 'spare',
    labels: { team: '支付', 'app/tier': 'db', empty: '' },
  };

  it('is stored, changed field by field, emptied, and logged', async () => {
    const dataCenterId = await admin.made('/data-centers', { name: 'SH-1' });
    const all = { ...details, dataCenterId };
    const id = await admin.made('/assets', { name: 'whole', address: '10.1.0.1', ...all });
    expect((await admin.get(`/assets/${id}`)).body).toMatchObject(all);
    const change = { cpuCount: null, labels: {}, type: null, dataCenterId: null, cabinet: '', disks: [] };
    expect((await admin.patch(`/assets/${id}`, change)).body).toMatchObject({ ...all, ...change });
    const log = await api.database.getRepository(Operation).findBy({ subjectId: id, action: 'asset.update' });
    const { cpuCount, type, cabinet, disks } = details;
    const before = { cpuCount, labels: details.labels, type, dataCenterId, cabinet, disks };
    expect(log).toEqual([expect.objectContaining({ before, after: change })]);
  });

  it('has MAC addresses in one form, however they were written', async () => {
    const macAddresses = ['52-54-00-AB-CD-EF', '0011.2233.4455', '001122334456'];
    const answer = await admin.post('/assets', { name: 'macs', address: '10.1.0.2', macAddresses });
    expect(answer.body).toMatchObject({
      macAddresses: ['52:54:00:ab:cd:ef', '00:11:22:33:44:55', '00:11:22:33:44:56'],
    });
  });

  it.each([
    [
      'no address among others',
      { otherAddresses: ['10.0.0.1', '10.0.0.300'] },
      'otherAddresses:not_an_address',
    ],
    ['one text as others', { otherAddresses: '10.0.0.1' }, 'otherAddresses:not_a_list'],
    ['no MAC address', { macAddresses: ['52:54:00:12:34'] }, 'macAddresses:not_a_mac_address'],
    ['a board with a port', { outOfBandAddress: 'ilo:443' }, 'outOfBandAddress:not_an_address'],
    ['null as a text', { brand: null }, 'brand:not_a_text'],
    ['an escape', { model: '\u001b[2J' }, 'model:control_characters'],
    ['no processor', { cpuCount: 0 }, 'cpuCount:out_of_range'],
    ['half a MiB', { memoryMib: 0.5 }, 'memoryMib:out_of_range'],
    ['more than can be', { memoryMib: 2 ** 31 }, 'memoryMib:out_of_range'],
    ['no list of disks', { disks: { sda: 1 } }, 'disks:not_a_list'],
    ['a disk without a size', { disks: [{ name: 'sda' }] }, 'disks.0.sizeMib:required'],
    ['a number as a disk', { disks: [1] }, 'disks.0:not_an_object'],
    ['more about a disk', { disks: [{ name: 'a', sizeMib: 1, x: 1 }] }, 'disks.0.x:unknown_field'],
    ['an unknown data center', { dataCenterId: NOBODY }, 'dataCenterId:not_found'],
    ['an unknown type', { type: 'toaster' }, 'type:unknown_value'],
    ['an unknown environment', { environment: 'prod' }, 'environment:unknown_value'],
    ['no status', { status: null }, 'status:unknown_value'],
    ['a list of labels', { labels: ['a=b'] }, 'labels:not_labels'],
    ['a number as a label', { labels: { a: 1 } }, 'labels:not_labels'],
    ['= in a key', { labels: { 'a=b': 'c' } }, 'labels:not_labels'],
    ['an empty key', { labels: { '': 'c' } }, 'labels:not_labels'],
    ['a line in a label', { labels: { a: 'b\nc' } }, 'labels:not_labels'],
    ['too many labels', { labels: labels(65) }, 'labels:not_labels'],
  ])('is refused with %s', async (_what, fields, expected) => {
    const answer = await admin.post('/assets', { name: 'refused', address: '10.0.0.3', ...fields });
    expect(failureOf(answer)).toEqual({ status: 422, code: 'validation_failed', fields: [expected] });
  });

  describe('finds them', () => {
    let dataCenter: string;
    beforeAll(async () => {
      dataCenter = await admin.made('/data-centers', { name: 'AA-first' });
      const add = (name: string, more: object): Promise<string> =>
        admin.made('/assets', { name, address: '192.0.2.1', ...more });
      await add('F-1', { dataCenterId: dataCenter, type: 'switch', labels: { team: 'net', rank: 'a=b' } });
      await add('F-2', { environment: 'test', labels: { team: 'web' }, memoryMib: 2048 });
      await add('F-3', { status: 'retired', labels: { rank: '' }, memoryMib: 1024 });
    });

    it.each([
      ['by data center', 'dataCenterId=CENTER', ['F-1']],
      ['by type', 'type=switch', ['F-1']],
      ['by environment', 'environment=test', ['F-2']],
      ['by status', 'status=retired', ['F-3']],
      ['by label and value', 'label=team=web', ['F-2']],
      ['by label, whatever its value', 'label=rank', ['F-1', 'F-3']],
      ['by a value with =', 'label=rank=a=b', ['F-1']],
      ['by an empty value', 'label=rank=', ['F-3']],
      ['by all of several labels', 'label=rank&label=team=net', ['F-1']],
      ['by two values of one label: none', 'label=team=net&label=team=web', []],
      ['by a label that no asset can have: none', 'label=__proto__=x', []],
      ['by all of several fields', 'type=switch&environment=test', []],
      ['by a field beside an empty search', 'q=&type=switch', ['F-1']],
      ['by a word of some and a field', 'q=F-&type=switch', ['F-1']],
      ['in order of memory', 'q=F-&sort=memoryMib', ['F-3', 'F-2', 'F-1']],
      ['in order of data center', 'q=F-&sort=dataCenter&pageSize=1', ['F-1']],
      ['page by page', 'q=F-&sort=-dataCenter&pageSize=2&page=2', ['F-1']],
    ])('%s', async (_how, query, expected) => {
      expect(namesOf(await admin.get(`/assets?${query.replace('CENTER', dataCenter)}`))).toEqual(expected);
    });

    it.each([
      ['type=x', 'type:unknown_value'],
      ['label[a]=b', 'label[a]:unknown_field'],
      ['dataCenterId=1', 'dataCenterId:not_an_id'],
    ])('and refuses %s', async (query, expected) => {
      expect(failureOf(await admin.get(`/assets?${query}`)).fields).toEqual([expected]);
    });
  });
});

describe('data centers', () => {
  let api: StockedApi;
  let admin: Caller;

  beforeAll(async () => {
    api = await StockedApi.start();
    admin = api.as('admin');
    return () => api.stop();
  });

  const whole = {
    name: 'BJ-1',
    bandwidth: '1 Gbit/s BGP',
    operator: '电信',
    contact: 'Wang',
    phone: '+86 10 1234',
    address: 'Street 1\nBeijing',
    networks: ['10.1.0.0/16', '2001:db8::/32'],
    comment: 'c',
  };

  it('are added, changed, listed and logged', async () => {
    const id = await admin.made('/data-centers', whole);
    const asset = { name: 'there', address: '10.0.0.1', dataCenterId: id };
    await admin.made('/assets', asset);
    expect((await admin.get(`/data-centers/${id}`)).body).toMatchObject({ ...whole, assetCount: 1 });
    expect((await admin.patch(`/data-centers/${id}`, { networks: [] })).body).toMatchObject({
      ...whole,
      networks: [],
    });
    expect((await admin.get('/data-centers?q=电信&sort=-assetCount')).body).toMatchObject({ total: 1 });
    const log = await api.database.getRepository(Operation).findBy({ subjectId: id });
    expect(log.map(({ action }) => action).sort()).toEqual(['data-center.create', 'data-center.update']);
  });

  it('leave their assets when they are deleted', async () => {
    const id = await admin.made('/data-centers', { name: 'gone' });
    const asset = await admin.made('/assets', { name: 'left', address: '10.0.0.2', dataCenterId: id });
    expect((await admin.delete(`/data-centers/${id}`)).status).toBe(204);
    expect((await admin.delete(`/data-centers/${id}`)).status).toBe(404);
    expect((await admin.get(`/assets/${asset}`)).body).toMatchObject({ dataCenterId: null });
    const log = await api.database
      .getRepository(Operation)
      .findOneByOrFail({ subjectId: id, action: 'data-center.delete' });
    expect(log.before).toMatchObject({ name: 'gone', assetCount: 1 });
  });

  it.each([
    ['no name', { name: undefined }, 'name:required'],
    ['no network', { networks: ['10.1.0.0'] }, 'networks:not_a_network'],
    ['too long a prefix', { networks: ['10.1.0.0/33'] }, 'networks:not_a_network'],
    ['a host of its own', { assetCount: 3 }, 'assetCount:unknown_field'],
  ])('are refused with %s', async (_what, fields, expected) => {
    expect(failureOf(await admin.post('/data-centers', { name: 'refused', ...fields })).fields).toEqual([
      expected,
    ]);
  });

  it('have one of a name, and are changed by administrators only', async () => {
    expect((await admin.post('/data-centers', { name: 'once' })).status).toBe(201);
    expect(failureOf(await admin.post('/data-centers', { name: 'once' })).fields).toEqual([
      'name:already_taken',
    ]);
    expect((await api.as('auditor').get('/data-centers')).status).toBe(200);
    expect((await api.as('auditor').post('/data-centers', { name: 'x' })).status).toBe(403);
    expect((await api.as('user').get('/data-centers')).status).toBe(403);
  });
});
