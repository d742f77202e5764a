import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Operation } from '#libs/database';
import { AssetCatalog } from '#libs/inventory';
import { asId, type AssetId } from '#libs/kernel';
import { dsaKeyLine, hostKeyLine, weakKeyLine } from './key-samples.js';
import { failureOf, StockedApi, type Answer, type Caller } from './stocked-api.js';

const NOBODY = '00000000-0000-7000-8000-000000000000';
const page = z.object({ items: z.array(z.object({ name: z.string() })), total: z.number() });
const namesOf = (answer: Answer): string[] => page.parse(answer.body).items.map((item) => item.name);
const NOTHING_KNOWN = {
  otherAddresses: [],
  macAddresses: [],
  outOfBandAddress: '',
  brand: '',
  model: '',
  cpuModel: '',
  cpuCount: null,
  memoryMib: null,
  disks: [],
  os: '',
  osVersion: '',
  kernel: '',
  architecture: '',
  serialNumber: '',
  assetNumber: '',
  cabinet: '',
  position: '',
  dataCenterId: null,
  type: null,
  environment: null,
  status: 'in-use',
  labels: {},
};
const aText: unknown = expect.any(String);
const aFingerprint: unknown = expect.stringMatching(/^SHA256:/);
const aSeal: unknown = expect.stringMatching(/^hpke1:/);

describe('inventory', () => {
  let api: StockedApi;
  let admin: Caller;

  beforeAll(async () => {
    api = await StockedApi.start();
    admin = api.as('admin');
    return () => api.stop();
  });

  describe('assets', () => {
    it('are added with all that is known of them', async () => {
      const groupId = await admin.made('/asset-groups', { name: 'web' });
      const adminAccountId = await admin.made('/admin-accounts', {
        name: 'a',
        username: 'root',
        password: 'x',
      });
      const hostKeys = [hostKeyLine(), hostKeyLine()].sort();
      const body = {
        name: 'web-1',
        address: 'web-1.example.com',
        port: 2200,
        groupIds: [groupId],
        adminAccountId,
        hostKeys,
      };
      const answer = await admin.post('/assets', { ...body, active: false, comment: '第一台\nfirst' });
      expect(answer.status).toBe(201);
      expect(answer.body).toEqual({
        ...NOTHING_KNOWN,
        ...body,
        id: aText,
        effectivePort: 2200,
        active: false,
        comment: '第一台\nfirst',
        factsCollectedAt: null,
        createdAt: aText,
        updatedAt: aText,
      });
    });

    it('need a name and an address only', async () => {
      const answer = await admin.post('/assets', { name: 'bare', address: '10.0.0.2' });
      expect(answer.body).toMatchObject({
        port: null,
        effectivePort: 22,
        adminAccountId: null,
        groupIds: [],
        active: true,
      });
    });

    it.each([
      ['no name', { name: undefined }, 'name:required'],
      ['@ in the name', { name: 'a@b' }, 'name:not_an_asset_name'],
      ['# in the name', { name: 'a#b' }, 'name:not_an_asset_name'],
      ['/ in the name', { name: 'a/b' }, 'name:not_an_asset_name'],
      ['a blank end', { name: 'a ' }, 'name:blank_ends'],
      ['an escape in the name', { name: 'a\u001b[2J' }, 'name:control_characters'],
      ['a long name', { name: 'é'.repeat(129) }, 'name:too_long'],
      ['no address', { address: undefined }, 'address:required'],
      ['a number as address', { address: 10 }, 'address:not_a_text'],
      ['shell in the address', { address: '$(id)' }, 'address:not_an_address'],
      ['an option as address', { address: '-oProxyCommand=id' }, 'address:not_an_address'],
      ['a mistyped address', { address: '10.0.0.300' }, 'address:not_an_address'],
      ['an address with port', { address: 'web:22' }, 'address:not_an_address'],
      ['port 0', { port: 0 }, 'port:out_of_range'],
      ['port 65536', { port: 65_536 }, 'port:out_of_range'],
      ['half a port', { port: 22.5 }, 'port:out_of_range'],
      ['a port in quotes', { port: '22' }, 'port:out_of_range'],
      ['an unknown group', { groupIds: [NOBODY] }, 'groupIds:not_found'],
      ['a group twice', { groupIds: [NOBODY, NOBODY] }, 'groupIds:repeated'],
      ['no list of groups', { groupIds: 'web' }, 'groupIds:not_a_list'],
      ['no id of a group', { groupIds: ['web'] }, 'groupIds:not_an_id'],
      ['an unknown admin account', { adminAccountId: NOBODY }, 'adminAccountId:not_found'],
      ['a word for active', { active: 'yes' }, 'active:not_true_or_false'],
      ['NUL in the comment', { comment: 'a\u0000b' }, 'comment:control_characters'],
      ['a long comment', { comment: 'x'.repeat(2001) }, 'comment:too_long'],
      ['an unknown field', { pinnedBy: 'me' }, 'pinnedBy:unknown_field'],
      ['an id of their own', { id: NOBODY }, 'id:unknown_field'],
      ['a wrong host key', { hostKeys: [hostKeyLine(), 'nonsense'] }, 'hostKeys.1:not_a_public_key'],
      ['a DSA host key', { hostKeys: [dsaKeyLine] }, 'hostKeys.0:weak_key'],
      ['a short RSA host key', { hostKeys: [weakKeyLine()] }, 'hostKeys.0:weak_key'],
    ])('are refused with %s', async (_what, fields, expected) => {
      const answer = await admin.post('/assets', { name: 'refused', address: '10.0.0.3', ...fields });
      expect(failureOf(answer)).toEqual({ status: 422, code: 'validation_failed', fields: [expected] });
    });

    it('are changed field by field, the rest stays', async () => {
      const [one, two] = [
        await admin.made('/asset-groups', { name: 'g1' }),
        await admin.made('/asset-groups', { name: 'g2' }),
      ];
      const id = await admin.made('/assets', {
        name: 'old',
        address: '10.0.1.1',
        port: 23,
        groupIds: [one],
        comment: 'c',
      });
      const change = { name: 'new', port: null, groupIds: [two] };
      expect((await admin.patch(`/assets/${id}`, change)).body).toMatchObject({
        ...change,
        address: '10.0.1.1',
        effectivePort: 22,
        comment: 'c',
      });
      expect(failureOf(await admin.patch(`/assets/${id}`, { name: null })).fields).toEqual([
        'name:not_a_text',
      ]);
      expect(failureOf(await admin.patch(`/assets/${id}`, { groupIds: null })).fields).toEqual([
        'groupIds:not_a_list',
      ]);
      expect((await admin.patch(`/assets/${id}`, {})).body).toMatchObject({ name: 'new', groupIds: [two] });
      expect((await admin.patch(`/assets/${NOBODY}`, { name: 'x' })).status).toBe(404);
      const log = await api.database
        .getRepository(Operation)
        .findBy({ subjectId: id, action: 'asset.update' });
      expect(log).toEqual([
        expect.objectContaining({
          subjectName: 'new',
          before: { name: 'old', port: 23, groupIds: [one] },
          after: { name: 'new', port: null, groupIds: [two] },
        }),
      ]);
    });

    it('have one of a name, however many ask at once', async () => {
      const tries = Array.from({ length: 8 }, () =>
        admin.post('/assets', { name: 'raced', address: '10.0.0.4' }),
      );
      const statuses = (await Promise.all(tries)).map((answer) => answer.status).sort();
      expect(statuses).toEqual([201, 409, 409, 409, 409, 409, 409, 409]);
    });

    it('are deleted one or many, all or none, and the log keeps their names', async () => {
      const ids = [];
      for (const name of ['d1', 'd2', 'd3'])
        ids.push(await admin.made('/assets', { name, address: '10.0.2.1' }));
      const [first] = ids;
      expect((await admin.delete(`/assets/${first}`)).status).toBe(204);
      expect((await admin.delete(`/assets/${first}`)).status).toBe(404);
      expect(failureOf(await admin.post('/assets/delete', { ids })).fields).toEqual(['ids:not_found']);
      expect((await admin.get('/assets?q=d2')).body).toMatchObject({ total: 1 });
      expect((await admin.post('/assets/delete', { ids: ids.slice(1) })).status).toBe(204);
      expect((await admin.get('/assets?q=d2')).body).toMatchObject({ total: 0 });
      expect(failureOf(await admin.post('/assets/delete', { ids: [] })).fields).toEqual(['ids:too_few']);
      const log = await api.database.getRepository(Operation).findBy({ action: 'asset.delete' });
      expect(log.map((row) => row.subjectName).sort()).toEqual(['d1', 'd2', 'd3']);
    });

    it('follow the default port unless they have their own', async () => {
      const id = await admin.made('/assets', { name: 'follows', address: '10.0.0.5' });
      expect((await admin.put('/settings/defaults', { port: 2022 })).body).toEqual({
        port: 2022,
        adminAccountId: null,
      });
      expect((await admin.get(`/assets/${id}`)).body).toMatchObject({ port: null, effectivePort: 2022 });
      expect((await admin.put('/settings/defaults', {})).body).toEqual({ port: 22, adminAccountId: null });
      expect((await admin.get('/settings/defaults')).body).toEqual({ port: 22, adminAccountId: null });
      expect(failureOf(await admin.put('/settings/defaults', { port: 0 })).fields).toEqual([
        'port:out_of_range',
      ]);
      expect(failureOf(await admin.put('/settings/defaults', { adminAccountId: NOBODY })).fields).toEqual([
        'adminAccountId:not_found',
      ]);
      expect((await api.as('auditor').get('/settings/defaults')).status).toBe(200);
      expect((await api.as('auditor').put('/settings/defaults', {})).status).toBe(403);
    });

    it('give gateways endpoint and admin account, own or default, the secret still sealed', async () => {
      const catalog = api.find(AssetCatalog);
      const hostKeys = [hostKeyLine()];
      const id = asId<AssetId>(
        await admin.made('/assets', { name: 'dialled', address: 'dial.lan', hostKeys }),
      );
      const [type, blob] = hostKeys[0]?.split(' ') ?? [];
      expect(await catalog.endpointOf(id)).toEqual({
        asset: { id, name: 'dialled', address: 'dial.lan', active: true },
        port: 22,
        hostKeys: [{ type, blob, fingerprint: aFingerprint }],
      });
      expect(await catalog.adminAccountFor(id)).toBeNull();

      const fallback = await admin.made('/admin-accounts', {
        name: 'fallback',
        username: 'root',
        password: 'x',
      });
      await admin.put('/settings/defaults', { adminAccountId: fallback });
      expect(await catalog.adminAccountFor(id)).toMatchObject({
        id: fallback,
        sealedPassword: aSeal,
      });
      const own = await admin.made('/admin-accounts', { name: 'own', username: 'ops', password: 'x' });
      await admin.patch(`/assets/${id}`, { adminAccountId: own });
      expect(await catalog.adminAccountFor(id)).toMatchObject({ id: own, username: 'ops' });
      expect(await catalog.endpointOf(asId<AssetId>(NOBODY))).toBeNull();
    });

    it('tell every process when what decides access has changed', async () => {
      const reasons = await api.reasonsDuring(async () => {
        const id = await admin.made('/assets', { name: 'told', address: '10.0.0.6' });
        await admin.patch(`/assets/${id}`, { active: false });
        await admin.put(`/assets/${id}/host-keys`, { hostKeys: [hostKeyLine()] });
        await admin.delete(`/assets/${id}`);
      });
      expect(reasons).toEqual(['asset.create', 'asset.update', 'asset.pin-host-keys', 'asset.delete']);
    });
  });

  describe('lists of assets', () => {
    let outer: string;
    beforeAll(async () => {
      outer = await admin.made('/asset-groups', { name: 'outer' });
      const inner = await admin.made('/asset-groups', { name: 'inner', parentId: outer });
      const innermost = await admin.made('/asset-groups', { name: 'innermost', parentId: inner });
      const add = (name: string, address: string, more: object): Promise<string> =>
        admin.made('/assets', { name, address, ...more });
      await add('L-alpha', '192.0.2.1', { groupIds: [outer], comment: '100% spare' });
      await add('L-beta', '192.0.2.2', { groupIds: [innermost], active: false });
      await add('L-gamma', 'gamma.example.net', { comment: 'MiXed' });
    });

    it.each([
      ['by name, whatever the case', 'q=l-ALPHA', ['L-alpha']],
      ['by address', 'q=gamma.example', ['L-gamma']],
      ['by comment', 'q=mixed', ['L-gamma']],
      ['by a text with %', 'q=100%25', ['L-alpha']],
      ['by group, with all below it', 'groupId=GROUP', ['L-alpha', 'L-beta']],
      ['by group and state', 'groupId=GROUP&active=true', ['L-alpha']],
      ['by state', 'q=L-&active=false', ['L-beta']],
      ['in order', 'q=L-&sort=-name', ['L-gamma', 'L-beta', 'L-alpha']],
      ['in order of address', 'q=L-&sort=address', ['L-alpha', 'L-beta', 'L-gamma']],
      ['page by page', 'q=L-&pageSize=2&page=2', ['L-gamma']],
    ])('find them %s', async (_how, query, expected) => {
      expect(namesOf(await admin.get(`/assets?${query.replace('GROUP', outer)}`))).toEqual(expected);
    });

    it('count all that match', async () => {
      expect((await admin.get('/assets?q=L-&pageSize=1')).body).toMatchObject({ total: 3 });
    });

    it.each([
      ['sort=sealedPassword', 'sort:unknown_value'],
      ['sort=name;drop table assets', 'sort:unknown_value'],
      ['pageSize=201', 'pageSize:out_of_range'],
      ['page=0', 'page:out_of_range'],
      ['active=maybe', 'active:not_true_or_false'],
      ['groupId=1', 'groupId:not_an_id'],
      ['fields=password', 'fields:unknown_field'],
    ])('refuse %s', async (query, expected) => {
      expect(failureOf(await admin.get(`/assets?${query}`)).fields).toEqual([expected]);
    });

    it('may be read by auditors, and not at all by users', async () => {
      expect((await api.as('auditor').get('/assets')).status).toBe(200);
      expect((await api.as('auditor').post('/assets', {})).status).toBe(403);
      expect((await api.as('user').get('/assets')).status).toBe(403);
      expect((await api.nobody.get('/assets')).status).toBe(401);
    });
  });
});
