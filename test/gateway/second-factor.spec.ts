import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { requires, run, type Host, type Outcome } from '../hosts/index.js';
import { attemptsOf, enrol, nextCode, type Enrolled } from './enrolled.js';
import { Harness, type Person } from './harness.js';
import { RestClient } from './rest.js';
import { SshClient } from './ssh.js';
import { MESSAGE } from './wire/encoding.js';
import { beginDialogue, readReply, sendAnswers, tryPassword } from './wire/login.js';
import { RawSsh } from './wire/raw-ssh.js';

const { userauthFailure: REFUSED, userauthSuccess: IN } = MESSAGE;

/** Answers ssh's questions: the password to one for a password, else the code. Writes down what was asked. */
const ASKPASS = `#!/bin/sh
echo "$1" >> "$GH_ASKED"
case "$1" in *assword*) echo "$GH_PASSWORD" ;; *) echo "$GH_CODE" ;; esac
`;

requires('hosts', 'ssh').describe('second factor over SSH', () => {
  let harness: Harness;
  let host: Host;
  let assetId: string;
  let systemUserId: string;
  const clients: RawSsh[] = [];

  beforeAll(async () => {
    harness = await Harness.start({ gateways: 2 });
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    host = await harness.startHost({
      name: 'web-01',
      accounts: [{ username: 'dev', publicKey: systemKey.public }],
    });
    const way = await harness.openWay({ username: 'plain', assetName: 'web-01', host, systemKey });
    ({ assetId, systemUserId } = way);
    await writeFile(join(harness.keys.folder, 'askpass'), ASKPASS);
    await chmod(join(harness.keys.folder, 'askpass'), 0o755);
  });
  afterEach(() => clients.splice(0).forEach((client) => client.end()));

  /** Somebody with an app and a rule for the asset. The code that the app shows next was not used yet. */
  async function addEnrolled(username: string): Promise<Enrolled> {
    const person = await harness.addPerson(username);
    await harness.addRule([person.id], [assetId], [systemUserId]);
    return { ...person, app: await enrol(harness, person) };
  }

  /** ssh whose questions are answered by a program (SSH_ASKPASS, ssh(1)), as a person would. */
  async function sshAsking(
    client: SshClient,
    command: string | undefined,
    options: string[],
    answers: { password?: string; code?: string },
  ): Promise<Outcome & { asked: string[] }> {
    const log = join(harness.keys.folder, `asked-${Math.random()}`);
    await writeFile(log, '');
    const env = {
      ...process.env,
      SSH_ASKPASS: join(harness.keys.folder, 'askpass'),
      SSH_ASKPASS_REQUIRE: 'force',
      GH_ASKED: log,
      GH_PASSWORD: answers.password ?? '',
      GH_CODE: answers.code ?? '',
    };
    const outcome = await run('ssh', client.args(command, options), { env });
    return { ...outcome, asked: (await readFile(log, 'utf8')).split('\n').filter(Boolean) };
  }

  const preferring = (...methods: string[]): string[] => [
    ...['-o', `PreferredAuthentications=${methods.join(',')}`, '-o', 'NumberOfPasswordPrompts=1'],
  ];
  const withKey = ({ key }: Person): string[] => [
    ...['-i', key.file, ...preferring('publickey', 'keyboard-interactive')],
  ];

  async function sshOf(person: Person, login = person.username): Promise<SshClient> {
    const { key: _, ...door } = harness.door(person, login);
    return SshClient.at(door, harness.keys);
  }

  async function atLogin(): Promise<RawSsh> {
    const client = await RawSsh.atLogin(harness.product.address, harness.product.sshPort);
    clients.push(client);
    return client;
  }

  it('key, then code: a command on an asset', async () => {
    const ann = await addEnrolled('ann');
    const client = await sshOf(ann, 'ann@dev@web-01');
    const answer = await sshAsking(client, 'id -un; exit 3', withKey(ann), { code: nextCode(ann) });
    expect(answer).toMatchObject({ text: 'dev\n', status: 3 });
    expect(answer.asked).toHaveLength(1);
    expect(answer.asked[0]).toContain('Code of your authenticator app, or a recovery code');
    expect(await attemptsOf(harness, 'ann')).toMatchObject([{ method: 'publickey+totp', succeeded: true }]);
  });

  it('key, then code, typed at a terminal: the menu and a shell by direct login', async () => {
    const ben = await addEnrolled('ben');
    for (const [login, shows] of [
      ['ben', 'Welcome to Gatehouse'],
      ['ben@dev@web-01', '$'],
    ] as const) {
      const terminal = (await sshOf(ben, login)).terminal(undefined, withKey(ben));
      await terminal.waitFor('or a recovery code:');
      terminal.line(login === 'ben' ? nextCode(ben) : (ben.app.recoveryCodes[0] ?? ''));
      await terminal.waitFor(shows);
      await terminal.close();
    }
  });

  it('password, then code, and both in one dialogue', async () => {
    const cleo = await addEnrolled('cleo');
    const client = await sshOf(cleo, 'cleo@dev@web-01');
    const { password } = cleo;
    const first = await sshAsking(client, 'id -un', preferring('password', 'keyboard-interactive'), {
      password,
      code: nextCode(cleo),
    });
    expect(first).toMatchObject({ text: 'dev\n', status: 0 });
    expect(first.asked).toHaveLength(2);
    const second = await sshAsking(client, 'id -un', preferring('keyboard-interactive'), {
      password,
      code: cleo.app.recoveryCodes[0] ?? '',
    });
    expect(second).toMatchObject({ text: 'dev\n', status: 0 });
    expect(second.asked).toHaveLength(2);
    const methods = (await attemptsOf(harness, 'cleo')).map(({ method }) => method);
    expect(methods).toEqual(['password+recovery-code', 'password+totp']);
  });

  it('one login carries many channels: ControlMaster asks once', async () => {
    const dora = await addEnrolled('dora');
    const client = await sshOf(dora, 'dora@dev@web-01');
    const socket = join(harness.keys.folder, 'mux');
    const master = ['-o', 'ControlMaster=auto', '-o', `ControlPath=${socket}`, '-o', 'ControlPersist=yes'];
    const first = await sshAsking(client, 'echo one', [...withKey(dora), ...master, '-n'], {
      code: nextCode(dora),
    });
    expect(first).toMatchObject({ text: 'one\n', status: 0 });
    const more = ['two', 'three'].map((word) =>
      client.exec(`echo ${word}`, ['-o', `ControlPath=${socket}`, '-o', 'ControlMaster=no']),
    );
    expect((await Promise.all(more)).map(({ text }) => text)).toEqual(['two\n', 'three\n']);
    await run('ssh', client.args(undefined, ['-O', 'exit', '-o', `ControlPath=${socket}`]));
    expect((await client.exec('echo four', withKey(dora))).status).toBe(255);
  });

  it('a key or a password alone opens nothing, for any kind of channel', async () => {
    const emil = await addEnrolled('emil');
    for (const login of ['emil', 'emil@dev@web-01']) {
      const client = await sshOf(emil, login);
      for (const [command, options] of [
        ['true', []],
        [undefined, []],
        ['sftp', ['-s']],
      ] as const) {
        const answer = await client.exec(command, [...withKey(emil), ...options]);
        expect({ status: answer.status, text: answer.text }).toEqual({ status: 255, text: '' });
        expect(answer.stderr).toContain('Permission denied (keyboard-interactive)');
      }
    }
    const onlyPassword = await sshAsking(await sshOf(emil), 'true', preferring('password'), emil);
    expect(onlyPassword).toMatchObject({ status: 255 });
    const sessions = await harness.sessions();
    expect(sessions.filter((row) => JSON.stringify(row).includes('emil'))).toEqual([]);
    // and auditors see that somebody stopped where the code was asked
    await expect
      .poll(async () => (await attemptsOf(harness, 'emil')).map(({ reason }) => reason))
      .toContain('no code given');
    expect((await attemptsOf(harness, 'emil')).some(({ succeeded }) => succeeded)).toBe(false);
  });

  it('a wrong code and one that was used are refused', async () => {
    const fay = await addEnrolled('fay');
    const client = await sshOf(fay, 'fay@dev@web-01');
    const code = nextCode(fay);
    const wrong = await sshAsking(client, 'true', withKey(fay), { code: fay.app.wrongCode(new Date()) });
    expect(wrong).toMatchObject({ status: 255 });
    expect(await sshAsking(client, 'true', withKey(fay), { code })).toMatchObject({ status: 0 });
    expect(await sshAsking(client, 'true', withKey(fay), { code })).toMatchObject({ status: 255 });
    expect((await attemptsOf(harness, 'fay')).map(({ method, reason }) => ({ method, reason }))).toEqual([
      { method: 'publickey+code', reason: 'code used before' },
      { method: 'publickey+totp', reason: null },
      { method: 'publickey+code', reason: 'wrong code' },
    ]);
  });

  it('one code lets one of two logins in, at two gateways at once', async () => {
    const gus = await addEnrolled('gus');
    const code = nextCode(gus);
    const logins = await Promise.all(
      Array.from({ length: 4 }, async () => {
        const client = await atLogin();
        expect(await tryPassword(client, 'gus', gus.password)).toBe(REFUSED);
        expect((await beginDialogue(client, 'gus')).prompts).toHaveLength(1);
        return client;
      }),
    );
    for (const client of logins) sendAnswers(client, code);
    const replies = await Promise.all(logins.map((client) => readReply(client)));
    expect(replies.filter(({ message }) => message === IN)).toHaveLength(1);
    expect(replies.filter(({ message }) => message === REFUSED)).toHaveLength(3);
  });

  it('wrong codes are throttled together with those of the console, whatever key or password comes first', async () => {
    const hana = await addEnrolled('hana');
    const wrong = hana.app.wrongCode(new Date());
    for (let count = 0; count < 5; count++) {
      const client = await atLogin();
      await tryPassword(client, 'hana', hana.password);
      await beginDialogue(client, 'hana');
      sendAnswers(client, wrong);
      expect((await readReply(client)).message).toBe(REFUSED);
    }
    const right = { code: hana.app.recoveryCodes[0] ?? '' };
    const over = await sshAsking(await sshOf(hana, 'hana@dev@web-01'), 'true', withKey(hana), right);
    expect(over.status).toBe(255);
    const login = { username: 'hana', password: hana.password, ...right };
    const anonymous = (): Promise<unknown> =>
      RestClient.anonymous(harness.product.url).do('POST', '/auth/login', login);
    await expect(anonymous()).rejects.toThrow('429 too_many_tries');
    await harness.admin.do('POST', `/users/${hana.id}/unlock`);
    await anonymous();
  });

  it('who must have one and has none is told to set it up in the console, and gets in after that', async () => {
    const ivan = await harness.addPerson('ivan');
    await harness.addRule([ivan.id], [assetId], [systemUserId]);
    await harness.change(`/users/${ivan.id}`, { secondFactorRequired: true });
    const client = await sshOf(ivan, 'ivan@dev@web-01');
    for (const [options, answers] of [
      [withKey(ivan), {}],
      [preferring('password', 'keyboard-interactive'), { password: ivan.password }],
      [preferring('keyboard-interactive'), { password: ivan.password }],
    ] as const) {
      const refused = await sshAsking(client, 'true', [...options], answers);
      expect(refused.status).toBe(255);
      expect(refused.stderr).toContain('Set it up in the console first, then log in again.');
    }
    expect((await attemptsOf(harness, 'ivan')).map(({ reason }) => reason)).toEqual(
      Array.from({ length: 3 }, () => 'second factor not set up'),
    );
    const app = await enrol(harness, ivan);
    const code = nextCode({ ...ivan, app });
    expect(await sshAsking(client, 'id -un', withKey(ivan), { code })).toMatchObject({ text: 'dev\n' });
  });

  it('is asked for in the user’s language', async () => {
    const judy = await addEnrolled('judy');
    const rest = await RestClient.login(
      harness.product.url,
      judy.username,
      judy.password,
      judy.app.recoveryCodes[0],
    );
    await rest.do('PATCH', '/me', { language: 'zh-CN' });
    const client = await atLogin();
    await tryPassword(client, 'judy', judy.password);
    expect((await beginDialogue(client, 'judy')).prompts).toEqual(['动态验证码或恢复码：']);
  });
});
