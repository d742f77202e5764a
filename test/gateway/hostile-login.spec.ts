import { readFile } from 'node:fs/promises';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { requires, run } from '../hosts/index.js';
import { Harness, type Person } from './harness.js';
import { openChannel } from './wire/channel.js';
import { byte, MESSAGE, string, uint32 } from './wire/encoding.js';
import { askMethods, makeRawKey, offerKey, signIn, tryPassword } from './wire/login.js';
import { RawSsh } from './wire/raw-ssh.js';

const { userauthFailure: REFUSED, userauthSuccess: IN, publicKeyOk: WOULD_DO } = MESSAGE;

requires('ssh').describe('logins that are none', () => {
  let harness: Harness;
  let alice: Person;
  const key = makeRawKey();
  const clients: RawSsh[] = [];

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    alice = await harness.addPerson('alice');
    await harness.addPerson('bob');
    await harness.addPublicKey(alice.id, key.line);
  });
  afterEach(() => clients.splice(0).forEach((client) => client.end()));

  async function atLogin(): Promise<RawSsh> {
    const client = await RawSsh.atLogin(harness.product.address, harness.product.sshPort);
    clients.push(client);
    return client;
  }

  /** Whether the server opens a session channel now. A closed connection is a no. */
  async function opensChannel(client: RawSsh): Promise<boolean> {
    return openChannel(client).then(
      (channel) => channel !== undefined,
      () => false,
    );
  }

  it('lets the same key in when it is signed as it should be', async () => {
    const client = await atLogin();
    expect(await signIn(client, { username: 'alice', key })).toBe(IN);
    expect(await opensChannel(client)).toBe(true);
  });

  it('an offer without a signature opens nothing', async () => {
    const client = await atLogin();
    expect(await offerKey(client, { username: 'alice', key })).toBe(WOULD_DO);
    expect(await opensChannel(client)).toBe(false);
  });

  it('an offer without a signature does not help the next method', async () => {
    const client = await atLogin();
    await offerKey(client, { username: 'alice', key });
    expect(await askMethods(client, 'alice')).not.toContain('success');
    expect(await tryPassword(client, 'alice', 'wrong')).toBe(REFUSED);
    expect(await opensChannel(client)).toBe(false);
  });

  it.each([
    ['a signature over another session id', { sessionId: Buffer.alloc(32, 7) }],
    ['a signature for another user name', { signedUsername: 'bob' }],
    ['an ed25519 key named rsa-sha2-256', { algorithm: 'rsa-sha2-256' }],
    [
      'an ed25519 key named rsa-sha2-256 with an ed25519 signature',
      { algorithm: 'rsa-sha2-256', signatureFormat: 'ssh-ed25519' },
    ],
    ['an ed25519 key whose signature is named rsa-sha2-512', { signatureFormat: 'rsa-sha2-512' }],
    ['an ed25519 key named as a certificate', { algorithm: 'ssh-ed25519-cert-v01@openssh.com' }],
    ['an ed25519 key named as a security key', { algorithm: 'sk-ssh-ed25519@openssh.com' }],
    ['a blob with bytes after its end', { blob: Buffer.concat([key.blob, Buffer.from([0, 0, 0, 0])]) }],
    ['half a blob', { blob: key.blob.subarray(0, 30) }],
    ['an empty blob', { blob: Buffer.alloc(0) }],
    ['a text for a blob', { blob: Buffer.from(key.line) }],
  ])('refuses %s', async (_, trick) => {
    const client = await atLogin();
    const answer = await signIn(client, { username: 'alice', key, ...trick }).catch(() => REFUSED);
    expect(answer).toBe(REFUSED);
    expect(await opensChannel(client)).toBe(false);
  });

  it('refuses a certificate that wraps a registered key, and one signed by a certificate', async () => {
    const user = await harness.keys.make('certified');
    await harness.addPublicKey(alice.id, user.public);
    const authority = await harness.keys.make('authority');
    const sign = ['-q', '-I', 'alice', '-n', 'alice', '-V', '+1h'];
    await run('ssh-keygen', [...sign, '-s', authority.file, `${user.file}.pub`]);
    const certificate = `${user.file}-cert.pub`;
    expect(await readFile(certificate, 'utf8')).toContain('cert-v01');
    const ssh = await harness.ssh(alice);
    const withCertificate = ['-i', user.file, '-o', `CertificateFile=${certificate}`, '-v'];
    const only = ['-o', 'PubkeyAcceptedAlgorithms=ssh-ed25519-cert-v01@openssh.com'];
    const answer = await ssh.as({ key: undefined }).exec('true', [...withCertificate, ...only]);
    expect(answer.status).toBe(255);
    expect(answer.stderr).toContain('Permission denied');
    const blob = Buffer.from((await readFile(certificate, 'utf8')).split(' ')[1] ?? '', 'base64');
    const client = await atLogin();
    const login = { username: 'alice', key, algorithm: 'ssh-ed25519-cert-v01@openssh.com', blob };
    expect(await signIn(client, { ...login, signatureFormat: 'ssh-ed25519' }).catch(() => REFUSED)).toBe(
      REFUSED,
    );
  });

  it('what one name proved does not count for the next one', async () => {
    const client = await atLogin();
    expect(await offerKey(client, { username: 'alice', key })).toBe(WOULD_DO);
    for (const trick of [{}, { signedUsername: 'alice' }]) {
      const answer = await signIn(client, { username: 'bob', key, ...trick }).catch(() => MESSAGE.disconnect);
      expect([REFUSED, MESSAGE.disconnect]).toContain(answer);
    }
    expect(await opensChannel(client)).toBe(false);
  });

  it('says the same about a user that exists and one that does not', async () => {
    const [known, unknown] = [await atLogin(), await atLogin()];
    expect(await askMethods(known, 'alice')).toEqual(await askMethods(unknown, 'nobody-of-that-name'));
    expect(await tryPassword(known, 'alice', 'wrong')).toBe(
      await tryPassword(unknown, 'nobody-of-that-name', 'wrong'),
    );
    const stranger = makeRawKey();
    expect(await offerKey(known, { username: 'alice', key: stranger })).toBe(
      await offerKey(unknown, { username: 'nobody-of-that-name', key: stranger }),
    );
  });

  it('closes the connection after a few tries, also when the name changes each time', async () => {
    for (const nameOf of [() => 'bob', (count: number) => (count % 2 ? 'bob' : `somebody-${count}`)]) {
      const client = await atLogin();
      let tries = 0;
      while (tries < 30 && !client.isClosed) {
        const answer = await tryPassword(client, nameOf(tries), 'wrong').catch(() => MESSAGE.disconnect);
        if (answer === MESSAGE.disconnect) break;
        tries++;
      }
      expect(tries).toBeLessThanOrEqual(10);
      expect(await client.closesWithin(1000)).toBe(true);
    }
  });

  it.each([
    ['empty', ''],
    ['with a NUL', 'alice\0'],
    ['with a newline', 'alice\nroot'],
    ['of 100 KB', 'a'.repeat(100_000)],
    ['with SQL in it', "alice' OR '1'='1"],
    ['of bytes that are not UTF-8', '\udcff'],
  ])('refuses a user name %s', async (_, username) => {
    const client = await atLogin();
    const answer = await tryPassword(client, username, alice.password).catch(() => REFUSED);
    expect([REFUSED, MESSAGE.disconnect]).toContain(answer);
    expect(await opensChannel(client)).toBe(false);
  });

  it('opens no channel and grants no global request before a login', async () => {
    const client = await atLogin();
    client.send(
      Buffer.concat([byte(MESSAGE.globalRequest), string('tcpip-forward'), byte(1), string(''), uint32(0)]),
    );
    expect(await opensChannel(client)).toBe(false);
  });

  it('ignores what a logged-in client asks of the login service', async () => {
    const client = await atLogin();
    await signIn(client, { username: 'alice', key });
    const request = ['bob', 'ssh-connection', 'password'].map(string);
    client.send(Buffer.concat([byte(MESSAGE.userauthRequest), ...request, byte(0), string('x')]));
    const channel = await openChannel(client).catch(() => undefined);
    // Either the connection is closed, or it goes on as alice's (RFC 4252 section 5.1).
    if (channel !== undefined) expect((await harness.admin.send('GET', '/users')).status).toBe(200);
  });
});
