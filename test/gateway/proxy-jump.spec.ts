import { createServer } from 'node:net';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, expect, it } from 'vitest';
import { portOf, requires, run, type Host, type Outcome } from '../hosts/index.js';
import { Harness, type Way } from './harness.js';
import type { KeyPair } from './key-ring.js';
import { forwardTo, openChannel } from './wire/channel.js';
import { makeRawKey, signIn } from './wire/login.js';
import { RawSsh } from './wire/raw-ssh.js';

requires('hosts', 'ssh').describe('ProxyJump', () => {
  let harness: Harness;
  let host: Host;
  let systemKey: KeyPair;
  let way: Way;
  let config: string;
  const rawKey = makeRawKey();
  const raw: RawSsh[] = [];

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    systemKey = await harness.keys.make('system');
    const accounts = [{ username: 'dev', publicKey: systemKey.public }];
    host = await harness.startHost({ name: 'web-01', accounts });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    await harness.addPublicKey(way.person.id, rawKey.line);
    config = await writeConfig(way.person.key.file);
  });
  afterEach(() => raw.splice(0).forEach((client) => client.end()));

  /** The lines that the documentation gives, with a file of known hosts that has one line for all. */
  async function writeConfig(keyFile: string): Promise<string> {
    const known = join(harness.keys.folder, 'known');
    await writeFile(known, harness.hostKeys.map((key) => `gatehouse ${key}\n`).join(''));
    const file = join(harness.keys.folder, 'config');
    const lines = [
      'Host gateway',
      `HostName ${harness.product.address}`,
      `Port ${harness.product.sshPort}`,
      'User alice',
      `IdentityFile ${keyFile}`,
      'Host *',
      'HostKeyAlias gatehouse',
      `UserKnownHostsFile ${known}`,
      'StrictHostKeyChecking yes',
      'BatchMode yes',
      'IdentitiesOnly yes',
      'IdentityAgent none',
    ];
    await writeFile(file, `${lines.join('\n')}\n`);
    return file;
  }

  function jump(destination: string, command: string, ...options: string[]): Promise<Outcome> {
    return run('ssh', ['-F', config, '-J', 'gateway', ...options, destination, command]);
  }

  it('is one line of configuration: as the system user, with output, status and one known host', async () => {
    const answer = await jump('dev@web-01', 'id -un; hostname; cat; echo e >&2; exit 3');
    expect(answer).toMatchObject({ text: 'dev\nweb-01\n', stderr: 'e\n', status: 3 });
    expect((await jump(`dev@${host.address}`, 'hostname')).text).toBe('web-01\n');
    expect((await jump('dev@WEB-01', 'hostname')).text).toBe('web-01\n');
    // with one's own name before it, as for a direct login
    expect((await jump('alice@dev@web-01', 'id -un')).text).toBe('dev\n');
    expect((await jump('Alice#dev@web-01', 'id -un')).text).toBe('dev\n');
  });

  it('is a session like any other: its row, its recording, its end by force', async () => {
    await jump('dev@web-01', 'echo recorded');
    const list = () => harness.sessions(`&kind=exec&q=${encodeURIComponent('echo recorded')}`);
    await expect.poll(async () => (await list())[0]?.endReason, { timeout: 10_000 }).toBe('logout');
    const [row] = await list();
    expect(row).toMatchObject({
      username: 'alice',
      assetName: 'web-01',
      systemUsername: 'dev',
      recorded: true,
    });
    const recording = await harness.admin.send('GET', `/sessions/${row?.id}/recording`);
    expect(await recording.text()).toContain('recorded');

    const running = jump('dev@web-01', 'echo going; sleep 60');
    const online = () => harness.sessions('&state=online&q=going');
    await expect.poll(async () => (await online()).length, { timeout: 10_000 }).toBe(1);
    await harness.admin.do('POST', `/sessions/${(await online())[0]?.id}/terminate`);
    expect((await running).stderr).toMatch(/ended by admin/);
  });

  it('ends with the rule, and is refused without it', async () => {
    const running = jump('dev@web-01', 'echo there; sleep 60');
    await expect
      .poll(async () => (await harness.sessions('&state=online&q=there')).length, { timeout: 10_000 })
      .toBe(1);
    await harness.change(`/authorization-rules/${way.ruleId}`, { active: false });
    expect((await running).stderr).toMatch(/withdrawn/);
    const { status, stderr } = await jump('dev@web-01', 'true');
    await harness.change(`/authorization-rules/${way.ruleId}`, { active: true });
    expect(status).toBe(255);
    expect(stderr).toMatch(/none of your assets/i);
  });

  it('says why not on stderr: a system user that no rule gives, an asset that is not theirs, an unknown port', async () => {
    const root = await jump('root@web-01', 'id');
    expect(root).toMatchObject({ text: '', status: 1 });
    expect(root.stderr).toMatch(/no authorization rule/i);
    await harness.addAsset('secret-01', host);
    const [foreign, missing] = [await jump('dev@secret-01', 'id'), await jump('dev@no-such', 'id')];
    expect(foreign.stderr).toMatch(/none of your assets/i);
    expect(foreign.stderr).toBe(missing.stderr);
    for (const port of ['80', '2222', '65535']) {
      const other = await jump('dev@web-01', 'id', '-p', port);
      expect(other.status).toBe(255);
      expect(other.stderr).toMatch(/none of your assets/i);
    }
  });

  it('an address that two assets share is ambiguous; their names are not', async () => {
    const assetId = await harness.addAsset('web-01-again', host);
    await harness.recordPush(way.systemUserId, [assetId]);
    const ruleId = await harness.addRule([way.person.id], [assetId], [way.systemUserId]);
    const { status, stderr } = await jump(`dev@${host.address}`, 'id');
    expect(status).toBe(255);
    expect(stderr).toMatch(/several of your assets/i);
    expect((await jump('dev@web-01-again', 'hostname')).text).toBe('web-01\n');
    await harness.admin.do('DELETE', `/authorization-rules/${ruleId}`);
  });

  it('leads to nothing but assets: no loopback, no link-local, no name service, no port of the gateway', async () => {
    let visits = 0;
    const own = createServer(() => visits++);
    await new Promise<void>((resolve) => own.listen(0, '127.0.0.1', resolve));
    const client = await loggedIn('alice');
    const destinations: [string, number][] = [
      ['127.0.0.1', portOf(own.address())],
      ['localhost', harness.product.httpPort],
      ['::1', harness.product.sshPort],
      [harness.product.address, harness.product.sshPort],
      ['169.254.169.254', 80],
      ['web-01', portOf(own.address())],
      ['web-01\0.evil', 22],
      ["web-01' OR '1'='1", 22],
      ['%', 22],
      ['', 22],
      ['x'.repeat(20_000), 22],
    ];
    for (const [address, port] of destinations) {
      expect(await openChannel(client, 'direct-tcpip', forwardTo(address, port))).toBeUndefined();
    }
    expect(visits).toBe(0);
    own.close();
    expect(await openChannel(client, 'direct-tcpip', forwardTo('web-01', 22))).toBeDefined();
  });

  it('speaks SSH itself on the way: what is not SSH ends it, and the asset never sees it', async () => {
    const before = host.log();
    const { stdout } = await run('ssh', ['-F', config, '-W', 'web-01:22', 'gateway'], {
      input: 'GET / HTTP/1.0\r\n\r\n',
    });
    expect(stdout.toString()).toMatch(/^SSH-2\.0-Gatehouse/);
    expect(host.log()).toBe(before);
  });

  it('is not open before the login, nor from a login that leads straight to an asset', async () => {
    const stranger = await RawSsh.atLogin(harness.product.address, harness.product.sshPort);
    raw.push(stranger);
    expect(await openChannel(stranger, 'direct-tcpip', forwardTo('web-01', 22))).toBeUndefined();
    const straight = await loggedIn('alice@dev@web-01');
    expect(await openChannel(straight, 'direct-tcpip', forwardTo('web-01', 22))).toBeUndefined();
  });

  it('takes no other user by the inner name, and no way on from inside', async () => {
    await harness.addPerson('bob');
    for (const name of ['bob', 'bob@dev', 'admin', 'alice#dev#web-01']) {
      const { status, stderr } = await jump('web-01', 'id', '-l', name);
      expect(status).not.toBe(0);
      expect(stderr).toMatch(/no authorization rule|permission denied/i);
    }
    const nested = await run('ssh', ['-F', config, '-J', 'gateway,dev@web-01', 'dev@web-01', 'id']);
    expect(nested.status).toBe(255);
    expect(nested.text).toBe('');
  });

  async function loggedIn(username: string): Promise<RawSsh> {
    const client = await RawSsh.atLogin(harness.product.address, harness.product.sshPort);
    raw.push(client);
    await signIn(client, { username, key: rawKey });
    return client;
  }
});
