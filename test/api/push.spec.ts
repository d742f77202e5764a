import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Operation, SystemUser } from '#libs/database';
import { asId, generateKey, type SystemUserId } from '#libs/kernel';
import { SystemUserBook } from '#libs/push';
import { failureOf, StockedApi, type Caller } from './stocked-api.js';

const NOBODY = '00000000-0000-7000-8000-000000000000';
const PLANTED = ['planted-system-password-1', 'planted-system-password-2'];
const aText: unknown = expect.any(String);
const keyed = z.object({ publicKey: z.string() });

describe('push', () => {
  let api: StockedApi;
  let admin: Caller;
  const pasted = generateKey();

  beforeAll(async () => {
    api = await StockedApi.start();
    admin = api.as('admin');
    return () => api.stop();
  });

  const systemUser = (username: string, secret: object = { password: 'x' }): Promise<string> =>
    admin.made('/system-users', { username, ...secret });
  const asset = (name: string, groupIds: string[] = []): Promise<string> =>
    admin.made('/assets', { name, address: '10.0.0.1', groupIds });
  const opened = async (id: string, column: 'password' | 'private_key'): Promise<string> => {
    const row = await api.find(SystemUserBook).credentialOf(asId<SystemUserId>(id));
    const sealed = column === 'password' ? row?.sealedPassword : row?.sealedPrivateKey;
    return api.vault.open({ table: 'system_users', rowId: id, column }, sealed ?? '');
  };

  describe('system users', () => {
    it('are made with a generated key whose private half only the vault opens', async () => {
      const body = { username: 'dev', generateKey: true, shell: '/bin/sh', comment: 'developers' };
      const answer = await admin.post('/system-users', body);
      expect(answer.status).toBe(201);
      expect(answer.body).toEqual({
        id: aText,
        username: 'dev',
        shell: '/bin/sh',
        home: '',
        comment: 'developers',
        groups: [],
        sudoAliases: [],
        sudoAliasIds: [],
        hasPassword: false,
        hasPrivateKey: true,
        publicKey: aText,
        assetCount: 0,
        createdAt: aText,
        updatedAt: aText,
      });
      const { id, publicKey } = z.object({ id: z.string(), publicKey: z.string() }).parse(answer.body);
      expect(publicKey).toMatch(/^ssh-ed25519 /);
      expect(await opened(id, 'private_key')).toContain('BEGIN OPENSSH PRIVATE KEY');
    });

    it('are made with a pasted key and a password', async () => {
      const id = await systemUser('dba', { privateKey: pasted.privateKey, password: PLANTED[0] });
      expect((await admin.get(`/system-users/${id}`)).body).toMatchObject({
        shell: '/bin/bash',
        hasPassword: true,
        publicKey: pasted.publicKey,
      });
      expect(await opened(id, 'password')).toBe(PLANTED[0]);
    });

    it('are made with a generated password', async () => {
      const id = await systemUser('generated', { generatePassword: true });
      expect((await admin.get(`/system-users/${id}`)).body).toMatchObject({ hasPassword: true });
      const first = await opened(id, 'password');
      expect(first).toMatch(/^[A-Za-z0-9_-]{24}$/);
      await admin.patch(`/system-users/${id}`, { generatePassword: true });
      expect(await opened(id, 'password')).not.toBe(first);
    });

    it.each([
      ['no secret', {}, 'password:secret_needed'],
      [
        'a key pasted and generated',
        { generateKey: true, privateKey: pasted.privateKey },
        'generateKey:conflicting',
      ],
      ['a word for generateKey', { generateKey: 'yes' }, 'generateKey:not_true_or_false'],
      ['no key', { privateKey: 'nonsense' }, 'privateKey:not_a_private_key'],
      ['root', { username: 'root' }, 'username:not_an_account_name'],
      ['capitals', { username: 'Dev' }, 'username:not_an_account_name'],
      ['a digit first', { username: '1dev' }, 'username:not_an_account_name'],
      ['an option', { username: '-rf' }, 'username:not_an_account_name'],
      ['a line end', { username: 'dev\n' }, 'username:control_characters'],
      ['a comma', { username: 'dev,ALL' }, 'username:not_an_account_name'],
      ['a long name', { username: 'x'.repeat(33) }, 'username:too_long'],
      ['a shell that is no path', { password: 'x', shell: 'bash' }, 'shell:not_a_shell'],
      ['a shell with a command', { password: 'x', shell: '/bin/sh;id' }, 'shell:not_a_shell'],
      [
        'a password given and generated',
        { password: 'x', generatePassword: true },
        'generatePassword:conflicting',
      ],
      ['a home that is no path', { password: 'x', home: 'dev' }, 'home:not_a_home'],
      ['the root folder as home', { password: 'x', home: '/' }, 'home:not_a_home'],
      ['a system folder as home', { password: 'x', home: '/etc' }, 'home:not_a_home'],
      ['a home by a way round', { password: 'x', home: '/home/../etc' }, 'home:not_a_home'],
      ['a group with a comma', { password: 'x', groups: ['a,b'] }, 'groups:not_a_group_name'],
      ['an unknown sudo alias', { password: 'x', sudoAliasIds: [NOBODY] }, 'sudoAliasIds:not_found'],
      ['an unknown field', { password: 'x', sealedPassword: 'x' }, 'sealedPassword:unknown_field'],
    ])('are refused with %s', async (_what, fields, expected) => {
      const answer = await admin.post('/system-users', { username: 'refused', ...fields });
      expect(failureOf(answer)).toEqual({ status: 422, code: 'validation_failed', fields: [expected] });
    });

    it('have one of a name, however many ask at once', async () => {
      const tries = Array.from({ length: 6 }, () =>
        admin.post('/system-users', { username: 'raced', password: 'x' }),
      );
      const answers = await Promise.all(tries);
      expect(answers.map((answer) => answer.status).sort()).toEqual([201, 409, 409, 409, 409, 409]);
      const refused = answers.find((answer) => answer.status === 409);
      expect(refused && failureOf(refused).fields).toEqual(['username:already_taken']);
    });

    it('keep a secret that is left blank, replace one that is given, drop one that is null', async () => {
      const id = await systemUser('rotated', { password: PLANTED[0] });
      const patch = (fields: object) => admin.patch(`/system-users/${id}`, fields);
      await patch({ comment: 'c', password: '', privateKey: '', passphrase: '' });
      expect(await opened(id, 'password')).toBe(PLANTED[0]);
      await patch({ password: PLANTED[1] });
      expect(await opened(id, 'password')).toBe(PLANTED[1]);
      const before = keyed.parse((await patch({ generateKey: true })).body).publicKey;
      expect(keyed.parse((await patch({ generateKey: true })).body).publicKey).not.toBe(before);
      expect((await patch({ password: null })).body).toMatchObject({
        hasPassword: false,
        hasPrivateKey: true,
      });
      expect(failureOf(await patch({ privateKey: null })).fields).toEqual(['password:secret_needed']);
      expect((await admin.patch(`/system-users/${NOBODY}`, {})).status).toBe(404);
    });

    it('can not be deleted while rules name them, and are told which', async () => {
      const id = await systemUser('named');
      const assetId = await asset('for-named');
      await admin.made('/pushes', { systemUserId: id, assetIds: [assetId], mode: 'record-only' });
      const rule = { name: 'names it', userIds: [admin.userId], assetIds: [assetId], systemUserIds: [id] };
      const ruleId = await admin.made('/authorization-rules', rule);
      const refused = await admin.delete(`/system-users/${id}`);
      expect(failureOf(refused)).toMatchObject({ status: 409, code: 'in_use' });
      expect(refused.body).toMatchObject({
        usedBy: [{ type: 'authorization-rule', id: ruleId, name: 'names it' }],
      });
      await admin.delete(`/authorization-rules/${ruleId}`);
      expect((await admin.delete(`/system-users/${id}`)).status).toBe(204);
      expect((await admin.get(`/push-records?systemUserId=${id}`)).body).toMatchObject({ total: 0 });
    });

    it('may be read by auditors, changed by admins, and neither by others', async () => {
      for (const path of ['/system-users', '/pushes']) {
        expect((await api.as('auditor').get(path)).status).toBe(200);
        expect((await api.as('auditor').post(path, {})).status).toBe(403);
        expect((await api.as('user').get(path)).status).toBe(403);
        expect((await api.nobody.get(path)).status).toBe(401);
      }
      expect((await api.as('user').get('/push-records')).status).toBe(403);
    });
  });

  describe('pushes', () => {
    let dev: string;
    beforeAll(async () => {
      dev = await systemUser('pushed');
    });

    it('record only, at once, on assets and on all that is in groups', async () => {
      const outer = await admin.made('/asset-groups', { name: 'outer' });
      const inner = await admin.made('/asset-groups', { name: 'inner', parentId: outer });
      const direct = await asset('p-direct');
      const nested = await asset('p-nested', [inner]);
      const both = await asset('p-both', [inner, outer]);
      const request = {
        systemUserId: dev,
        assetIds: [direct, both],
        assetGroupIds: [outer],
        mode: 'record-only',
      };
      const answer = await admin.post('/pushes', request);
      expect(answer).toEqual({ status: 202, body: { id: aText } });
      const { id } = z.object({ id: z.string() }).parse(answer.body);
      const push = {
        id,
        systemUserId: dev,
        systemUsername: 'pushed',
        mode: 'record-only',
        state: 'succeeded',
        pinHostKey: false,
        removesSystemUser: false,
        systemUserExists: true,
        requestedBy: 'admin',
        createdAt: aText,
        finishedAt: aText,
        stoppedBy: null,
        assetCount: 3,
        succeededCount: 3,
        failedCount: 0,
        stoppedCount: 0,
      };
      const at = { step: null, reason: '', steps: [], startedAt: null, finishedAt: null };
      const results = [
        { assetId: both, assetName: 'p-both', state: 'succeeded', ...at },
        { assetId: direct, assetName: 'p-direct', state: 'succeeded', ...at },
        { assetId: nested, assetName: 'p-nested', state: 'succeeded', ...at },
      ];
      expect((await admin.get(`/pushes/${id}`)).body).toEqual({ ...push, results });
      expect((await admin.get(`/pushes?systemUserId=${dev}`)).body).toEqual({ items: [push], total: 1 });
      expect((await admin.get(`/system-users/${dev}`)).body).toMatchObject({ assetCount: 3 });
    });

    it('keep what they did when a later one replaces the record, and when the asset is gone', async () => {
      const assetId = await asset('p-again');
      const request = { systemUserId: dev, assetIds: [assetId], mode: 'record-only' };
      const [first, second] = [await admin.made('/pushes', request), await admin.made('/pushes', request)];
      const results = [{ assetId, assetName: 'p-again', state: 'succeeded' }];
      for (const id of [first, second])
        expect((await admin.get(`/pushes/${id}`)).body).toMatchObject({ results });
      expect((await admin.get(`/push-records?systemUserId=${dev}&assetId=${assetId}`)).body).toEqual({
        items: [
          {
            id: aText,
            systemUserId: dev,
            systemUsername: 'pushed',
            assetId,
            assetName: 'p-again',
            pushId: second,
            mode: 'record-only',
            state: 'record-only',
            succeeded: true,
            failure: null,
            failureTold: null,
            engine: 'none',
            accountExisted: null,
            drift: null,
            driftAt: null,
            driftFindings: [],
            pushedAt: aText,
            pushedBy: 'admin',
          },
        ],
        total: 1,
      });
      await admin.delete(`/assets/${assetId}`);
      expect((await admin.get(`/pushes/${first}`)).body).toMatchObject({ results });
      expect((await admin.get(`/push-records?assetId=${assetId}`)).body).toMatchObject({ total: 0 });
    });

    it.each([
      ['a key that the system user lacks', { mode: 'key' }, 'mode:no_key'],
      ['both when one is lacking', { mode: 'both' }, 'mode:no_key'],
      ['nothing to recycle', { mode: 'recycle' }, 'assetIds:no_target'],
      ['an unknown mode', { mode: 'magic' }, 'mode:unknown_value'],
      ['no mode', { mode: undefined }, 'mode:required'],
      ['no target', { assetIds: [] }, 'assetIds:no_target'],
      ['an unknown asset', { assetIds: [NOBODY] }, 'assetIds:not_found'],
      ['an unknown group', { assetIds: [], assetGroupIds: [NOBODY] }, 'assetGroupIds:not_found'],
      ['an unknown system user', { systemUserId: NOBODY }, 'systemUserId:not_found'],
      ['no system user', { systemUserId: undefined }, 'systemUserId:required'],
    ])('are refused with %s', async (what, fields, expected) => {
      const assetIds = [await asset(`t-${what}`)];
      const answer = await admin.post('/pushes', {
        systemUserId: dev,
        assetIds,
        mode: 'record-only',
        ...fields,
      });
      expect(failureOf(answer)).toMatchObject({ status: 422, fields: [expected] });
    });

    it('that are not there are not found', async () => {
      for (const id of [NOBODY, 'nonsense']) expect((await admin.get(`/pushes/${id}`)).status).toBe(404);
    });

    it('to a group without assets are refused: nothing would come of them', async () => {
      const assetGroupIds = [await admin.made('/asset-groups', { name: 'empty' })];
      const answer = await admin.post('/pushes', { systemUserId: dev, assetGroupIds, mode: 'record-only' });
      expect(failureOf(answer).fields).toEqual(['assetGroupIds:no_target']);
    });

    it('that meet on the same assets leave one record each', async () => {
      const assetIds = [await asset('m-1'), await asset('m-2'), await asset('m-3')];
      const requests = [assetIds, assetIds.toReversed(), assetIds].map((ids) =>
        admin.post('/pushes', { systemUserId: dev, assetIds: ids, mode: 'record-only' }),
      );
      expect((await Promise.all(requests)).map((answer) => answer.status)).toEqual([202, 202, 202]);
      expect((await admin.get(`/push-records?systemUserId=${dev}&q=m-`)).body).toMatchObject({ total: 3 });
    });

    it('are told to every process and stand in the operations log', async () => {
      const request = { systemUserId: dev, assetIds: [await asset('p-told')], mode: 'record-only' };
      expect(await api.reasonsDuring(() => admin.made('/pushes', request))).toEqual(['push']);
      const [row] = await api.database
        .getRepository(Operation)
        .find({ where: { action: 'system-user.push' }, order: { at: 'DESC' }, take: 1 });
      expect(row).toMatchObject({
        subjectName: 'pushed',
        after: { mode: 'record-only', assetCount: 1 },
      });
    });
  });

  it('never shows a secret in an answer, the log or a dump of the database', async () => {
    const generated = await api.database.getRepository(SystemUser).findOneByOrFail({ username: 'dev' });
    const privateKeys = [pasted.privateKey, await opened(generated.id, 'private_key')];
    const bodies = privateKeys.map((key) => key.split('\n')[2] ?? '');
    const said = `${api.said.join('\n')}\n${await api.dump()}`;
    for (const secret of [...PLANTED, ...bodies]) {
      expect(secret.length).toBeGreaterThan(20);
      expect(said).not.toContain(secret);
    }
    // sealed ones stand in the database alone
    expect(said).toContain('hpke1:');
    expect(api.said.join('\n')).not.toContain('hpke1:');
  });
});
