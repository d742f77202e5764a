import { afterEach, beforeAll, expect, it } from 'vitest';
import type { SMTPServerOptions } from 'smtp-server';
import { z } from 'zod';
import { requires } from '../hosts/index.js';
import { Harness } from './harness.js';
import { MailDesk } from './mail-desk.js';
import { makeCertificate, startSilentServer, until, type Certificate } from './mail-server.js';

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
  let desk: MailDesk;
  let certificate: Certificate;
  const servers: { stop: () => Promise<void> }[] = [];

  beforeAll(async () => {
    harness = await Harness.start();
    desk = new MailDesk(harness);
    certificate = await makeCertificate();
    await harness.change('/me', { email: 'admin@example.org', language: 'en', timeZone: 'Asia/Shanghai' });
    return () => harness.stop();
  }, 60_000);
  afterEach(async () => {
    await desk.clear();
    await Promise.all(servers.splice(0).map((server) => server.stop()));
  });

  const anonymous = (path: string, body: unknown): Promise<Response> =>
    fetch(`${harness.product.url}/api/v1${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  it('a test mail goes over plain SMTP, STARTTLS and TLS with an own authority and a login', async () => {
    const plain = await desk.serve();
    await desk.set(plain.port);
    expect(await desk.test()).toMatchObject({ ok: true, message: like(/^250/) });
    const mail = await plain.mailTo('admin@example.org');
    expect(mail.subject).toBe('Gatehouse test mail');
    expect(mail.from?.value).toEqual([{ name: 'Gatehouse, the "gate"', address: 'gatehouse@example.org' }]);
    expect(mail.text).toContain('GMT+8');
    const { key, cert, ca } = certificate;
    const starttls = await desk.serve({ ...login, key, cert, authOptional: false, disabledCommands: [] });
    const tls = await desk.serve({ ...login, key, cert, authOptional: false, secure: true });
    for (const [security, server] of [
      ['starttls', starttls],
      ['tls', tls],
    ] as const) {
      const shown = await desk.set(server.port, { security, ca, username: 'gate', password: SMTP_PASSWORD });
      expect(shown).toMatchObject({ hasPassword: true });
      expect(JSON.stringify(shown)).not.toContain(SMTP_PASSWORD);
      expect(await desk.test()).toMatchObject({ ok: true });
      expect(server.mails).toHaveLength(1);
    }
    expect(await desk.set(tls.port, { security: 'tls', ca, username: 'gate', password: '' })).toMatchObject({
      hasPassword: true,
    });
    expect(await desk.test()).toMatchObject({ ok: true });
    const page = z.object({ items: z.array(z.object({ actorName: z.string(), after: z.unknown() })) });
    const asked = await harness.admin.call('GET', '/operations?action=settings.test-mail', page);
    expect(asked.items).toHaveLength(4);
    expect(asked.items[0]).toEqual({ actorName: 'admin', after: { email: 'admin@example.org' } });
  }, 60_000);

  it('a stored password is not sent to another server', async () => {
    const { key, cert, ca } = certificate;
    const server = await desk.serve({ ...login, key, cert, secure: true });
    await desk.set(server.port, { security: 'tls', ca, username: 'gate', password: SMTP_PASSWORD });
    await expect(desk.set(server.port + 1, { security: 'tls', ca, username: 'gate' })).rejects.toThrow(
      'password_again',
    );
    await expect(desk.set(server.port, { security: 'none', username: 'gate' })).rejects.toThrow(
      'readable_password',
    );
  });

  it('says what the server refused with, and never the password', async () => {
    const { key, cert, ca } = certificate;
    const tls = await desk.serve({ ...login, key, cert, authOptional: false, secure: true });
    await desk.set(tls.port, { security: 'tls', ca, username: 'gate', password: 'wrong secret 99' });
    const refused = await desk.test();
    expect(refused).toMatchObject({
      ok: false,
      message: holding('535 5.7.8 not you, [secret]'),
    });
    await desk.set(tls.port, { security: 'tls', username: 'gate', password: SMTP_PASSWORD });
    expect(await desk.test()).toMatchObject({ ok: false, message: like(/certificate/i) });
    const full = await desk.serve({
      onRcptTo: (_address, _session, done) =>
        done(Object.assign(new Error('5.1.1 nobody <b>here</b>'), { responseCode: 550 })),
    });
    await desk.set(full.port);
    expect(await desk.test()).toMatchObject({
      ok: false,
      message: holding('550 5.1.1 nobody <b>here</b>'),
    });
    await desk.set(full.port, { security: 'starttls' });
    expect(await desk.test()).toMatchObject({ ok: false, message: holding('STARTTLS') });
    expect(harness.product.log).not.toContain('wrong secret 99');
  }, 60_000);

  it('a server that hangs is given up', async () => {
    const silent = await startSilentServer();
    servers.push(silent);
    await desk.set(silent.port);
    expect(await desk.test()).toMatchObject({ ok: false, message: like(/greeting|time/i) });
  }, 60_000);

  it('tries again what was put off, and shows admins what failed and why', async () => {
    let asked = 0;
    const busy = await desk.serve({
      onRcptTo: ({ address }, _session, done) => {
        if (address.startsWith('gone'))
          done(Object.assign(new Error('5.1.1 no such mailbox'), { responseCode: 550 }));
        else if (asked++ === 0)
          done(Object.assign(new Error('4.7.1 come back later'), { responseCode: 451 }));
        else done();
      },
    });
    await desk.set(busy.port);
    await desk.add('gone');
    await desk.add('late');
    const failed = await until(async () => {
      const mail = await desk.stateOf('gone', 'welcome');
      return mail?.state === 'failed' ? mail : undefined;
    });
    expect(failed).toMatchObject({ tries: 1, reason: holding('550 5.1.1 no such mailbox') });
    await busy.mailTo('late@example.org');
    await until(async () => ((await desk.stateOf('late', 'welcome'))?.state === 'sent' ? true : undefined));
    expect(await desk.stateOf('late', 'welcome')).toMatchObject({ tries: 2, reason: null });
  }, 90_000);

  it('off means off: nothing is queued, and no link is promised', async () => {
    const server = await desk.serve();
    await desk.set(server.port, { enabled: false });
    const joe = await harness.addPerson('joe');
    expect((await anonymous('/auth/forgotten-password', { username: 'joe' })).status).toBe(204);
    await expect(harness.admin.do('POST', `/users/${joe.id}/password-link`)).rejects.toThrow('mail_is_off');
    await expect(desk.add('jim')).rejects.toThrow('mail_is_off');
    expect(await desk.stateOf('joe', 'key-changed')).toBeUndefined();
    expect(await desk.stateOf('joe', 'password-reset')).toBeUndefined();
    expect(server.mails).toEqual([]);
  });

  it('headers hold against names that would add some', async () => {
    const server = await desk.serve();
    await desk.set(server.port);
    await expect(desk.add('eve', { name: 'Eve\r\nBcc: x@example.com' })).rejects.toThrow(
      'control_characters',
    );
    await desk.add('quo', { name: 'Quo" <x@example.com>, "y', email: '"a,b"@example.org' });
    const mail = await until(() => server.mails[0]);
    expect(mail.to).toMatchObject({ value: [{ name: 'Quo" <x@example.com>, "y' }] });
    expect(mail.cc).toBeUndefined();
    expect(mail.bcc).toBeUndefined();
  }, 60_000);
});
