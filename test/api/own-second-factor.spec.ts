import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PASSWORD, type ApiFixture, type HandClock } from './api-fixture.js';
import { AuthenticatorApp } from './authenticator-app.js';
import { EnrolledApi } from './enrolled-api.js';

const STEP = 30_000;
const opened = z.object({ accessToken: z.string() });
const recovery = z.object({ recoveryCodes: z.array(z.string()) });

describe('a second factor that somebody has', () => {
  let api: ApiFixture;
  let clock: HandClock;
  let bearer: EnrolledApi['bearer'];
  let logIn: EnrolledApi['logIn'];
  let addEnrolled: EnrolledApi['addEnrolled'];

  beforeAll(async () => {
    const enrolled = await EnrolledApi.start();
    ({ api, clock, bearer, logIn, addEnrolled } = enrolled);
    return () => api.stop();
  });

  it('ends the logins that were made without a code', async () => {
    const { client } = await api.addUser('nils');
    const other = bearer(opened.parse((await logIn({ username: 'nils' })).body).accessToken);
    await other.get('/me').expect(200);
    await AuthenticatorApp.enrol(client, clock);
    await other.get('/me').expect(401);
    await client.get('/me').expect(200);
    // and should one have slipped through, its row says that it passed no code
    const rows = api.app.get(DataSource);
    await rows.query(
      'UPDATE logins SET revoked_at = NULL WHERE user_id = (SELECT id FROM users WHERE username = $1)',
      ['nils'],
    );
    await other.get('/me').expect(401);
  });

  it('asks a login that is not fresh for the password before it makes a secret', async () => {
    const { client } = await api.addUser('olga');
    clock.advance(11 * 60_000);
    const begin = (password?: string) => client.post('/me/second-factor', { password });
    expect((await begin()).body).toMatchObject({ errors: [{ field: 'password', code: 'password_needed' }] });
    expect((await begin('wrong wrong wrong')).body).toMatchObject({
      errors: [{ field: 'password', code: 'wrong_password' }],
    });
    await begin(PASSWORD).expect(200);
    clock.advance(31 * 60_000 - 1000);
    api.admin = await api.login('admin');
    const late = await (await api.login('olga')).post('/me/second-factor/confirm', { code: '123456' });
    expect(late.body).toMatchObject({ status: 409, code: 'no_second_factor' });
  });

  it('is renewed and removed with a code, which counts once here too', async () => {
    const { client, app } = await addEnrolled('pia');
    const without = { code: app.wrongCode(clock.now()) };
    for (const path of ['/me/second-factor/recovery-codes', '/me/second-factor/remove']) {
      expect((await client.post(path, without)).body).toMatchObject({
        status: 422,
        errors: [{ field: 'code' }],
      });
    }
    const code = app.code(clock.now());
    const renewed = await client.post('/me/second-factor/recovery-codes', { code }).expect(200);
    const { recoveryCodes } = recovery.parse(renewed.body);
    const replay = await client.post('/me/second-factor/remove', { code });
    expect(replay.body).toMatchObject({ errors: [{ field: 'code', code: 'code_used' }] });
    await logIn({ username: 'pia', code: app.recoveryCodes[3] }).expect(401); // of before
    await client.post('/me/second-factor/remove', { code: recoveryCodes[0] }).expect(204);
    await client.get('/me').expect(200);
    await logIn({ username: 'pia' }).expect(200);
    expect((await client.post('/me/second-factor/remove', { code: recoveryCodes[1] })).body).toMatchObject({
      code: 'no_second_factor',
    });
  });

  it('is reset by an administrator: recorded, logins end, nobody resets their own without a code', async () => {
    const { id, client } = await addEnrolled('quinn');
    expect((await api.admin.get(`/users/${id}`)).body).toMatchObject({ hasSecondFactor: true });
    await api.admin.delete(`/users/${id}/second-factor`).expect(204);
    await client.get('/me').expect(401);
    await logIn({ username: 'quinn' }).expect(200);
    expect((await api.admin.delete(`/users/${id}/second-factor`)).body).toMatchObject({
      code: 'no_second_factor',
    });
    const operations = await api.admin.get('/operations?action=user.reset-second-factor').expect(200);
    expect(operations.text).toContain('quinn');
    const me = z.object({ id: z.uuid() }).parse((await api.admin.get('/me')).body);
    await api.admin.delete(`/users/${me.id}/second-factor`).expect(403);
    const plain = await api.addUser('rude');
    await plain.client.delete(`/users/${id}/second-factor`).expect(403);
  });

  it('stands nowhere readable: not in the database, not in the log of operations', async () => {
    const { app } = await addEnrolled('sam');
    const database = api.app.get(DataSource);
    const dump = JSON.stringify([
      await database.query('SELECT * FROM second_factors'),
      await database.query('SELECT * FROM recovery_codes'),
      await database.query('SELECT * FROM login_challenges'),
      await database.query('SELECT * FROM operations'),
      await database.query('SELECT * FROM login_attempts'),
    ]);
    expect(dump).not.toContain(app.secret);
    for (const code of app.recoveryCodes) {
      expect(dump).not.toContain(code);
      expect(dump).not.toContain(code.replaceAll('-', ''));
    }
    const file = join(api.dataDir, 'keys/shared/second-factor.key');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(dump).not.toContain(readFileSync(file, 'utf8').trim());
  });

  it('does not open a secret that was moved to another user', async () => {
    const thief = await addEnrolled('thief');
    await addEnrolled('tess');
    const database = api.app.get(DataSource);
    await database.query(
      `UPDATE second_factors SET sealed_secret = (SELECT sealed_secret FROM second_factors f JOIN users u ON u.id = f.user_id
         WHERE u.username = 'thief') WHERE user_id = (SELECT id FROM users WHERE username = 'tess')`,
    );
    clock.advance(STEP);
    const answer = await logIn({ username: 'tess', code: thief.app.code(clock.now()) });
    expect(answer.body).toMatchObject({ status: 503, code: 'unavailable' });
  });
});
