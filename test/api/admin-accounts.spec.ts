import { beforeAll, describe, expect, it } from 'vitest';
import { AdminAccount, Operation } from '#libs/database';
import { asId, generateKey, type AdminAccountId } from '#libs/kernel';
import { hostKeyLine, lockedKey } from './key-samples.js';
import { failureOf, StockedApi, type Caller } from './stocked-api.js';

const PASSPHRASE = 'planted-passphrase-7';
const PLANTED = ['planted-password-1', 'planted-password-2', 'planted-password-3'];

const aText: unknown = expect.any(String);

describe('admin accounts', () => {
  let api: StockedApi;
  let admin: Caller;
  const pasted = generateKey();
  const locked = lockedKey(PASSPHRASE);

  beforeAll(async () => {
    api = await StockedApi.start();
    admin = api.as('admin');
    return () => api.stop();
  });

  const stored = (id: string): Promise<AdminAccount> =>
    api.database.getRepository(AdminAccount).findOneByOrFail({ id: asId<AdminAccountId>(id) });

  const openPassword = async (id: string): Promise<string> =>
    api.vault.open(
      { table: 'admin_accounts', rowId: id, column: 'password' },
      (await stored(id)).sealedPassword ?? '',
    );

  const openKey = async (id: string): Promise<string> =>
    api.vault.open(
      { table: 'admin_accounts', rowId: id, column: 'private_key' },
      (await stored(id)).sealedPrivateKey ?? '',
    );

  it('are made with a password that the answer only says to be there', async () => {
    const body = { name: 'roots', username: 'root', password: PLANTED[0], comment: 'all\nof them' };
    const answer = await admin.post('/admin-accounts', body);
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: aText,
      name: 'roots',
      username: 'root',
      comment: 'all\nof them',
      hasPassword: true,
      hasPrivateKey: false,
      publicKey: null,
      assetCount: 0,
      createdAt: aText,
      updatedAt: aText,
    });
  });

  it('keep their secrets for the vault alone, sealed to their row', async () => {
    const id = await admin.made('/admin-accounts', {
      name: 'sealed',
      username: 'root',
      password: PLANTED[1],
      privateKey: pasted.privateKey,
    });
    expect(await openPassword(id)).toBe(PLANTED[1]);
    expect(await openKey(id)).toContain('BEGIN OPENSSH PRIVATE KEY');
    expect((await admin.get(`/admin-accounts/${id}`)).body).toMatchObject({
      hasPassword: true,
      hasPrivateKey: true,
      publicKey: pasted.publicKey,
    });
  });

  it('take a key out of its passphrase', async () => {
    const id = await admin.made('/admin-accounts', {
      name: 'unlocked',
      username: 'root',
      privateKey: locked,
      passphrase: PASSPHRASE,
    });
    expect(await openKey(id)).not.toContain('ENCRYPTED');
    expect((await stored(id)).publicKey).toMatch(/^ecdsa-sha2-nistp256 /);
  });

  it.each([
    ['no secret', {}, 'password:secret_needed'],
    ['a blank password', { password: '' }, 'password:secret_needed'],
    ['a line end in the password', { password: 'two\nlines' }, 'password:control_characters'],
    ['a number as password', { password: 4711 }, 'password:not_a_text'],
    ['a public key', { privateKey: hostKeyLine() }, 'privateKey:public_key'],
    ['a locked key alone', { privateKey: locked }, 'passphrase:passphrase_needed'],
    ['a wrong passphrase', { privateKey: locked, passphrase: 'guess' }, 'passphrase:wrong_passphrase'],
    ['a passphrase alone', { password: 'x', passphrase: PASSPHRASE }, 'passphrase:private_key_needed'],
    ['no name', { name: undefined, password: 'x' }, 'name:required'],
    ['an empty name', { name: '', password: 'x' }, 'name:required'],
    ['control characters', { name: 'ro\u0007ot', password: 'x' }, 'name:control_characters'],
    ['blanks at the ends', { name: ' roots', password: 'x' }, 'name:blank_ends'],
    ['a long name', { name: 'x'.repeat(129), password: 'x' }, 'name:too_long'],
    ['shell in the user name', { username: '$(id)', password: 'x' }, 'username:not_a_login_name'],
    ['an option as user name', { username: '-oProxy', password: 'x' }, 'username:not_a_login_name'],
    ['an unknown field', { password: 'x', sealedPassword: 'y' }, 'sealedPassword:unknown_field'],
    ['generateKey', { generateKey: true }, 'generateKey:unknown_field'],
  ])('are refused with %s', async (_what, fields, expected) => {
    const answer = await admin.post('/admin-accounts', { name: 'refused', username: 'root', ...fields });
    expect(failureOf(answer)).toEqual({ status: 422, code: 'validation_failed', fields: [expected] });
  });

  it('keep a secret that is left blank, replace one that is given, drop one that is null', async () => {
    const id = await admin.made('/admin-accounts', { name: 'kept', username: 'root', password: PLANTED[0] });
    const patch = (fields: object) => admin.patch(`/admin-accounts/${id}`, fields);

    expect((await patch({ username: 'ops', password: '', privateKey: '' })).body).toMatchObject({
      username: 'ops',
      hasPassword: true,
      hasPrivateKey: false,
    });
    expect(await openPassword(id)).toBe(PLANTED[0]);

    await patch({ password: PLANTED[2] });
    expect(await openPassword(id)).toBe(PLANTED[2]);

    expect(failureOf(await patch({ password: null })).fields).toEqual(['password:secret_needed']);
    await patch({ privateKey: pasted.privateKey, password: null });
    expect((await admin.get(`/admin-accounts/${id}`)).body).toMatchObject({
      hasPassword: false,
      publicKey: pasted.publicKey,
    });
    expect(failureOf(await patch({ name: null })).fields).toEqual(['name:not_a_text']);
  });

  it('give a name to one of many who ask at once', async () => {
    const tries = Array.from({ length: 8 }, () =>
      admin.post('/admin-accounts', { name: 'raced', username: 'root', password: 'x' }),
    );
    const answers = await Promise.all(tries);
    expect(answers.filter((answer) => answer.status === 201)).toHaveLength(1);
    for (const answer of answers.filter((one) => one.status !== 201)) {
      expect(failureOf(answer)).toEqual({
        status: 409,
        code: 'already_taken',
        fields: ['name:already_taken'],
      });
    }
  });

  it('can not be deleted while an asset or the defaults name them, and are told by whom', async () => {
    const id = await admin.made('/admin-accounts', { name: 'used', username: 'root', password: 'x' });
    const assetId = await admin.made('/assets', { name: 'user-1', address: '10.0.0.1', adminAccountId: id });
    await admin.put('/settings/defaults', { adminAccountId: id });

    const refused = await admin.delete(`/admin-accounts/${id}`);
    expect(failureOf(refused)).toMatchObject({ status: 409, code: 'in_use' });
    expect(refused.body).toMatchObject({
      usedBy: [
        { type: 'settings', id: 'defaults', name: 'defaults' },
        { type: 'asset', id: assetId, name: 'user-1' },
      ],
      usedByCount: 2,
    });

    await admin.put('/settings/defaults', {});
    await admin.patch(`/assets/${assetId}`, { adminAccountId: null });
    expect((await admin.delete(`/admin-accounts/${id}`)).status).toBe(204);
    expect((await admin.get(`/admin-accounts/${id}`)).status).toBe(404);
    expect((await admin.delete(`/admin-accounts/${id}`)).status).toBe(404);
  });

  it('never leave a default that names nothing, however a delete and a choice meet', async () => {
    for (let round = 0; round < 5; round++) {
      const id = await admin.made('/admin-accounts', {
        name: `met-${round}`,
        username: 'root',
        password: 'x',
      });
      const [chosen, deleted] = await Promise.all([
        admin.put('/settings/defaults', { adminAccountId: id }),
        admin.delete(`/admin-accounts/${id}`),
      ]);
      expect([chosen.status, deleted.status]).toBeOneOf([
        [200, 409],
        [422, 204],
      ]);
      await admin.put('/settings/defaults', {});
    }
  });

  it('are listed by name, searched in name, user name and comment, and paged', async () => {
    for (const name of ['list-b', 'list-c', 'list-a']) {
      await admin.made('/admin-accounts', { name, username: 'lister', password: 'x' });
    }
    const names = async (query: string) => {
      const { body } = await admin.get(`/admin-accounts?${query}`);
      return body;
    };
    expect(await names('q=LISTER')).toMatchObject({
      items: [{ name: 'list-a' }, { name: 'list-b' }, { name: 'list-c' }],
      total: 3,
    });
    expect(await names('q=list-&sort=-name&pageSize=2')).toMatchObject({
      items: [{ name: 'list-c' }, { name: 'list-b' }],
      total: 3,
    });
    expect(await names('q=list-&sort=-name&pageSize=2&page=2')).toMatchObject({
      items: [{ name: 'list-a' }],
      total: 3,
    });
    expect(await names('q=list-&page=9')).toEqual({ items: [], total: 3 });
    expect(await names('q=%25')).toEqual({ items: [], total: 0 });
    expect(failureOf(await admin.get('/admin-accounts?sort=sealedPassword')).fields).toEqual([
      'sort:unknown_value',
    ]);
  });

  it('may be read by auditors, changed by admins, and neither by others', async () => {
    const auditor = api.as('auditor');
    expect((await auditor.get('/admin-accounts')).status).toBe(200);
    expect((await auditor.post('/admin-accounts', {})).status).toBe(403);
    for (const caller of [api.as('user'), api.as('group_admin')]) {
      expect((await caller.get('/admin-accounts')).status).toBe(403);
      expect((await caller.post('/admin-accounts', {})).status).toBe(403);
    }
    expect((await api.nobody.get('/admin-accounts')).status).toBe(401);
  });

  it('say in the operations log what changed, and that a password did', async () => {
    const id = await admin.made('/admin-accounts', {
      name: 'logged',
      username: 'root',
      password: PLANTED[0],
    });
    await admin.patch(`/admin-accounts/${id}`, { name: 'logged-2', password: PLANTED[1] });
    await admin.patch(`/admin-accounts/${id}`, { name: 'logged-2' });
    await admin.delete(`/admin-accounts/${id}`);
    const rows = await api.database
      .getRepository(Operation)
      .find({ where: { subjectId: id }, order: { at: 'ASC' } });
    expect(rows.map((row) => [row.action, row.subjectName, row.actorName])).toEqual([
      ['admin-account.create', 'logged', 'admin'],
      ['admin-account.update', 'logged-2', 'admin'],
      ['admin-account.delete', 'logged-2', 'admin'],
    ]);
    expect(rows[1]).toMatchObject({
      before: { name: 'logged', passwordReplaced: false },
      after: { name: 'logged-2', passwordReplaced: true },
    });
  });

  it('never show a secret in an answer, the log or a dump of the database', async () => {
    const said = `${api.said.join('\n')}\n${await api.dump()}`;
    const keyLines = pasted.privateKey.split('\n').filter((line) => line.length > 40);
    for (const secret of [...PLANTED, PASSPHRASE, ...keyLines.slice(1, 3)])
      expect(said).not.toContain(secret);
    // sealed ones stand in the database alone
    expect(said).toContain('hpke1:');
    expect(api.said.join('\n')).not.toContain('hpke1:');
  });
});
