import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { Mail } from '#libs/database';
import { asId, newId, type UserId } from '#libs/kernel';
import { ApiFixture, PASSWORD, type ApiClient, type Somebody } from './api-fixture.js';

const withId = z.object({ id: z.uuid() });
const users = z.object({
  items: z.array(z.looseObject({ id: z.uuid(), username: z.string() })),
  total: z.number(),
});
const group = z.looseObject({
  id: z.uuid(),
  memberIds: z.array(z.string()),
  administratorIds: z.array(z.string()),
});

describe('a group admin', () => {
  let api: ApiFixture;
  let olga: Somebody;
  let ours: string;
  let both: string;
  let foreign: string;
  const people = new Map<string, string>();

  const idOf = (username: string): string => people.get(username) ?? '';

  async function add(
    username: string,
    groupIds: string[],
    role = 'user',
    client = api.admin,
  ): Promise<string> {
    const body = { username, name: `Person ${username}`, role, password: PASSWORD, groupIds };
    const { id } = withId.parse((await client.post('/users', body).expect(201)).body);
    people.set(username, id);
    return id;
  }

  async function addGroup(name: string, administratorIds: string[] = []): Promise<string> {
    return withId.parse((await api.admin.post('/user-groups', { name, administratorIds }).expect(201)).body)
      .id;
  }

  beforeAll(async () => {
    api = await ApiFixture.start();
    olga = await api.addUser('olga', 'group_admin');
    const pavel = await api.addUser('pavel', 'group_admin');
    ours = await addGroup('ours', [olga.id, pavel.id]);
    both = await addGroup('both', [olga.id]);
    foreign = await addGroup('foreign', [pavel.id]);
    await add('inside', [ours]);
    await add('inside-twice', [ours, both]);
    await add('shared', [ours, foreign]);
    await add('outside', [foreign]);
    await add('groupless', []);
    await add('our-admin', [ours], 'admin');
    await add('our-auditor', [ours], 'auditor');
    await add('our-group-admin', [ours], 'group_admin');
    for (const who of ['olga', 'pavel']) people.set(who, who === 'olga' ? olga.id : pavel.id);
  });
  afterAll(() => api.stop());

  const unseen = [
    'shared',
    'outside',
    'groupless',
    'our-admin',
    'our-auditor',
    'our-group-admin',
    'olga',
    'pavel',
  ];

  it('sees the users all of whose groups they administer, in no way anybody else', async () => {
    const list = async (query: string): Promise<{ names: string[]; total: number }> => {
      const { items, total } = users.parse((await olga.client.get(`/users?${query}`).expect(200)).body);
      return { names: items.map(({ username }) => username).sort(), total };
    };
    const all = { names: ['inside', 'inside-twice'], total: 2 };
    expect(await list('')).toEqual(all);
    expect(await list('sort=-role&pageSize=1&page=2')).toMatchObject({ total: 2 });
    expect(await list('q=person')).toEqual(all);
    for (const query of ['q=shared', 'q=admin', 'role=admin', 'role=group_admin', `groupId=${foreign}`]) {
      expect(await list(query), query).toEqual({ names: [], total: 0 });
    }
    expect(await list(`groupId=${ours}`)).toEqual(all);
    expect(await list(`groupId=${both}`)).toEqual({ names: ['inside-twice'], total: 1 });
    await olga.client.get(`/users/${idOf('inside')}`).expect(200);
    for (const who of unseen) await olga.client.get(`/users/${idOf(who)}`).expect(404);
  });

  it('does nothing to anybody else: for them, they are not there', async () => {
    const before = await api.admin.get('/users?pageSize=200&sort=username').expect(200);
    const tries = (id: string): [method: string, path: string, body?: object][] => [
      ['patch', `/users/${id}`, { name: 'Owned' }],
      ['patch', `/users/${id}`, { password: 'taken over 4711' }],
      ['patch', `/users/${id}`, { groupIds: [ours] }],
      ['patch', `/users/${id}`, { validUntil: null }],
      ['patch', `/users/${id}`, { active: false }],
      ['delete', `/users/${id}`],
      ['post', `/users/${id}/one-time-password`],
      ['post', `/users/${id}/unlock`],
      ['get', `/users/${id}/public-keys`],
      ['post', `/users/${id}/public-keys/generate`, { name: 'mine' }],
      ['get', `/users/${id}/api-tokens`],
      ['delete', `/users/${id}/api-tokens/${newId()}`],
      ['delete', `/users/${id}/public-keys/${newId()}`],
    ];
    for (const who of unseen.filter((name) => name !== 'olga')) {
      for (const [method, path, body] of tries(idOf(who))) {
        const { status } = await olga.client.call(method, path, body);
        expect({ who, method, path, status }).toEqual({ who, method, path, status: 404 });
      }
    }
    const many = await olga.client
      .post('/users/delete', { ids: [idOf('inside'), idOf('outside')] })
      .expect(422);
    expect(many.text).toContain(idOf('outside'));
    expect(many.text).not.toContain(idOf('inside'));
    await olga.client.patch(`/users/${olga.id}`, { role: 'admin' }).expect(422);
    await olga.client.patch(`/users/${olga.id}`, { groupIds: [ours] }).expect(404);
    expect((await api.admin.get('/users?pageSize=200&sort=username')).text).toBe(before.text);
  });

  it('adds users into their own groups, at least one, and as users only', async () => {
    const body = { username: 'novice', name: 'Novice', role: 'user', password: PASSWORD };
    const refused: [change: object, field: string][] = [
      [{}, 'groupIds'],
      [{ groupIds: [] }, 'groupIds'],
      [{ groupIds: [foreign] }, 'groupIds'],
      [{ groupIds: [ours, foreign] }, 'groupIds'],
      [{ groupIds: [newId()] }, 'groupIds'],
      [{ groupIds: [ours], role: 'auditor' }, 'role'],
      [{ groupIds: [ours], role: 'group_admin' }, 'role'],
    ];
    for (const [change, field] of refused) {
      const answer = await olga.client.post('/users', { ...body, ...change });
      expect(answer.body, JSON.stringify(change)).toMatchObject({ status: 422, errors: [{ field }] });
    }
    const id = await add('novice', [ours, both], 'user', olga.client);
    const log = await api.admin.get(`/operations?subjectId=${id}`).expect(200);
    expect(log.body).toMatchObject({ items: [{ action: 'user.create', actorName: 'olga' }] });
    await olga.client.delete(`/users/${id}`).expect(204);
  });

  it('edits their users, within their groups, and never their role', async () => {
    const path = `/users/${await add('edited', [ours], 'user', olga.client)}`;
    const changed = await olga.client
      .patch(path, { name: 'Edited', role: 'user', groupIds: [both] })
      .expect(200);
    expect(changed.body).toMatchObject({ name: 'Edited', groupIds: [both] });
    for (const [change, field] of [
      [{ role: 'admin' }, 'role'],
      [{ groupIds: [] }, 'groupIds'],
      [{ groupIds: [both, foreign] }, 'groupIds'],
    ] as const) {
      expect((await olga.client.patch(path, change)).body).toMatchObject({
        status: 422,
        errors: [{ field }],
      });
    }
    await olga.client.patch(path, { active: false }).expect(200);
    await olga.client.post(`${path}/one-time-password`).expect(200);
    await olga.client.post(`${path}/public-keys/generate`, { name: 'made for them' }).expect(201);
    const log = await api.admin.get(`/operations?actorId=${olga.id}&pageSize=2`).expect(200);
    expect(log.body).toMatchObject({
      items: [{ action: 'public-key.create', actorName: 'olga' }, { action: 'user.reset-password' }],
    });
    await olga.client.delete(path).expect(204);
  });

  it('sees their groups with the members whom they manage', async () => {
    const listed = z
      .object({ items: z.array(group), total: z.number() })
      .parse((await olga.client.get('/user-groups?sort=name').expect(200)).body);
    expect(listed.items.map(({ id }) => id)).toEqual([both, ours]);
    expect(listed.total).toBe(2);
    const seen = group.parse((await olga.client.get(`/user-groups/${ours}`).expect(200)).body);
    expect(seen.memberIds).toEqual([idOf('inside'), idOf('inside-twice')].sort());
    expect(seen.administratorIds).toEqual([olga.id]);
    await olga.client.get(`/user-groups/${foreign}`).expect(404);
    await olga.client.patch(`/user-groups/${foreign}`, { memberIds: [] }).expect(404);
  });

  it('changes which of their users are in a group; whom they do not see stays', async () => {
    const members = async (id: string): Promise<string[]> =>
      group.parse((await api.admin.get(`/user-groups/${id}`)).body).memberIds;
    const before = await members(ours);
    expect(before).toHaveLength(6);
    const taken = await olga.client
      .patch(`/user-groups/${ours}`, { memberIds: [idOf('inside')] })
      .expect(200);
    expect(group.parse(taken.body).memberIds).toEqual([idOf('inside')]);
    expect(await members(ours)).toEqual(before.filter((id) => id !== idOf('inside-twice')));
    await olga.client
      .patch(`/user-groups/${both}`, { memberIds: [idOf('inside'), idOf('inside-twice')] })
      .expect(200);
    expect(await members(both)).toEqual([idOf('inside'), idOf('inside-twice')].sort());
    for (const who of ['outside', 'shared', 'groupless', 'our-admin']) {
      const answer = await olga.client.patch(`/user-groups/${both}`, { memberIds: [idOf(who)] });
      expect(answer.body, who).toMatchObject({
        status: 422,
        errors: [{ field: 'memberIds', code: 'not_found' }],
      });
    }
    const lost = await olga.client.patch(`/user-groups/${both}`, { memberIds: [idOf('inside')] });
    expect(lost.body).toMatchObject({ status: 422, errors: [{ field: 'memberIds', code: 'last_group' }] });
    expect(lost.text).toContain('inside-twice');
    expect(await members(both)).toHaveLength(2);
    await api.admin.patch(`/user-groups/${ours}`, { memberIds: before }).expect(200);
    await api.admin.patch(`/user-groups/${both}`, { memberIds: [idOf('inside-twice')] }).expect(200);
  });

  it('makes, renames and deletes no group, and names no administrators', async () => {
    await olga.client.post('/user-groups', { name: 'mine' }).expect(403);
    await olga.client.delete(`/user-groups/${ours}`).expect(403);
    await olga.client.post('/user-groups/delete', { ids: [ours] }).expect(403);
    for (const change of [{ name: 'mine' }, { comment: 'x' }, { administratorIds: [] }]) {
      expect((await olga.client.patch(`/user-groups/${ours}`, change)).body).toMatchObject({
        status: 403,
        code: 'not_permitted',
      });
    }
    const same = { name: 'ours', comment: '', administratorIds: [olga.id] };
    await olga.client.patch(`/user-groups/${ours}`, same).expect(200);
    const { administratorIds } = group.parse((await api.admin.get(`/user-groups/${ours}`)).body);
    expect(administratorIds).toHaveLength(2);
  });

  it('is made by an administrator, of somebody with that role, and is none without it', async () => {
    const id = await add('rising', [ours]);
    const refused = await api.admin.patch(`/user-groups/${both}`, { administratorIds: [olga.id, id] });
    expect(refused.body).toMatchObject({ errors: [{ field: 'administratorIds', code: 'no_group_admin' }] });
    expect(refused.text).toContain('rising');
    await api.admin.patch(`/users/${id}`, { role: 'group_admin' }).expect(200);
    await api.admin.patch(`/user-groups/${both}`, { administratorIds: [olga.id, id] }).expect(200);
    const member = await add('both-only', [both]);
    const client = await api.login('rising');
    const seen = async (): Promise<number> =>
      users.parse((await client.get('/users').expect(200)).body).total;
    expect(await seen()).toBe(1);
    await api.admin.patch(`/users/${id}`, { role: 'user' }).expect(200);
    await client.get('/users').expect(403);
    await api.admin.patch(`/users/${id}`, { role: 'group_admin' }).expect(200);
    expect(await seen()).toBe(0); // made one again, they begin with nothing
    await api.admin.post('/users/delete', { ids: [id, member] }).expect(204);
    await api.admin.patch(`/user-groups/${both}`, { administratorIds: [newId()] }).expect(422);
  });

  it('loses sight of whoever joins a group that is not theirs', async () => {
    const id = await add('moving', [ours]);
    await olga.client.get(`/users/${id}`).expect(200);
    await api.admin.patch(`/users/${id}`, { groupIds: [ours, foreign] }).expect(200);
    await olga.client.get(`/users/${id}`).expect(404);
    await api.admin.delete(`/users/${id}`).expect(204);
  });

  it('with an API token is no more than that', async () => {
    const { token } = z
      .object({ token: z.string() })
      .parse((await olga.client.post('/me/api-tokens', { name: 't', expiresAt: null }).expect(201)).body);
    const tool: ApiClient = api.anonymous().with({ authorization: `Bearer ${token}` });
    expect(users.parse((await tool.get('/users').expect(200)).body).total).toBe(2);
    await tool.get(`/users/${idOf('outside')}`).expect(404);
  });

  it('sees that a mail failed; in what words, only who may change settings sees', async () => {
    const reason = 'mail.internal.example.org:25 said: 550 5.1.1 no such mailbox';
    const userId = asId<UserId>(idOf('inside'));
    const failed = { kind: 'password-link', state: 'failed', tries: 1, reason } as const;
    const to = { userId, username: 'inside', recipient: 'inside@example.org' };
    await api.app
      .get(DataSource)
      .getRepository(Mail)
      .insert({ id: newId<Mail['id']>(), ...failed, ...to });
    const auditor = await api.addUser('reader', 'auditor');
    for (const client of [olga.client, auditor.client]) {
      const answer = await client.get(`/users/${userId}/password-link`).expect(200);
      expect(answer.body).toMatchObject({ mail: { state: 'failed', recipient: to.recipient, reason: null } });
      expect(answer.text).not.toContain('mail.internal');
    }
    const answer = await api.admin.get(`/users/${userId}/password-link`).expect(200);
    expect(answer.body).toMatchObject({ mail: { state: 'failed', reason } });
  });
});
