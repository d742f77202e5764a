import { stringify } from 'csv-stringify/sync';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { generateKey } from '#libs/kernel';
import { ApiFixture } from './api-fixture.js';
import { check, csvRows, download, faultsOf, rowsOf, run, upload, whileOthersWork } from './sheet-files.js';

const created = z.object({ id: z.uuid() });
const page = z.object({ total: z.number(), items: z.array(z.record(z.string(), z.unknown())) });
const added = z.object({
  addedUsers: z.array(z.object({ username: z.string(), oneTimePassword: z.string() })),
});

describe('importing users', () => {
  let api: ApiFixture;
  let operations: string;
  const checkUsers = (file: Buffer | string) => check(api.admin, 'users', file);
  const rows = (id: string, query = '') => rowsOf(api.admin, 'users', id, query);
  const userNamed = async (username: string): Promise<Record<string, unknown>> => {
    const found = page.parse((await api.admin.get(`/users?q=${username}`).expect(200)).body);
    return found.items.find((user) => user['username'] === username) ?? {};
  };

  beforeAll(async () => {
    api = await ApiFixture.start();
    const answer = await api.admin.post('/user-groups', { name: 'Operations' }).expect(201);
    operations = created.parse(answer.body).id;
  });
  afterAll(() => api.stop());

  it('adds them with a one-time password that is told once and lets them in', async () => {
    const publicKey = `${generateKey().publicKey} zhang@laptop`;
    const header = ['用户名', '姓名', '邮箱', '角色', '用户组', '语言', '启用', '有效期至', '公钥', '密码'];
    const cells = ['Zhang3', '张三', 'zhang@example.org', '审计员', 'Operations', '中文', '是'];
    const last = ['2035-01-31T18:00:00+08:00', publicKey, 'secret'];
    const checked = await checkUsers(stringify([header, [...cells, ...last], ['li4', '李四']]));
    expect(faultsOf(await rows(checked.id))).toEqual([]);
    expect(checked).toMatchObject({ counts: { added: 2 }, unknownHeaders: ['密码'] });

    const answer = await api.admin.post(`/users/imports/${checked.id}/run`, {}).expect(200);
    const { addedUsers } = added.parse(answer.body);
    expect(addedUsers.map(({ username }) => username)).toEqual(['zhang3', 'li4']);
    expect(await userNamed('zhang3')).toMatchObject({
      name: '张三',
      email: 'zhang@example.org',
      role: 'auditor',
      groupIds: [operations],
      language: 'zh-CN',
      validUntil: '2035-01-31T10:00:00.000Z',
      mustChangePassword: true,
      publicKeyCount: 1,
    });
    expect(await userNamed('li4')).toMatchObject({ role: 'user', active: true, validUntil: null });
    const { username, oneTimePassword } = addedUsers[0] ?? { username: '', oneTimePassword: '' };
    await api.login(username, oneTimePassword);
    const everything = await Promise.all([
      api.admin.get(`/users/imports/${checked.id}`),
      api.admin.get(`/users/imports/${checked.id}/rows`),
      api.admin.get('/operations?pageSize=50'),
    ]);
    for (const { text } of everything) expect(text).not.toContain(oneTimePassword);
    const log = page.parse(everything[2].body).items.map(({ action, subjectName }) => [action, subjectName]);
    expect(log).toContainEqual(['user.create', 'zhang3']);
    expect(log).toContainEqual(['public-key.create', 'zhang3: zhang@laptop']);
    expect(log).toContainEqual(['user.import', '2 users']);
  });

  it('changes them, ends the logins of whoever is disabled, and writes one operation for each', async () => {
    const { client } = await api.addUser('busy');
    await client.get('/me').expect(200);
    const checked = await checkUsers('username,name,active,groups,email\nbusy,Busy Bee,no,Operations,-\n');
    const [row] = await rows(checked.id);
    expect(row?.changes).toEqual([
      { field: 'name', before: 'Person busy', after: 'Busy Bee' },
      { field: 'active', before: true, after: false },
      { field: 'groups', before: [], after: ['Operations'] },
    ]);
    await run(api.admin, 'users', checked.id);
    expect(await userNamed('busy')).toMatchObject({
      name: 'Busy Bee',
      active: false,
      groupIds: [operations],
    });
    await client.get('/me').expect(401);
    const log = page.parse((await api.admin.get('/operations?pageSize=5').expect(200)).body).items;
    expect(log.find(({ action }) => action === 'user.update')).toMatchObject({
      subjectName: 'busy',
      before: { name: 'Person busy', active: true, groups: [] },
      after: { name: 'Busy Bee', active: false, groups: ['Operations'] },
    });
  });

  it('refuses wrong cells, keys of others and the end of the last administrator', async () => {
    const { publicKey } = generateKey();
    const { id } = await api.addUser('keeper');
    await api.admin.post(`/users/${id}/public-keys`, { publicKey }).expect(201);
    const mine = generateKey();
    const checked = await checkUsers(
      stringify([
        ['username', 'name', 'email', 'role', 'groups', 'validUntil', 'publicKey'],
        ['w rong', 'x', 'no address', 'king', 'Nobody', 'tomorrow', 'ssh-ed25519 AAAA'],
        ['w1', '', '', '', 'Nobody', '', ''],
        ['w2', 'x', '', '', '', '', publicKey],
        ['w3', 'x', '', '', '', '', mine.privateKey],
        ['admin', '', '', 'user', '', '', ''],
        ['keeper', '', '', '', '', '', publicKey],
        ['w4', 'x', '', '', '', '', mine.publicKey],
        ['w5', 'x', '', '', '', '', mine.publicKey],
      ]),
    );
    expect(faultsOf(await rows(checked.id))).toEqual([
      'A2 not_a_username',
      'C2 not_an_email',
      'D2 unknown_choice',
      'F2 not_a_moment',
      'B3 required',
      'E3 unknown_user_group',
      'G4 already_taken',
      'G5 private_key',
      'D6 last_admin',
      'G9 already_taken',
    ]);
    expect(checked.counts).toEqual({ added: 1, changed: 0, unchanged: 1, refused: 6 });
  });

  it('lets an administrator go when the same file brings another', async () => {
    const checked = await checkUsers('username,name,role\nadmin,,auditor\nsuccessor,New,admin\n');
    expect(checked.counts).toMatchObject({ added: 1, changed: 1, refused: 0 });
  });

  it('is for administrators who are logged in: group admins and tokens are refused', async () => {
    for (const role of ['auditor', 'group_admin', 'user'] as const) {
      const { client } = await api.addUser(`no-${role.replace('_', '-')}`, role);
      expect((await upload(client, 'users', 'username,name\nx,X\n')).status).toBe(403);
      await client.get('/users/export?format=csv').expect(403);
      await client.get('/users/import-template?format=xlsx').expect(403);
    }
  });

  it('gives a template that imports nothing, and an export that an import takes back', async () => {
    const template = await download(api.admin, '/users/import-template?format=csv&language=zh-CN');
    expect(await checkUsers(template)).toMatchObject({ total: 0, remarks: 2, unknownHeaders: [] });
    for (const format of ['csv', 'xlsx']) {
      const file = await download(api.admin, `/users/export?format=${format}&language=zh-CN&sort=-username`);
      const checked = await checkUsers(file);
      expect(checked.counts).toMatchObject({ added: 0, changed: 0, refused: 0 });
      expect(checked.counts.unchanged).toBeGreaterThan(5);
    }
    const some = csvRows(await download(api.admin, '/users/export?format=csv&q=zhang3'));
    expect(some).toHaveLength(2);
    expect(some.flat().join()).not.toMatch(/argon2|ssh-ed25519/);
    const log = page.parse((await api.admin.get('/operations?pageSize=1').expect(200)).body).items;
    expect(log[0]).toMatchObject({
      action: 'user.export',
      after: { format: 'csv', count: 1, filter: { q: 'zhang3' } },
    });
  });

  it('takes 5,000 rows in seconds', async () => {
    const lines = (comment: string) =>
      Array.from({ length: 5_000 }, (_, index) => [`bulk-${index}`, `${comment} ${index}`, 'Operations']);
    const header = ['username', 'name', 'groups'];
    const figures: Record<string, number> = {};
    for (const [what, name] of [
      ['new', 'first'],
      ['changed', 'second'],
    ] as const) {
      const start = performance.now();
      const checked = await checkUsers(stringify([header, ...lines(name)]));
      const between = performance.now();
      await run(api.admin, 'users', checked.id);
      figures[`check ${what}`] = Math.round(between - start);
      figures[`run ${what}`] = Math.round(performance.now() - between);
    }
    process.stdout.write(`5,000 users, ms: ${JSON.stringify(figures)}\n`);
    expect(Math.max(...Object.values(figures))).toBeLessThan(whileOthersWork(10_000));
  }, 120_000);
});
