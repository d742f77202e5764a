import { request } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ApiFixture } from './api-fixture.js';

const problem = z.object({ status: z.number(), code: z.string(), detail: z.string(), type: z.string() });

describe('bad input', () => {
  let api: ApiFixture;

  beforeAll(async () => {
    api = await ApiFixture.start();
  });
  afterAll(() => api.stop());

  const raw = (text: string, type = 'application/json') =>
    api.admin.with({ 'content-type': type }).post('/users').send(text);

  const user = { username: 'somebody', name: 'Some Body', role: 'user' };

  it.each([
    ['{"username": "x"', 400, 'malformed_json'],
    ['nonsense', 400, 'malformed_json'],
    ['{"username": "\\ud800"', 400, 'malformed_json'],
    ['[]', 422, 'validation_failed'],
    ['[{"username":"x"}]', 422, 'validation_failed'],
    ['"text"', 400, 'malformed_json'],
    ['null', 400, 'malformed_json'],
    ['', 422, 'validation_failed'],
  ])('the body %j is refused', async (text, status, code) => {
    const answer = await raw(text);
    expect(problem.parse(answer.body)).toMatchObject({ status, code });
    expect(answer.headers['content-type']).toContain('application/problem+json');
  });

  it('another media type or character set is refused', async () => {
    const text = JSON.stringify(user);
    expect((await raw(text, 'text/plain')).body).toMatchObject({ status: 422 });
    expect((await raw(text, 'application/x-www-form-urlencoded')).body).toMatchObject({ status: 422 });
    expect((await raw(text, 'application/json; charset=latin1')).body).toMatchObject({ status: 415 });
  });

  it('a body of 10 MB is refused, whether it says its length or not', async () => {
    const text = JSON.stringify({ ...user, name: 'x'.repeat(10_000_000) });
    expect(problem.parse((await raw(text)).body)).toMatchObject({ status: 413, code: 'too_large' });
    const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked' };
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const sent = request(`${api.url}/api/v1/auth/login`, { method: 'POST', headers });
      sent.on('response', (answer) => resolve(answer.resume().statusCode)).on('error', reject);
      sent.end(text);
    });
    expect(status).toBe(413);
    await api.admin.get('/me').expect(200);
  });

  it('names every wrong field with a stable code, and stores nothing', async () => {
    const answer = await api.admin.post('/users', {
      username: 'has space',
      name: 'bell\u0007',
      role: 'root',
      email: 'nonsense',
      groupIds: ['x'],
      active: 'yes',
      language: 'tlh',
      isAdmin: true,
    });
    expect(answer.status).toBe(422);
    const errors = z.object({
      errors: z.array(z.object({ field: z.string(), code: z.string(), message: z.string() })),
    });
    const codes = Object.fromEntries(
      errors.parse(answer.body).errors.map(({ field, code }) => [field, code]),
    );
    expect(codes).toEqual({
      username: 'not_a_username',
      name: 'control_characters',
      role: 'unknown_value',
      email: 'not_an_email',
      groupIds: 'not_an_id',
      active: 'not_true_or_false',
      language: 'unknown_value',
      isAdmin: 'unknown_field',
    });
    const empty = await api.admin.post('/users', {});
    const missing = Object.fromEntries(
      errors.parse(empty.body).errors.map(({ field, code }) => [field, code]),
    );
    expect(missing).toEqual({ username: 'required', name: 'required', role: 'required' });
    expect((await api.admin.get('/users?q=bell')).body).toMatchObject({ total: 0 });
  });

  it.each([
    ['a line break', 'a\nb'],
    ['NUL', 'a\u0000b'],
    ['escape', '\u001b[2J'],
    ['a direction override', 'a\u202eb'],
    ['a blank at the end', 'a '],
    ['a blank at the beginning', '\u00a0a'],
    ['nothing', ''],
    ['129 characters', 'x'.repeat(129)],
    ['a number', 7],
    ['an object', { toString: 'x' }],
    ['null', null],
  ])('a name with %s is refused', async (_, name) => {
    const answer = await api.admin.post('/user-groups', { name });
    expect(answer.body).toMatchObject({ status: 422, errors: [{ field: 'name' }] });
  });

  it.each(['root@host', 'a#b', '.dot', '-dash', 'ü', 'a/b', 'x'.repeat(65), 'a b', ''])(
    'the user name %j is refused',
    async (username) => {
      const answer = await api.admin.post('/users', { ...user, username });
      expect(answer.body).toMatchObject({ status: 422, errors: [{ field: 'username' }] });
    },
  );

  it('prototype keys are only unknown fields', async () => {
    const texts = [
      '{"__proto__":{"role":"admin"},"username":"proto","name":"P"}',
      '{"constructor":{"prototype":{"role":"admin"}},"username":"proto","name":"P"}',
    ];
    for (const text of texts) expect((await raw(text)).status).toBe(422);
    expect(Object.prototype).not.toHaveProperty('role');
  });

  it('an id that is none names nothing', async () => {
    for (const id of ['1', 'null', '%00', '../me', "' OR 1=1", 'g'.repeat(36)]) {
      const answer = await api.admin.get(`/users/${encodeURIComponent(id)}`);
      expect({ id, status: answer.status }).toEqual({ id, status: 404 });
    }
    expect((await api.admin.get('/users/%FF')).body).toMatchObject({ status: 400 });
    expect((await api.admin.get('/no/such/address')).body).toMatchObject({ status: 404, code: 'not_found' });
  });

  it('a query that asks for what there is not is refused', async () => {
    const queries = [
      'sort=passwordHash',
      'sort=name;drop',
      'page=0',
      'page=1.5',
      'page=x',
      'pageSize=201',
      'pageSize=-1',
    ];
    for (const query of [
      ...queries,
      'role=root',
      'active=maybe',
      'groupId=1',
      'fields=*',
      'q=a&q=b',
      'q[]=a',
      'q=%00',
    ]) {
      const answer = await api.admin.get(`/users?${query}`);
      expect({ query, status: answer.status }).toEqual({ query, status: 422 });
    }
    for (const query of [
      'cursor=abc',
      'cursor=W10',
      'from=yesterday',
      'from=2026-02-30T00:00:00Z',
      'to=2026-01-01',
      'from=0000-01-01T00:00:00Z',
    ]) {
      const answer = await api.admin.get(`/sessions?${query}`);
      expect({ query, status: answer.status }).toEqual({ query, status: 422 });
    }
  });

  it('a request that is no HTTP is hung up on', async () => {
    const { port } = new URL(api.url);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => socket.write('SSH-2.0-hello\r\n\r\n'));
      let text = '';
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
      socket.on('error', reject);
    });
    expect(answer).toContain('400 Bad Request');
  });
});
