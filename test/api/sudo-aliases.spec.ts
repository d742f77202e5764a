import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { Operation, SystemUser } from '#libs/database';
import { asId, type SystemUserId } from '#libs/kernel';
import { failureOf, StockedApi, type Answer, type Caller } from './stocked-api.js';

const NOBODY = '00000000-0000-7000-8000-000000000000';
const aText: unknown = expect.any(String);

describe('sudo aliases', () => {
  let api: StockedApi;
  let admin: Caller;
  let count = 0;

  beforeAll(async () => {
    api = await StockedApi.start();
    admin = api.as('admin');
    return () => api.stop();
  });

  const alias = (fields: object = {}): Promise<Answer> =>
    admin.post('/sudo-aliases', { name: `ALIAS_${count++}`, commands: ['/bin/true'], ...fields });
  const idOf = (answer: Answer): string => z.object({ id: z.string() }).parse(answer.body).id;
  const revisionOf = async (id: string): Promise<number> =>
    (await api.database.getRepository(SystemUser).findOneByOrFail({ id: asId<SystemUserId>(id) })).revision;

  it('are kept with upper-cased names', async () => {
    const commands = ['/usr/bin/systemctl restart nginx', '/usr/bin/less /var/log/*'];
    const answer = await alias({ name: 'web_restart', commands, comment: 'for the web team' });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: aText,
      name: 'WEB_RESTART',
      commands,
      comment: 'for the web team',
      systemUsers: [],
      createdAt: aText,
      updatedAt: aText,
    });
    expect((await admin.get('/sudo-aliases?q=systemctl')).body).toMatchObject({ total: 1 });
    expect(failureOf(await alias({ name: 'Web_Restart' })).fields).toEqual(['name:already_taken']);
  });

  it.each([
    ['no name', { name: '' }, ['name:required', 'name:not_an_alias_name']],
    ['a digit first', { name: '1A' }, ['name:not_an_alias_name']],
    ['a line end in its name', { name: 'A\nB' }, ['name:control_characters', 'name:not_an_alias_name']],
    ['a comma in its name', { name: 'A,B' }, ['name:not_an_alias_name']],
    ['the name of everything', { name: 'all' }, ['name:not_an_alias_name']],
    ['no command', { commands: [] }, ['commands:too_few']],
    ['a command twice', { commands: ['/bin/true', '/bin/true'] }, ['commands:repeated']],
    ['commands of the wrong type', { commands: [1] }, ['commands:not_a_text']],
    [
      'commands that are none',
      { commands: ['ls', '/bin/true', '/bin/ls !x', '/bin/a\nroot ALL=(ALL) ALL'] },
      ['commands.0:not_absolute', 'commands.2:exclamation_mark', 'commands.3:control_characters'],
    ],
  ])('are refused with %s', async (_what, fields, expected) => {
    const failure = failureOf(await alias(fields));
    expect(failure).toMatchObject({ status: 422, code: 'validation_failed' });
    expect(expected).toEqual(expect.arrayContaining(failure.fields));
    expect(failure.fields.length).toBeGreaterThan(0);
  });

  it('say who uses them; a change of what they allow outdates that, a comment does not', async () => {
    const id = idOf(await alias());
    const user = await admin.made('/system-users', {
      username: 'dev',
      generateKey: true,
      sudoAliasIds: [id],
    });
    const other = await admin.made('/system-users', { username: 'dba', generateKey: true });
    expect((await admin.get(`/sudo-aliases/${id}`)).body).toMatchObject({
      systemUsers: [{ id: user, username: 'dev' }],
    });
    const before = [await revisionOf(user), await revisionOf(other)];
    await admin.patch(`/sudo-aliases/${id}`, { comment: 'c' });
    expect(await revisionOf(user)).toBe(before[0]);
    expect((await admin.patch(`/sudo-aliases/${id}`, { commands: ['ALL'] })).status).toBe(200);
    expect([await revisionOf(user), await revisionOf(other)]).toEqual([(before[0] ?? 0) + 1, before[1]]);
    expect(failureOf(await admin.patch(`/sudo-aliases/${id}`, { commands: ['sh'] })).fields).toEqual([
      'commands.0:not_absolute',
    ]);
  });

  it('are linked to system users, any number of them, and not deleted while they are', async () => {
    const ids = [idOf(await alias()), idOf(await alias())];
    const user = await admin.made('/system-users', { username: 'sa', generateKey: true, sudoAliasIds: ids });
    const shown = z.object({ sudoAliasIds: z.array(z.string()) });
    expect(shown.parse((await admin.get(`/system-users/${user}`)).body).sudoAliasIds).toEqual(ids);
    const refused = await admin.delete(`/sudo-aliases/${ids[0]}`);
    expect(failureOf(refused)).toMatchObject({ status: 409, code: 'in_use' });
    expect(refused.body).toMatchObject({ usedBy: [{ type: 'system-user', id: user, name: 'sa' }] });
    const before = await revisionOf(user);
    await admin.patch(`/system-users/${user}`, { sudoAliasIds: ids.slice(1) });
    expect(await revisionOf(user)).toBe(before + 1);
    expect((await admin.delete(`/sudo-aliases/${ids[0]}`)).status).toBe(204);
    expect((await admin.get(`/sudo-aliases/${ids[0]}`)).status).toBe(404);
  });

  it('may be read by auditors, changed by admins, and neither by others; every change is recorded', async () => {
    const id = idOf(await alias({ name: 'RECORDED' }));
    expect((await api.as('auditor').get('/sudo-aliases')).status).toBe(200);
    expect((await api.as('auditor').post('/sudo-aliases', {})).status).toBe(403);
    expect((await api.as('user').get(`/sudo-aliases/${id}`)).status).toBe(403);
    expect((await api.nobody.get('/sudo-aliases')).status).toBe(401);
    await admin.patch(`/sudo-aliases/${id}`, { commands: ['ALL'] });
    await admin.delete(`/sudo-aliases/${id}`);
    const rows = await api.database
      .getRepository(Operation)
      .find({ where: { subjectName: 'RECORDED' }, order: { at: 'ASC' } });
    expect(rows.map(({ action }) => action)).toEqual([
      'sudo-alias.create',
      'sudo-alias.update',
      'sudo-alias.delete',
    ]);
    for (const path of [NOBODY, 'nonsense'])
      expect((await admin.get(`/sudo-aliases/${path}`)).status).toBe(404);
  });
});
