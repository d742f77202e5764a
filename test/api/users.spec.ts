import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { BusEvents } from '#libs/contracts';
import { ControlBus } from '#libs/database';
import { LOGGER, newId, type Logger } from '#libs/kernel';
import { ApiFixture, PASSWORD } from './api-fixture.js';

const withId = z.object({ id: z.uuid() });
const page = z.object({ items: z.array(z.looseObject({ id: z.uuid() })), total: z.number() });

describe('users', () => {
  let api: ApiFixture;

  beforeAll(async () => {
    api = await ApiFixture.start();
  });
  afterAll(() => api.stop());

  /** Runs `work` and gives what the control bus said meanwhile. */
  async function heard(work: () => PromiseLike<unknown>): Promise<{ event: string; payload: object }[]> {
    const bus = new ControlBus(api.databaseUrl, api.app.get<Logger>(LOGGER));
    const events: { event: string; payload: object }[] = [];
    for (const event of ['user.changed', 'access.changed', 'session.terminate'] as const) {
      bus.on(event, (payload: BusEvents[typeof event]) => events.push({ event, payload }));
    }
    await bus.open();
    await work();
    await bus.notify('access.changed', { reason: 'end of test' });
    while (!events.some(({ payload }) => 'reason' in payload && payload.reason === 'end of test')) {
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await bus.close();
    return events.slice(0, -1);
  }

  it('are added with a password or a one-time password that is told once', async () => {
    const body = {
      username: 'Alice.B',
      name: '爱丽丝',
      email: 'alice@example.org',
      role: 'user',
      language: 'zh-CN',
    };
    const made = await api.admin.post('/users', { ...body, password: PASSWORD }).expect(201);
    expect(made.body).toMatchObject({
      ...body,
      username: 'alice.b',
      active: true,
      mustChangePassword: false,
    });
    expect(made.body).not.toHaveProperty('oneTimePassword');
    const other = await api.admin.post('/users', { ...body, username: 'bob', password: '' }).expect(201);
    const { oneTimePassword, id } = withId.extend({ oneTimePassword: z.string() }).parse(other.body);
    expect(oneTimePassword).toMatch(/^(?:\w{5}-){3}\w{5}$/);
    const read = await api.admin.get(`/users/${id}`).expect(200);
    expect(read.body).toMatchObject({ mustChangePassword: true, hasPassword: true });
    expect(read.text).not.toContain(oneTimePassword);
    expect(read.text).not.toContain('argon2');
  });

  it('can be told to change a given password', async () => {
    const body = {
      username: 'told',
      name: 'Told',
      role: 'user',
      password: PASSWORD,
      mustChangePassword: true,
    };
    expect((await api.admin.post('/users', body).expect(201)).body).toMatchObject({
      mustChangePassword: true,
    });
  });

  it('have unique names, also when two are added at once', async () => {
    const body = { username: 'twin', name: 'Twin', role: 'user', password: PASSWORD };
    const answers = await Promise.all([1, 2, 3].map(() => api.admin.post('/users', body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 409, 409]);
    const refused = answers.find(({ status }) => status === 409);
    expect(refused?.body).toMatchObject({ code: 'already_taken', errors: [{ field: 'username' }] });
  });

  it('keep what a change leaves out, the password when it is blank', async () => {
    const { id } = await api.addUser('stable');
    const changed = await api.admin.patch(`/users/${id}`, { name: 'Steady', password: '' }).expect(200);
    expect(changed.body).toMatchObject({ username: 'stable', name: 'Steady', role: 'user', active: true });
    await api.login('stable');
    await api.admin.patch(`/users/${id}`, { email: 'x@example.org' }).expect(200);
    const cleared = await api.admin.patch(`/users/${id}`, { email: null }).expect(200);
    expect(cleared.body).toMatchObject({ email: null, name: 'Steady' });
    expect((await api.admin.patch(`/users/${id}`, { name: null })).status).toBe(422);
  });

  it('are listed by search, filter, order and page', async () => {
    const group = withId.parse((await api.admin.post('/user-groups', { name: 'paged' }).expect(201)).body);
    const ids: string[] = [];
    for (const [index, letter] of [...'edcba'].entries()) {
      const body = {
        username: `page-${letter}`,
        name: `Page % ${index}`,
        role: 'auditor',
        password: PASSWORD,
      };
      ids.push(withId.parse((await api.admin.post('/users', { ...body, groupIds: [group.id] })).body).id);
    }
    const names = async (query: string): Promise<unknown[]> => {
      const { items } = page.parse((await api.admin.get(`/users?${query}`).expect(200)).body);
      return items.map(({ username }) => username);
    };
    expect(await names('q=PAGE-&sort=username')).toEqual(['page-a', 'page-b', 'page-c', 'page-d', 'page-e']);
    expect(await names('q=page-&sort=-username&pageSize=2&page=2')).toEqual(['page-c', 'page-b']);
    expect(await names('q=page-&sort=name&pageSize=1')).toEqual(['page-e']);
    expect(await names('q=%25%20'.concat('3'))).toEqual(['page-b']);
    expect(await names(`groupId=${group.id}&role=auditor&active=true&pageSize=200`)).toHaveLength(5);
    await api.admin.patch(`/users/${ids[0]}`, { active: false }).expect(200);
    expect(await names(`groupId=${group.id}&active=false`)).toEqual(['page-e']);
    const { total } = page.parse((await api.admin.get('/users?q=page-&pageSize=2&page=3')).body);
    expect(total).toBe(5);
    expect(page.parse((await api.admin.get('/users?q=page-&page=99')).body)).toEqual({ items: [], total: 5 });
  });

  it('are deleted one by one or many at once, all or none', async () => {
    const ids = [
      (await api.addUser('gone1')).id,
      (await api.addUser('gone2')).id,
      (await api.addUser('gone3')).id,
    ];
    const unknown = newId();
    const refused = await api.admin.post('/users/delete', { ids: [ids[0], unknown] }).expect(422);
    expect(refused.text).toContain(unknown);
    await api.admin.get(`/users/${ids[0]}`).expect(200);
    await api.admin.delete(`/users/${ids[0]}`).expect(204);
    await api.admin.delete(`/users/${ids[0]}`).expect(404);
    const events = await heard(() => api.admin.post('/users/delete', { ids: ids.slice(1) }).expect(204));
    expect(events).toContainEqual({ event: 'user.changed', payload: { userId: ids[1] } });
    expect(events.map(({ event }) => event)).toContain('access.changed');
    await api.admin.get(`/users/${ids[2]}`).expect(404);
  });

  it('tell the gateways what changed, after it is stored', async () => {
    const { id } = await api.addUser('told-of');
    const userChanged = { event: 'user.changed', payload: { userId: id } };
    expect(await heard(() => api.admin.patch(`/users/${id}`, { name: 'New' }).expect(200))).toEqual([]);
    expect(await heard(() => api.admin.patch(`/users/${id}`, { active: false }).expect(200))).toContainEqual(
      userChanged,
    );
    expect(await heard(() => api.admin.patch(`/users/${id}`, { username: 'renamed' }).expect(200))).toEqual([
      userChanged,
    ]);
    expect(await heard(() => api.admin.patch(`/users/${id}`, { password: PASSWORD }).expect(200))).toEqual([
      userChanged,
    ]);
    const group = await api.admin.post('/user-groups', { name: 'told' }).expect(201);
    const change = { memberIds: [id] };
    const events = await heard(() =>
      api.admin.patch(`/user-groups/${withId.parse(group.body).id}`, change).expect(200),
    );
    expect(events.map(({ event }) => event)).toEqual(['access.changed']);
  });

  it('always leave one active administrator', async () => {
    const me = withId.parse((await api.admin.get('/me')).body);
    for (const change of [{ active: false }, { role: 'user' }, { role: 'auditor', active: true }]) {
      const answer = await api.admin.patch(`/users/${me.id}`, change);
      expect(answer.body).toMatchObject({ status: 409, code: 'last_admin' });
    }
    await api.admin.delete(`/users/${me.id}`).expect(409);
    await api.admin.post('/users/delete', { ids: [me.id] }).expect(409);
    const second = await api.addUser('second-admin', 'admin');
    const [one, other] = await Promise.all([
      api.admin.patch(`/users/${second.id}`, { role: 'user' }),
      second.client.patch(`/users/${me.id}`, { role: 'user' }),
    ]);
    expect([one.status, other.status].sort()).toEqual([200, expect.toBeOneOf([403, 409])]);
    const left = page.parse(
      (await (one.status === 200 ? api.admin : second.client).get('/users?role=admin&active=true')).body,
    );
    expect(left.total).toBe(1);
    if (one.status !== 200) api.admin = second.client;
  });

  it('stand in the operations log with what changed and without a secret', async () => {
    const { id } = await api.addUser('logged');
    await api.admin.patch(`/users/${id}`, { name: 'Renamed', password: 'secret horse 4713' }).expect(200);
    const answer = await api.admin.get(`/operations?subjectId=${id}`).expect(200);
    expect(answer.text).not.toMatch(/secret horse|correct horse|argon2/);
    expect(answer.body).toMatchObject({
      items: [
        {
          action: 'user.update',
          subjectName: 'logged',
          way: 'api',
          address: '127.0.0.1',
          before: { name: 'Person logged' },
          after: { name: 'Renamed', password: 'changed' },
        },
        { action: 'user.create', before: null, after: { username: 'logged', role: 'user' } },
      ],
    });
  });

  it('change of themselves what they may and nothing more', async () => {
    const { client, id } = await api.addUser('modest');
    const changed = await client.patch('/me', { name: 'Modest', email: '', language: 'zh-CN' }).expect(200);
    expect(changed.body).toMatchObject({ id, name: 'Modest', email: null, language: 'zh-CN', role: 'user' });
    for (const change of [{ role: 'admin' }, { username: 'admin2' }, { active: false }, { groupIds: [] }]) {
      const answer = await client.patch('/me', change);
      expect(answer.body).toMatchObject({ status: 422, errors: [{ code: 'unknown_field' }] });
    }
  });
});

describe('user groups', () => {
  let api: ApiFixture;

  beforeAll(async () => {
    api = await ApiFixture.start();
  });
  afterAll(() => api.stop());

  it('hold members, from both sides', async () => {
    const [one, two] = [await api.addUser('one'), await api.addUser('two')];
    const body = { name: 'Ops', comment: 'day\nnight', memberIds: [one.id, two.id] };
    const made = await api.admin.post('/user-groups', body).expect(201);
    const { id } = withId.parse(made.body);
    expect(made.body).toMatchObject({ name: 'Ops', memberIds: [one.id, two.id].sort() });
    expect((await api.admin.get(`/users/${one.id}`)).body).toMatchObject({ groupIds: [id] });
    await api.admin.patch(`/users/${one.id}`, { groupIds: [] }).expect(200);
    expect((await api.admin.get(`/user-groups/${id}`)).body).toMatchObject({ memberIds: [two.id] });
    await api.admin.patch(`/user-groups/${id}`, { comment: '' }).expect(200);
    await api.admin.delete(`/users/${two.id}`).expect(204);
    expect((await api.admin.get('/user-groups?q=ops')).body).toMatchObject({
      items: [{ memberIds: [], comment: '' }],
    });
    await api.admin.delete(`/user-groups/${id}`).expect(204);
    await api.admin.get(`/user-groups/${id}`).expect(404);
  });

  it('are deleted several at once, all or none, and the log keeps their names', async () => {
    const member = await api.addUser('stays');
    const ids: string[] = [];
    for (const name of ['North', 'South'])
      ids.push(
        withId.parse((await api.admin.post('/user-groups', { name, memberIds: [member.id] })).body).id,
      );
    const usage = await api.admin.post('/user-groups/usage', { ids }).expect(200);
    expect(usage.body).toMatchObject({ users: { count: 1, names: ['stays'] }, rules: { count: 0 } });
    const unknown = await api.admin.post('/user-groups/delete', { ids: [...ids, newId()] }).expect(422);
    expect(unknown.body).toMatchObject({ errors: [{ field: 'ids', code: 'not_found' }] });
    await api.admin.post('/user-groups/usage', { ids: [newId()] }).expect(422);
    await api.admin.post('/user-groups/delete', { ids: [] }).expect(422);
    await api.admin.get(`/user-groups/${ids[0]}`).expect(200);
    await api.admin.post('/user-groups/delete', { ids }).expect(204);
    for (const id of ids) await api.admin.get(`/user-groups/${id}`).expect(404);
    expect((await api.admin.get(`/users/${member.id}`)).body).toMatchObject({ groupIds: [] });
    const log = await api.admin.get('/operations?action=user-group.delete&q=North').expect(200);
    expect(log.body).toMatchObject({ items: [{ subjectName: 'North', before: { memberIds: [member.id] } }] });
  });

  it('refuse members that do not exist and names that are taken', async () => {
    const unknown = await api.admin.post('/user-groups', { name: 'X', memberIds: [newId()] }).expect(422);
    expect(unknown.body).toMatchObject({ errors: [{ field: 'memberIds', code: 'not_found' }] });
    await api.admin.post('/user-groups', { name: 'X' }).expect(201);
    await api.admin.post('/user-groups', { name: 'X' }).expect(409);
  });
});
