import { join } from 'node:path';
import { io, type Socket } from 'socket.io-client';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { SOCKET_PATH, TERMINAL_NAMESPACE } from '#libs/contracts';
import { requires } from '../hosts/index.js';
import { Harness, type Person, type Way } from './harness.js';
import type { SshClient } from './ssh.js';
import type { Terminal } from './terminal.js';
import { makeRawKey, sendSigned } from './wire/login.js';
import { RawSsh } from './wire/raw-ssh.js';

const MOST = 3;
const PATIENCE = { timeout: 10_000 };

requires('hosts', 'ssh').describe(`what one person has at once, at most ${MOST} of each here`, () => {
  let harness: Harness;
  let alice: Way;
  let bob: Person;
  const rawKey = makeRawKey();
  const terminals: Terminal[] = [];
  const sockets: Socket[] = [];

  beforeAll(async () => {
    harness = await Harness.start({ env: { GATEHOUSE_PER_PERSON: String(MOST) } });
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const accounts = [{ username: 'dev', publicKey: systemKey.public }];
    const host = await harness.startHost({ name: 'web-01', accounts });
    alice = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    await harness.addPublicKey(alice.person.id, rawKey.line);
    bob = await harness.addPerson('bob');
    await harness.addRule([bob.id], [alice.assetId], [alice.systemUserId]);
  });
  afterEach(async () => {
    for (const terminal of terminals.splice(0)) await terminal.close();
    for (const socket of sockets.splice(0)) socket.disconnect();
    const online = async (): Promise<number> => (await harness.sessions('&state=online')).length;
    await expect.poll(online, PATIENCE).toBe(0);
  });

  async function open(ssh: SshClient, prompt: string, options: readonly string[] = []): Promise<Terminal> {
    const terminal = ssh.terminal(undefined, options);
    terminals.push(terminal);
    await terminal.waitFor(prompt);
    return terminal;
  }

  /** Why the door of the console's sockets refused; null: it let in. */
  async function knock(cookie: string): Promise<string | null> {
    const { url } = harness.product;
    const socket = io(`${url}${TERMINAL_NAMESPACE}`, {
      path: SOCKET_PATH,
      transports: ['websocket'],
      forceNew: true,
      extraHeaders: { cookie, origin: url },
    });
    sockets.push(socket);
    return new Promise((resolve) => {
      socket.once('connect', () => resolve(null));
      socket.once('connect_error', (error) => resolve(error.message));
    });
  }

  it('connections: one more is turned away in words, somebody else is not, and the next gets in when one has gone', async () => {
    const ssh = await harness.ssh(alice.person);
    const menus = [];
    for (let count = 0; count < MOST; count++) menus.push(await open(ssh, 'Gatehouse> '));
    const words = `You have ${MOST} connections to this gateway at once, and nobody gets more.`;
    const begun = performance.now();
    const refused = await ssh.exec();
    expect(refused).toMatchObject({ status: 255, text: '' });
    expect(refused.stderr).toContain(words);
    const straight = await ssh.as({ login: 'alice@dev@web-01' }).exec('hostname');
    expect(straight.stderr).toContain(words);
    expect(straight.text).toBe('');
    // one that asks for nothing goes too
    const idle = await ssh.exec(undefined, ['-N']);
    expect(idle.status).toBe(255);
    expect(performance.now() - begun).toBeLessThan(10_000);

    const other = await harness.ssh(bob, 'bob@dev@web-01');
    expect((await other.exec('hostname')).text).toBe('web-01\n');
    menus[0]?.line('q');
    await menus[0]?.untilEnded();
    const again = await ssh.as({ login: 'alice@dev@web-01' }).exec('hostname');
    expect(again.text).toBe('web-01\n');
  });

  it('connections: who leaves in the middle of a login keeps no place', async () => {
    const { address, sshPort } = harness.product;
    for (let count = 0; count < 4 * MOST; count++) {
      const client = await RawSsh.atLogin(address, sshPort);
      sendSigned(client, { username: 'alice', key: rawKey });
      client.socket.end();
      expect(await client.closesWithin(5_000)).toBe(true);
    }
    const ssh = await harness.ssh(alice.person, 'alice@dev@web-01');
    expect((await ssh.exec('hostname')).text).toBe('web-01\n');
  });

  it('sessions: one more on the same connection is refused in the language of its person, and leaves no row', async () => {
    await harness.change(`/users/${alice.person.id}`, { language: 'zh-CN' });
    const ssh = await harness.ssh(alice.person, 'alice@dev@web-01');
    const control = ['-o', `ControlPath=${join(harness.keys.folder, 'many')}`];
    const first = await open(ssh, '$ ', ['-o', 'ControlMaster=yes', ...control]);
    const slave = ['-o', 'ControlMaster=no', ...control];
    for (let count = 1; count < MOST; count++) await open(ssh, '$ ', slave);
    const before = (await harness.sessions()).length;
    const refused = await ssh.exec('hostname', slave);
    expect(refused).toMatchObject({ status: 1, text: '' });
    expect(refused.stderr).toContain(`您在此网关上已有 ${MOST} 个会话，已达上限`);
    expect((await harness.sessions()).length).toBe(before);

    const other = await harness.ssh(bob, 'bob@dev@web-01');
    expect((await other.exec('hostname')).text).toBe('web-01\n');
    const last = terminals.at(-1);
    last?.line('exit');
    await last?.untilEnded();
    await expect.poll(async () => (await ssh.exec('hostname', slave)).text, PATIENCE).toBe('web-01\n');
    first.line('exit');
    await harness.change(`/users/${alice.person.id}`, { language: null });
  });

  it('sockets of consoles: the door says so', async () => {
    const cookie = await harness.consoleCookie(alice.person);
    for (let count = 0; count < MOST; count++) expect(await knock(cookie)).toBeNull();
    expect(await knock(cookie)).toBe('too_many_sockets');
    expect(await knock(await harness.consoleCookie(bob))).toBeNull();
    sockets[0]?.disconnect();
    await expect.poll(() => knock(cookie), PATIENCE).toBeNull();
  });
});
