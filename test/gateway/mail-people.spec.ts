import { afterEach, beforeAll, expect, it } from 'vitest';
import pg from 'pg';
import { z } from 'zod';
import { requires } from '../hosts/index.js';
import { Harness } from './harness.js';
import { MailDesk } from './mail-desk.js';
import { tokenIn, until } from './mail-server.js';
import { RestClient, RestProblem } from './rest.js';

const withId = z.object({ id: z.uuid() });

requires('ssh').describe('mail about accounts', () => {
  let harness: Harness;
  let desk: MailDesk;

  beforeAll(async () => {
    harness = await Harness.start();
    desk = new MailDesk(harness);
    await harness.change('/me', { email: 'admin@example.org', language: 'en', timeZone: 'Asia/Shanghai' });
    return () => harness.stop();
  }, 60_000);
  afterEach(async () => {
    await desk.clear();
  });

  const anonymous = (path: string, body: unknown): Promise<Response> =>
    fetch(`${harness.product.url}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  it('a new user sets the password by a link that works once; the mail is in their language and zone', async () => {
    const server = await desk.serve();
    await desk.set(server.port);
    await harness.change('/me', { name: 'The <i>admin</i>' });
    const id = await desk.add('wang', { name: '王 <script>alert(1)</script>', language: 'zh-CN' });
    const mail = await server.mailTo('wang@example.org');
    expect(mail.subject).toBe('您的 Gatehouse 账号');
    expect(mail.html).toContain('王 &lt;script&gt;');
    expect(mail.html).not.toContain('<script');
    expect(mail.to).toMatchObject({
      value: [{ name: '王 <script>alert(1)</script>', address: 'wang@example.org' }],
    });
    const first = tokenIn(mail);
    await harness.admin.do('POST', `/users/${id}/password-link`);
    const second = tokenIn(await server.mailTo('wang@example.org', 1));
    const newPassword = 'chosen pass phrase 4713';
    expect((await anonymous('/auth/set-password', { token: first, newPassword })).status).toBe(422);
    expect((await anonymous('/auth/set-password', { token: second, newPassword: 'short' })).status).toBe(422);
    expect((await anonymous('/auth/set-password', { token: second, newPassword })).status).toBe(204);
    expect((await anonymous('/auth/set-password', { token: second, newPassword })).status).toBe(422);
    await RestClient.login(harness.product.url, 'wang', newPassword);
    expect((await server.mailTo('wang@example.org', 2)).subject).toBe('您的 Gatehouse 密码已修改');
    await noSecretIn(harness.product.databaseUrl, [first, second, second.split('.')[1] ?? '']);
  }, 60_000);

  it('who has logged in before is not welcomed again: the mail says who sent the link, which counts for a day', async () => {
    const server = await desk.serve();
    await desk.set(server.port);
    const newcomer = await desk.add('newcomer');
    await server.mailTo('newcomer@example.org');
    await harness.admin.do('POST', `/users/${newcomer}/password-link`);
    expect((await server.mailTo('newcomer@example.org', 1)).subject).toBe('Your Gatehouse account');
    const { id } = await harness.addPerson('regular');
    await harness.admin.do('POST', `/users/${id}/password-link`);
    const mail = await until(() =>
      server.mails.find(({ subject }) => subject === 'Choose a new Gatehouse password'),
    );
    expect(mail.text).toMatch(/the administrator admin sent you this link/);
    expect(mail.html).toContain(`#${tokenIn(mail)}`);
    expect(mail.text).not.toContain('was made for you');
    const life = `SELECT extract(epoch FROM expires_at - created_at)::int AS seconds FROM password_links WHERE user_id = $1`;
    expect(await rowsOf(life, id)).toEqual([{ seconds: 24 * 3600 }]);
    await harness.change(`/users/${id}`, { language: 'zh-CN' });
    await harness.admin.do('POST', `/users/${id}/password-link`);
    const chinese = await until(() =>
      server.mails.find(({ subject }) => subject === '请设置新的 Gatehouse 密码'),
    );
    expect(chinese.text).toContain('管理员 admin 向您发送了此链接');
    const newPassword = 'chosen pass phrase 4721';
    expect((await anonymous('/auth/set-password', { token: tokenIn(mail), newPassword })).status).toBe(422);
    const token = tokenIn(chinese);
    expect((await anonymous('/auth/set-password', { token, newPassword })).status).toBe(204);
    await RestClient.login(harness.product.url, 'regular', newPassword);
  }, 60_000);

  it('mails to a user who was deleted stay in the list, by the name that they had', async () => {
    const server = await desk.serve();
    await desk.set(server.port);
    const id = await desk.add('leaver');
    await server.mailTo('leaver@example.org');
    await expect
      .poll(() => desk.stateOf('leaver', 'welcome'), { timeout: 10_000 })
      .toMatchObject({ state: 'sent' });
    await harness.admin.do('DELETE', `/users/${id}`);
    expect(await desk.stateOf('leaver', 'welcome')).toMatchObject({ username: 'leaver', state: 'sent' });
  }, 60_000);

  const rowsOf = async (sql: string, id: string): Promise<unknown[]> => {
    const client = new pg.Client({ connectionString: harness.product.databaseUrl });
    await client.connect();
    try {
      return (await client.query<object>(sql, [id])).rows;
    } finally {
      await client.end();
    }
  };

  it('imported users are mailed links in place of one-time passwords, those without an address are not', async () => {
    const checkedBy = async (rows: string): Promise<string> =>
      (
        await harness.admin.call(
          'POST',
          '/users/imports',
          withId,
          Buffer.from(`username,name,email\n${rows}`),
        )
      ).id;
    const ran = z.object({ addedUsers: z.array(z.object({ username: z.string() })), mailed: z.number() });
    const server = await desk.serve();
    await desk.set(server.port, { enabled: false });
    const id = await checkedBy('imp1,One,imp1@example.org\nimp2,Two,imp2@example.org\nimp3,Three,\n');
    const run = (body: object): Promise<z.infer<typeof ran>> =>
      harness.admin.call('POST', `/users/imports/${id}/run`, ran, body);
    await expect(run({ mailPasswordLinks: true })).rejects.toThrow('mail_is_off');
    await desk.set(server.port);
    expect(await run({ mailPasswordLinks: true })).toEqual({
      addedUsers: [expect.objectContaining({ username: 'imp3' })],
      mailed: 2,
    });
    const token = tokenIn(await server.mailTo('imp2@example.org'));
    await server.mailTo('imp1@example.org');
    const newPassword = 'imported and chosen 4717';
    await expect(RestClient.login(harness.product.url, 'imp2', '')).rejects.toThrow(RestProblem);
    expect((await anonymous('/auth/set-password', { token, newPassword })).status).toBe(204);
    await RestClient.login(harness.product.url, 'imp2', newPassword);
    const later = await checkedBy('imp1,Uno,imp1@example.org\n');
    const changed = await harness.admin.call('POST', `/users/imports/${later}/run`, ran, {
      mailPasswordLinks: true,
    });
    expect(changed).toEqual({ addedUsers: [], mailed: 0 });
  }, 60_000);

  it('an owner hears of an address and a key that an import brings', async () => {
    const server = await desk.serve();
    await desk.set(server.port);
    await desk.add('mia');
    await server.mailTo('mia@example.org');
    const key = (await harness.keys.make('mia')).public;
    const { id } = await harness.admin.call(
      'POST',
      '/users/imports',
      withId,
      Buffer.from(`username,email,publicKey\nmia,moved@example.org,${key}\n`),
    );
    await harness.admin.do('POST', `/users/imports/${id}/run`, {});
    expect((await server.mailTo('mia@example.org', 1)).subject).toMatch(/e-mail address/i);
    const told = await server.mailTo('moved@example.org');
    expect(told.text).toMatch(/admin added an SSH key to[^]*SHA256:/);
  }, 60_000);

  it('a link counts no longer than the address that it was sent to and the password that it was to replace', async () => {
    const server = await desk.serve();
    await desk.set(server.port);
    const newPassword = 'chosen pass phrase 4719';
    const refused = async (token: string): Promise<number> =>
      (await anonymous('/auth/set-password', { token, newPassword })).status;
    const id = await desk.add('typo');
    const astray = tokenIn(await server.mailTo('typo@example.org'));
    await harness.change(`/users/${id}`, { email: 'right@example.org' });
    expect(await refused(astray)).toBe(422);
    expect((await server.mailTo('typo@example.org', 1)).subject).toMatch(/e-mail address/i);
    await harness.admin.do('POST', `/users/${id}/password-link`);
    const right = tokenIn(await server.mailTo('right@example.org'));
    await harness.admin.do('POST', `/users/${id}/one-time-password`);
    expect(await refused(right)).toBe(422);
    await server.mailTo('right@example.org', 1);
    await harness.admin.do('POST', `/users/${id}/password-link`);
    const last = tokenIn(await server.mailTo('right@example.org', 2));
    await harness.change(`/users/${id}`, { password: 'given by the admin 4720' });
    expect(await refused(last)).toBe(422);
  }, 60_000);

  it('a forgotten password is mended by mail and ends the logins; who has no account gets the same answer', async () => {
    const server = await desk.serve();
    await desk.set(server.port);
    const lee = await harness.addPerson('lee');
    const before = await RestClient.login(harness.product.url, 'lee', lee.password);
    const answers = [];
    for (const username of ['LEE', 'nobody-at-all', 'lee@example.org']) {
      const begun = performance.now();
      const { status, headers } = await anonymous('/auth/forgotten-password', { username });
      answers.push({ status, length: headers.get('content-length') });
      expect(performance.now() - begun).toBeGreaterThanOrEqual(395);
    }
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
    const resets = await until(() => {
      const found = server.mails.filter(({ subject }) => subject === 'Set a new Gatehouse password');
      return found.length === 2 ? found : undefined;
    });
    const tries = await Promise.all(
      resets.map((mail) =>
        anonymous('/auth/set-password', { token: tokenIn(mail), newPassword: 'lee chose this 4714' }),
      ),
    );
    expect(tries.map(({ status }) => status).toSorted()).toEqual([204, 422]);
    await expect(before.do('GET', '/me')).rejects.toThrow(RestProblem);
    await RestClient.login(harness.product.url, 'lee', 'lee chose this 4714');
    const log = await harness.admin.call(
      'GET',
      '/login-attempts?q=lee',
      z.object({ items: z.array(z.looseObject({ method: z.string(), succeeded: z.boolean() })) }),
    );
    expect(log.items).toContainEqual(expect.objectContaining({ method: 'mail-link', succeeded: true }));
  }, 60_000);

  it('a link to set a new password counts for ten minutes', async () => {
    const server = await desk.serve();
    await desk.set(server.port);
    const ivy = await harness.addPerson('ivy');
    await anonymous('/auth/forgotten-password', { username: 'ivy' });
    const token = tokenIn(
      await until(() => server.mails.find(({ subject }) => subject === 'Set a new Gatehouse password')),
    );
    const client = new pg.Client({ connectionString: harness.product.databaseUrl });
    await client.connect();
    const { rows } = await client
      .query<{ seconds: number }>(
        `UPDATE password_links SET expires_at = now() WHERE user_id = $1
         RETURNING (SELECT extract(epoch FROM l.expires_at - l.created_at)::int FROM password_links l
                    WHERE l.user_id = $1) AS seconds`,
        [ivy.id],
      )
      .finally(() => client.end());
    expect(rows).toEqual([{ seconds: 600 }]);
    const newPassword = 'ivy came too late 4716';
    expect((await anonymous('/auth/set-password', { token, newPassword })).status).toBe(422);
    await RestClient.login(harness.product.url, 'ivy', ivy.password);
  }, 60_000);

  it('a disabled user gets nothing, and a link from before no longer counts', async () => {
    const server = await desk.serve();
    await desk.set(server.port);
    const kim = await harness.addPerson('kim');
    await anonymous('/auth/forgotten-password', { username: 'kim' });
    const reset = await until(() =>
      server.mails.find(({ subject }) => subject === 'Set a new Gatehouse password'),
    );
    const token = tokenIn(reset);
    await harness.change(`/users/${kim.id}`, { active: false });
    const taken = server.mails.length;
    expect((await anonymous('/auth/forgotten-password', { username: 'kim' })).status).toBe(204);
    const newPassword = 'kim chose this 4715';
    expect((await anonymous('/auth/set-password', { token, newPassword })).status).toBe(422);
    await desk.add('marker');
    await server.mailTo('marker@example.org');
    expect(server.mails.slice(taken).map(({ subject }) => subject)).toEqual(['Your Gatehouse account']);
  }, 60_000);

  it('an owner hears who added, renewed or deleted a key', async () => {
    const server = await desk.serve();
    await desk.set(server.port);
    const ann = await harness.addPerson('ann');
    const { items } = await harness.admin.call(
      'GET',
      `/users/${ann.id}/public-keys`,
      z.object({ items: z.array(withId) }),
    );
    const key = `/users/${ann.id}/public-keys/${items[0]?.id}`;
    const { key: renewed } = await harness.admin.call('POST', `${key}/renew`, z.object({ key: withId }), {});
    await harness.admin.do('DELETE', `/users/${ann.id}/public-keys/${renewed.id}`);
    const told = await until(() => {
      const found = server.mails.filter(
        ({ subject }) => subject === 'An SSH key of your Gatehouse account changed',
      );
      return found.length === 3 ? found.map(({ text }) => text ?? '') : undefined;
    });
    for (const word of ['added an SSH key to', 'renewed an SSH key of', 'deleted an SSH key from']) {
      expect(told.filter((text) => text.includes(`admin ${word}`) && text.includes('SHA256:'))).toHaveLength(
        1,
      );
    }
  }, 60_000);
});

/** Neither rows nor jobs hold a link's token. */
async function noSecretIn(databaseUrl: string, secrets: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const tables = ['mails', 'password_links', 'operations', 'login_attempts', 'pgboss.job'];
    for (const table of tables) {
      const { rows } = await client.query<{ line: string }>(`SELECT t::text AS line FROM ${table} t`);
      expect(rows.length, table).toBeGreaterThan(table === 'password_links' ? -1 : 0);
      for (const secret of secrets)
        expect(
          rows.filter(({ line }) => line.includes(secret)),
          table,
        ).toEqual([]);
    }
  } finally {
    await client.end();
  }
}
