import { afterEach, beforeAll, expect, it } from 'vitest';
import pg from 'pg';
import type { SMTPServerOptions } from 'smtp-server';
import { z } from 'zod';
import { requires } from '../hosts/index.js';
import { Harness } from './harness.js';
import {
  MailServer,
  makeCertificate,
  startSilentServer,
  tokenIn,
  until,
  type Certificate,
} from './mail-server.js';
import { RestClient, RestProblem } from './rest.js';

const outcome = z.object({ ok: z.boolean(), message: z.string() });
const withId = z.object({ id: z.uuid() });
const mails = z.object({
  items: z.array(
    z.object({
      username: z.string(),
      kind: z.string(),
      state: z.string(),
      tries: z.number(),
      reason: z.string().nullable(),
    }),
  ),
});
const settings = z.looseObject({ hasPassword: z.boolean(), enabled: z.boolean() });

const holding = (text: string): unknown => expect.stringContaining(text);
const like = (shape: RegExp): unknown => expect.stringMatching(shape);

const SMTP_PASSWORD = 'smtp secret 4711';
const login: SMTPServerOptions = {
  onAuth: ({ username, password }, _session, done) => {
    if (username === 'gate' && password === SMTP_PASSWORD) done(null, { user: username });
    else done(Object.assign(new Error(`5.7.8 not you, ${password}`), { responseCode: 535 }));
  },
};

requires('ssh', 'openssl').describe('mail', () => {
  let harness: Harness;
  let certificate: Certificate;
  const servers: { stop: () => Promise<void> }[] = [];

  beforeAll(async () => {
    harness = await Harness.start();
    certificate = await makeCertificate();
    await harness.change('/me', { email: 'admin@example.org', language: 'en', timeZone: 'Asia/Shanghai' });
    return () => harness.stop();
  }, 60_000);
  afterEach(async () => {
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  async function serve(options: SMTPServerOptions = {}): Promise<MailServer> {
    const server = await MailServer.start({ authOptional: true, disabledCommands: ['STARTTLS'], ...options });
    servers.push(server);
    return server;
  }
  const set = (port: number, more: Record<string, unknown> = {}): Promise<z.infer<typeof settings>> =>
    harness.admin.call('PUT', '/settings/mail', settings, {
      enabled: true,
      host: '127.0.0.1',
      port,
      security: 'none',
      senderAddress: 'gatehouse@example.org',
      senderName: 'Gatehouse, the "gate"',
      consoleUrl: harness.product.url,
      ...more,
    });
  const test = (): Promise<z.infer<typeof outcome>> =>
    harness.admin.call('POST', '/settings/mail/test', outcome);
  const add = async (username: string, more: Record<string, unknown> = {}): Promise<string> => {
    const email = `${username}@example.org`;
    const body = {
      username,
      name: `Person ${username}`,
      email,
      role: 'user',
      mailPasswordLink: true,
      ...more,
    };
    return (await harness.admin.call('POST', '/users', withId, body)).id;
  };
  const anonymous = (path: string, body: unknown): Promise<Response> =>
    fetch(`${harness.product.url}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const stateOf = async (username: string, kind: string) => {
    const { items } = await harness.admin.call(
      'GET',
      `/settings/mail/mails?q=${username}&pageSize=200`,
      mails,
    );
    return items.find((mail) => mail.username === username && mail.kind === kind);
  };

  it('a test mail goes over plain SMTP, STARTTLS and TLS with an own authority and a login', async () => {
    const plain = await serve();
    await set(plain.port);
    expect(await test()).toMatchObject({ ok: true, message: like(/^250/) });
    const mail = await plain.mailTo('admin@example.org');
    expect(mail.subject).toBe('Gatehouse test mail');
    expect(mail.from?.value).toEqual([{ name: 'Gatehouse, the "gate"', address: 'gatehouse@example.org' }]);
    expect(mail.text).toContain('GMT+8');
    const { key, cert, ca } = certificate;
    const starttls = await serve({ ...login, key, cert, authOptional: false, disabledCommands: [] });
    const tls = await serve({ ...login, key, cert, authOptional: false, secure: true });
    for (const [security, server] of [
      ['starttls', starttls],
      ['tls', tls],
    ] as const) {
      const shown = await set(server.port, { security, ca, username: 'gate', password: SMTP_PASSWORD });
      expect(shown).toMatchObject({ hasPassword: true });
      expect(JSON.stringify(shown)).not.toContain(SMTP_PASSWORD);
      expect(await test()).toMatchObject({ ok: true });
      expect(server.mails).toHaveLength(1);
    }
    expect(await set(tls.port, { security: 'tls', ca, username: 'gate', password: '' })).toMatchObject({
      hasPassword: true,
    });
    expect(await test()).toMatchObject({ ok: true });
  }, 60_000);

  it('a stored password is not sent to another server', async () => {
    const { key, cert, ca } = certificate;
    const server = await serve({ ...login, key, cert, secure: true });
    await set(server.port, { security: 'tls', ca, username: 'gate', password: SMTP_PASSWORD });
    await expect(set(server.port + 1, { security: 'tls', ca, username: 'gate' })).rejects.toThrow(
      'password_again',
    );
    await expect(set(server.port, { security: 'none', username: 'gate' })).rejects.toThrow(
      'readable_password',
    );
  });

  it('says what the server refused with, and never the password', async () => {
    const { key, cert, ca } = certificate;
    const tls = await serve({ ...login, key, cert, authOptional: false, secure: true });
    await set(tls.port, { security: 'tls', ca, username: 'gate', password: 'wrong secret 99' });
    const refused = await test();
    expect(refused).toMatchObject({
      ok: false,
      message: holding('535 5.7.8 not you, [secret]'),
    });
    await set(tls.port, { security: 'tls', username: 'gate', password: SMTP_PASSWORD });
    expect(await test()).toMatchObject({ ok: false, message: like(/certificate/i) });
    const full = await serve({
      onRcptTo: (_address, _session, done) =>
        done(Object.assign(new Error('5.1.1 nobody <b>here</b>'), { responseCode: 550 })),
    });
    await set(full.port);
    expect(await test()).toMatchObject({
      ok: false,
      message: holding('550 5.1.1 nobody <b>here</b>'),
    });
    await set(full.port, { security: 'starttls' });
    expect(await test()).toMatchObject({ ok: false, message: holding('STARTTLS') });
    expect(harness.product.log).not.toContain('wrong secret 99');
  }, 60_000);

  it('a server that hangs is given up', async () => {
    const silent = await startSilentServer();
    servers.push(silent);
    await set(silent.port);
    expect(await test()).toMatchObject({ ok: false, message: like(/greeting|time/i) });
  }, 60_000);

  it('a new user sets the password by a link that works once; the mail is in their language and zone', async () => {
    const server = await serve();
    await set(server.port);
    await harness.change('/me', { name: 'The <i>admin</i>' });
    const id = await add('wang', { name: '王 <script>alert(1)</script>', language: 'zh-CN' });
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
    const server = await serve();
    await set(server.port, { enabled: false });
    const id = await checkedBy('imp1,One,imp1@example.org\nimp2,Two,imp2@example.org\nimp3,Three,\n');
    const run = (body: object): Promise<z.infer<typeof ran>> =>
      harness.admin.call('POST', `/users/imports/${id}/run`, ran, body);
    await expect(run({ mailPasswordLinks: true })).rejects.toThrow('mail_is_off');
    await set(server.port);
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

  it('a forgotten password is mended by mail and ends the logins; who has no account gets the same answer', async () => {
    const server = await serve();
    await set(server.port);
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
    const server = await serve();
    await set(server.port);
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
    const server = await serve();
    await set(server.port);
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
    await add('marker');
    await server.mailTo('marker@example.org');
    expect(server.mails.slice(taken).map(({ subject }) => subject)).toEqual(['Your Gatehouse account']);
  }, 60_000);

  it('an owner hears who added, renewed or deleted a key', async () => {
    const server = await serve();
    await set(server.port);
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

  it('tries again what was put off, and shows admins what failed and why', async () => {
    let asked = 0;
    const busy = await serve({
      onRcptTo: ({ address }, _session, done) => {
        if (address.startsWith('gone'))
          done(Object.assign(new Error('5.1.1 no such mailbox'), { responseCode: 550 }));
        else if (asked++ === 0)
          done(Object.assign(new Error('4.7.1 come back later'), { responseCode: 451 }));
        else done();
      },
    });
    await set(busy.port);
    await add('gone');
    await add('late');
    const failed = await until(async () => {
      const mail = await stateOf('gone', 'welcome');
      return mail?.state === 'failed' ? mail : undefined;
    });
    expect(failed).toMatchObject({ tries: 1, reason: holding('550 5.1.1 no such mailbox') });
    await busy.mailTo('late@example.org');
    await until(async () => ((await stateOf('late', 'welcome'))?.state === 'sent' ? true : undefined));
    expect(await stateOf('late', 'welcome')).toMatchObject({ tries: 2, reason: null });
  }, 90_000);

  it('off means off: nothing is queued, and no link is promised', async () => {
    const server = await serve();
    await set(server.port, { enabled: false });
    const joe = await harness.addPerson('joe');
    expect((await anonymous('/auth/forgotten-password', { username: 'joe' })).status).toBe(204);
    await expect(harness.admin.do('POST', `/users/${joe.id}/password-link`)).rejects.toThrow('mail_is_off');
    await expect(add('jim')).rejects.toThrow('mail_is_off');
    expect(await stateOf('joe', 'key-changed')).toBeUndefined();
    expect(await stateOf('joe', 'password-reset')).toBeUndefined();
    expect(server.mails).toEqual([]);
  });

  it('headers hold against names that would add some', async () => {
    const server = await serve();
    await set(server.port);
    await expect(add('eve', { name: 'Eve\r\nBcc: x@example.com' })).rejects.toThrow('control_characters');
    await add('quo', { name: 'Quo" <x@example.com>, "y', email: '"a,b"@example.org' });
    const mail = await until(() => server.mails[0]);
    expect(mail.to).toMatchObject({ value: [{ name: 'Quo" <x@example.com>, "y' }] });
    expect(mail.cc).toBeUndefined();
    expect(mail.bcc).toBeUndefined();
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
