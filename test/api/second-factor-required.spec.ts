import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { ApiFixture, HandClock, PASSWORD } from './api-fixture.js';
import { AuthenticatorApp } from './authenticator-app.js';

const STEP = 30_000;

describe('a second factor that is required', () => {
  const clock = new HandClock();
  let api: ApiFixture;

  beforeAll(async () => {
    api = await ApiFixture.start({ clock });
  });
  afterAll(() => api.stop());

  const demand = (body: object) => api.admin.put('/settings/security', body);

  it('of one user leaves them nothing but getting one', async () => {
    const { id, client } = await api.addUser('vera');
    await api.admin.patch(`/users/${id}`, { secondFactorRequired: true }).expect(200);
    expect((await client.get('/me').expect(200)).body).toMatchObject({ mustEnrol: true });
    for (const path of ['/me/logins', '/me/assets', '/me/public-keys', '/me/sessions', '/me/api-tokens']) {
      expect((await client.get(path)).body).toMatchObject({ status: 403, code: 'second_factor_required' });
    }
    await client.patch('/me', { name: 'Sly' }).expect(403);
    const app = await AuthenticatorApp.enrol(client, clock);
    expect((await client.get('/me').expect(200)).body).toMatchObject({ mustEnrol: false });
    await client.get('/me/logins').expect(200);
    clock.advance(STEP);
    await client.post('/me/second-factor/remove', { code: app.code(clock.now()) }).expect(204);
    await client.get('/me/logins').expect(403); // they may change their phone, not go without
  });

  it('of roles or everybody counts with the next request, for API tokens too', async () => {
    const [auditor, user] = [await api.addUser('will', 'auditor'), await api.addUser('xena')];
    const made = await auditor.client.post('/me/api-tokens', { name: 'report', expiresAt: null }).expect(201);
    const { token } = z.object({ token: z.string() }).parse(made.body);
    const tool = api.anonymous().with({ authorization: `Bearer ${token}` });
    await tool.get('/users').expect(200);
    expect(
      (await demand({ secondFactorFor: 'roles', secondFactorRoles: ['auditor'] }).expect(200)).body,
    ).toEqual({
      secondFactorFor: 'roles',
      secondFactorRoles: ['auditor'],
    });
    for (const client of [auditor.client, tool]) {
      expect((await client.get('/users')).body).toMatchObject({
        status: 403,
        code: 'second_factor_required',
      });
    }
    await user.client.get('/me/assets').expect(200);
    await demand({ secondFactorFor: 'everybody' }).expect(200);
    await user.client.get('/me/assets').expect(403);
    await AuthenticatorApp.enrol(auditor.client, clock);
    await auditor.client.get('/users').expect(200);
    await tool.get('/users').expect(200); // its owner has one
    expect((await demand({ secondFactorFor: 'nobody' })).status).toBe(403); // admins are everybody too
    await AuthenticatorApp.enrol(api.admin, clock);
    await demand({ secondFactorFor: 'nobody' }).expect(200);
    await user.client.get('/me/assets').expect(200);
    const log = await api.admin.get('/operations?action=settings.update').expect(200);
    expect(log.text).toContain('everybody');
  });

  it('comes after the own password, where both are missing', async () => {
    const body = { username: 'yuri', name: 'Yuri', role: 'user', secondFactorRequired: true };
    const { oneTimePassword } = z
      .object({ oneTimePassword: z.string() })
      .parse((await api.admin.post('/users', body).expect(201)).body);
    const yuri = await api.login('yuri', oneTimePassword);
    expect((await yuri.get('/me')).body).toMatchObject({ mustChangePassword: true, mustEnrol: true });
    expect((await yuri.post('/me/second-factor', {})).body).toMatchObject({
      code: 'password_change_required',
    });
    await yuri.post('/me/password', { currentPassword: oneTimePassword, newPassword: PASSWORD }).expect(204);
    await AuthenticatorApp.enrol(yuri, clock);
    await yuri.get('/me/assets').expect(200);
  });

  it('is decided by a login, never by an API token', async () => {
    const { id } = await api.addUser('zoe');
    const made = await api.admin.post('/me/api-tokens', { name: 'tool', expiresAt: null }).expect(201);
    const { token } = z.object({ token: z.string() }).parse(made.body);
    const tool = api.anonymous().with({ authorization: `Bearer ${token}` });
    await tool.get('/users').expect(200);
    for (const tried of [
      tool.put('/settings/security', { secondFactorFor: 'nobody' }),
      tool.delete(`/users/${id}/second-factor`),
      tool.patch(`/users/${id}`, { secondFactorRequired: true }),
      tool.post('/me/second-factor', {}),
    ]) {
      expect((await tried).body).toMatchObject({ status: 403, code: 'login_required' });
    }
  });

  it('refuses settings that mean nothing', async () => {
    for (const body of [
      {},
      { secondFactorFor: 'all' },
      { secondFactorFor: 'roles', secondFactorRoles: ['root'] },
    ]) {
      expect((await demand(body)).body).toMatchObject({ status: 422, code: 'validation_failed' });
    }
  });
});
