import { DataSource } from 'typeorm';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { CHALLENGE_MS, CHALLENGE_TRIES } from '#libs/identity';
import { PASSWORD, type ApiFixture, type HandClock } from './api-fixture.js';
import { codeAt } from './authenticator-app.js';
import { EnrolledApi } from './enrolled-api.js';
import { concrete, routesOf } from './routes.js';
import { openApiDocument } from '../../apps/api/src/openapi.js';

const CONSOLE = { 'x-gatehouse-client': 'console' };
const STEP = 30_000;
const needed = z.object({ code: z.literal('second_factor_needed'), challenge: z.string() });
const opened = z.object({ accessToken: z.string() });
const recovery = z.object({ recoveryCodes: z.array(z.string()) });

describe('second factor', () => {
  let api: ApiFixture;
  let clock: HandClock;
  let bearer: EnrolledApi['bearer'];
  let logIn: EnrolledApi['logIn'];
  let addEnrolled: EnrolledApi['addEnrolled'];
  let challengeOf: EnrolledApi['challengeOf'];
  let tryCode: EnrolledApi['tryCode'];
  let attemptsOf: EnrolledApi['attemptsOf'];

  beforeAll(async () => {
    const enrolled = await EnrolledApi.start();
    ({ api, clock, bearer, logIn, addEnrolled, challengeOf, tryCode, attemptsOf } = enrolled);
    return () => api.stop();
  });

  it('is set up in two steps, and asked for from then on', async () => {
    const { client } = await api.addUser('ann');
    const begun = await client.post('/me/second-factor', {}).expect(200);
    const { secret, uri } = z.object({ secret: z.string(), uri: z.string() }).parse(begun.body);
    expect(secret).toMatch(/^[A-Z2-7]{32}$/);
    const address = new URL(uri);
    expect(address.href).toMatch(/^otpauth:\/\/totp\/Gatehouse:ann\?/);
    expect(Object.fromEntries(address.searchParams)).toEqual({
      ...{ issuer: 'Gatehouse', secret, algorithm: 'SHA1', digits: '6', period: '30' },
    });
    await logIn({ username: 'ann' }).expect(200); // not confirmed: it counts for nothing
    const code = codeAt(secret, clock.now());
    const refused = await client.post('/me/second-factor/confirm', { code: '12345x' });
    expect(refused.body).toMatchObject({ status: 422, errors: [{ field: 'code', code: 'code_refused' }] });
    const done = await client.post('/me/second-factor/confirm', { code }).expect(200);
    const { recoveryCodes } = recovery.parse(done.body);
    expect(new Set(recoveryCodes).size).toBe(10);
    for (const each of recoveryCodes) expect(each).toMatch(/^([a-z2-9]{4}-){3}[a-z2-9]{4}$/);
    const state = await client.get('/me/second-factor').expect(200);
    expect(state.body).toMatchObject({
      since: expect.any(String) as string,
      recoveryCodesLeft: 10,
      required: false,
    });
    await challengeOf('ann');
    expect((await client.post('/me/second-factor', {})).body).toMatchObject({ code: 'second_factor_exists' });
  });

  it('lets in with password and code, in two steps or one', async () => {
    const { id, app } = await addEnrolled('ben');
    const answer = await tryCode(await challengeOf('ben'), app.code(clock.now())).expect(200);
    await bearer(opened.parse(answer.body).accessToken).get('/me').expect(200);
    clock.advance(STEP);
    const atOnce = await logIn({ username: 'ben', code: app.code(clock.now()) }).expect(200);
    expect(atOnce.body).toMatchObject({ user: { id, mustEnrol: false } });
    const blanks = app.code(new Date(clock.now().getTime() + STEP)).replace(/(...)(...)/, '$1 $2');
    clock.advance(STEP);
    await logIn({ username: 'ben', code: blanks }).expect(200);
  });

  it('gives the console its cookie after the second step only', async () => {
    const { app } = await addEnrolled('cleo');
    const console = api.anonymous().with(CONSOLE);
    const first = await console.post('/auth/login', { username: 'cleo', password: PASSWORD }).expect(401);
    expect(first.headers['set-cookie']).toBeUndefined();
    const { challenge } = needed.parse(first.body);
    const code = app.code(clock.now());
    await tryCode(challenge, code).expect(401); // begun by the console: not for a tool
    const second = await console.post('/auth/second-factor', { challenge, code }).expect(200);
    expect(second.body).not.toHaveProperty('accessToken');
    const [cookie = ''] = z.array(z.string()).parse(second.get('set-cookie'));
    await console
      .with({ cookie: cookie.split(';')[0] ?? '' })
      .get('/me')
      .expect(200);
    const foreign = console.with({ origin: 'https://evil.example' });
    await foreign.post('/auth/second-factor', { challenge, code }).expect(403);
  });

  it('counts each code once, also side by side, and none before it', async () => {
    const { app } = await addEnrolled('dora');
    const code = app.code(clock.now());
    const challenges = [await challengeOf('dora'), await challengeOf('dora'), await challengeOf('dora')];
    const answers = await Promise.all(challenges.map((challenge) => tryCode(challenge, code)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401, 401]);
    const again = await tryCode(await challengeOf('dora'), code);
    expect(again.body).toMatchObject({ status: 401, code: 'code_used' });
    const before = app.code(new Date(clock.now().getTime() - STEP));
    expect((await logIn({ username: 'dora', code: before })).body).toMatchObject({ code: 'code_used' });
  });

  it('takes codes of the step before and after, no others', async () => {
    const { id, app } = await addEnrolled('emil');
    for (const [steps, status] of [
      [-1, 200],
      [1, 200],
      [-3, 401],
      [2, 401],
    ] as const) {
      clock.advance(3 * STEP);
      const code = app.code(new Date(clock.now().getTime() + steps * STEP));
      expect({ steps, status: (await logIn({ username: 'emil', code })).status }).toEqual({ steps, status });
    }
    await api.admin.post(`/users/${id}/unlock`).expect(204);
  });

  it('takes each recovery code once, however it is typed', async () => {
    const { client, app } = await addEnrolled('fay');
    const [first = '', second = '', third = ''] = app.recoveryCodes;
    await logIn({ username: 'fay', code: first }).expect(200);
    expect((await logIn({ username: 'fay', code: first })).body).toMatchObject({ code: 'code_used' });
    await logIn({ username: 'fay', code: second.toUpperCase().replaceAll('-', ' ') }).expect(200);
    const both = await Promise.all([third, third].map((code) => logIn({ username: 'fay', code })));
    expect(both.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect((await client.get('/me/second-factor')).body).toMatchObject({ recoveryCodesLeft: 7 });
    const methods = (await attemptsOf('fay'))
      .filter(({ succeeded }) => succeeded)
      .map(({ method }) => method);
    expect(methods).toEqual([
      'password+recovery-code',
      'password+recovery-code',
      'password+recovery-code',
      'password',
    ]);
  });

  it('is of one user: nobody else’s code helps', async () => {
    const gus = await addEnrolled('gus');
    const hana = await addEnrolled('hana');
    await tryCode(await challengeOf('gus'), hana.app.code(clock.now())).expect(401);
    await tryCode(await challengeOf('gus'), hana.app.recoveryCodes[0] ?? '').expect(401);
    await logIn({ username: 'gus', code: gus.app.code(clock.now()) }).expect(200);
  });

  it('asks for the right password first, and tells nothing without it', async () => {
    const { app } = await addEnrolled('ivan');
    const known = await logIn({
      username: 'ivan',
      password: 'wrong wrong wrong',
      code: app.code(clock.now()),
    });
    const unknown = await logIn({ username: 'nobody', password: 'wrong wrong wrong' });
    expect([known.status, known.text]).toEqual([401, unknown.text]);
    await logIn({ username: 'ivan', code: app.code(clock.now()) }).expect(200); // the code wasn't used up
  });

  it('throttles wrong codes by account, whatever the password does in between', async () => {
    const { id, app } = await addEnrolled('judy');
    const wrong = app.wrongCode(clock.now());
    for (let count = 0; count < 5; count++) {
      const answer = await tryCode(await challengeOf('judy'), wrong); // each with the right password before it
      expect(answer.body).toMatchObject({ status: 401, code: 'code_refused' });
    }
    const challenge = await challengeOf('judy');
    for (const code of [wrong, app.code(clock.now()), app.recoveryCodes[0] ?? '']) {
      const answer = await tryCode(challenge, code);
      expect(answer.body).toMatchObject({ status: 429, code: 'too_many_tries' });
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    const reasons = (await attemptsOf('judy')).map(({ reason }) => reason);
    expect(reasons.filter((reason) => reason === 'wrong code')).toHaveLength(5);
    expect(reasons.filter((reason) => reason === 'too many wrong codes')).toHaveLength(1);
    const { tables } = await throttleRows('judy');
    expect(tables).toContain('code:judy');
    await api.admin.post(`/users/${id}/unlock`).expect(204);
    await tryCode(challenge, app.code(clock.now())).expect(200);
  });

  async function throttleRows(username: string): Promise<{ tables: string[] }> {
    const rows: unknown = await api.app
      .get(DataSource)
      .query('SELECT key FROM login_throttle WHERE key LIKE $1', [`%:${username}`]);
    return {
      tables: z
        .array(z.object({ key: z.string() }))
        .parse(rows)
        .map(({ key }) => key),
    };
  }

  it('gives a challenge few tries, a short time and one login', async () => {
    const { id, app } = await addEnrolled('kim');
    const tired = await challengeOf('kim');
    for (let count = 0; count < CHALLENGE_TRIES; count++) {
      expect((await tryCode(tired, app.wrongCode(clock.now()))).body).toMatchObject({ code: 'code_refused' });
    }
    await api.admin.post(`/users/${id}/unlock`).expect(204);
    expect((await tryCode(tired, app.code(clock.now()))).body).toMatchObject({ code: 'challenge_over' });

    const late = await challengeOf('kim');
    clock.advance(CHALLENGE_MS + 1000);
    expect((await tryCode(late, app.code(clock.now()))).body).toMatchObject({ code: 'challenge_over' });

    const used = await challengeOf('kim');
    await tryCode(used, app.code(clock.now())).expect(200);
    expect((await tryCode(used, app.recoveryCodes[0] ?? '')).body).toMatchObject({ code: 'challenge_over' });
    for (const none of ['x', 'A'.repeat(43), used.toLowerCase()]) {
      expect((await tryCode(none, '123456')).body).toMatchObject({ status: 401, code: 'challenge_over' });
    }
  });

  it('ends a challenge when the user is disabled, deleted or gets another password', async () => {
    const changes: ((id: string) => PromiseLike<{ status: number }>)[] = [
      (id) => api.admin.patch(`/users/${id}`, { active: false }),
      (id) => api.admin.patch(`/users/${id}`, { password: 'another horse 4712' }),
      (id) => api.admin.delete(`/users/${id}/second-factor`),
      (id) => api.admin.delete(`/users/${id}`),
    ];
    for (const [round, change] of changes.entries()) {
      const { id, app } = await addEnrolled(`leaving${round}`);
      const challenge = await challengeOf(`leaving${round}`);
      expect((await change(id)).status).toBeLessThan(300);
      const answer = await tryCode(challenge, app.code(clock.now()));
      expect(answer.body).toMatchObject({ status: 401, code: 'challenge_over' });
    }
  });

  it('opens no route with half a login: not as a token, not as a cookie', async () => {
    await addEnrolled('mia');
    const challenge = await challengeOf('mia');
    const closed = routesOf(await openApiDocument()).filter(({ permission }) => permission !== null);
    expect(closed.length).toBeGreaterThan(80);
    const cookie = `gatehouse_session=${challenge}`;
    for (const half of [bearer(challenge), api.anonymous().with({ ...CONSOLE, cookie })]) {
      for (const { method, path } of closed) {
        const { status } = await half.call(method, concrete(path), method === 'get' ? undefined : {});
        expect({ method, path, status }).toEqual({ method, path, status: 401 });
      }
    }
  });

  it('refuses hostile codes clearly', async () => {
    const { id } = await addEnrolled('uma');
    const challenge = await challengeOf('uma');
    for (const code of ['', 'x'.repeat(65), 123456, null, ['123456'], { a: 1 }]) {
      const answer = await api.anonymous().post('/auth/second-factor', { challenge, code });
      expect(answer.body).toMatchObject({ status: 422, errors: [{ field: 'code' }] });
    }
    for (const code of ['１２３４５６', '12345\u0000', "' OR 1=1 --", '\u202e123456']) {
      expect((await tryCode(challenge, code)).body).toMatchObject({ status: 401, code: 'code_refused' });
    }
    await api.admin.post(`/users/${id}/unlock`).expect(204);
  });
});
