import { once } from 'node:events';
import { beforeAll, expect, it } from 'vitest';
import {
  requires,
  spawnBound,
  startMisbehavingHost,
  type Host,
  type MisbehavingHost,
  type Misbehaviour,
} from '../hosts/index.js';
import { Harness, type Way } from './harness.js';
import type { KeyPair } from './key-ring.js';
import type { SshClient } from './ssh.js';

requires('hosts', 'ssh').describe('direct login', () => {
  let harness: Harness;
  let host: Host;
  let systemKey: KeyPair;
  let way: Way;
  const misbehaving: MisbehavingHost[] = [];

  beforeAll(async () => {
    harness = await Harness.start();
    return async () => {
      await Promise.all(misbehaving.map((server) => server.stop()));
      await harness.stop();
    };
  }, 60_000);
  beforeAll(async () => {
    systemKey = await harness.keys.make('system');
    const dba = { username: 'dba', password: 'dba on the asset' };
    const dev = { username: 'dev', publicKey: systemKey.public };
    host = await harness.startHost({ name: 'web-01', accounts: [dev, dba] });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
  });

  function alice(login: string): Promise<SshClient> {
    return harness.ssh(way.person, login);
  }

  /** An asset for another server, with alice's rule and the same system user. */
  async function addWayTo(
    name: string,
    at: { address: string; port: number; hostKey: string },
  ): Promise<string> {
    const assetId = await harness.addAsset(name, at);
    await harness.recordPush(way.systemUserId, [assetId]);
    await harness.addRule([way.person.id], [assetId], [way.systemUserId]);
    return assetId;
  }

  async function misbehave(how: Misbehaviour): Promise<MisbehavingHost> {
    const server = await startMisbehavingHost(how);
    misbehaving.push(server);
    return server;
  }

  it.each(['alice@dev@web-01', 'alice#dev#web-01'])('%s runs a command as the system user', async (login) => {
    const answer = await (await alice(login)).exec('id -un; hostname; exit 3');
    expect(answer).toMatchObject({ text: 'dev\nweb-01\n', stderr: '', status: 3 });
  });

  it('opens a shell on a terminal and ends with it', async () => {
    const terminal = (await alice('alice@dev@web-01')).terminal();
    terminal.line('echo "I am $(id -un)"');
    await terminal.waitFor('I am dev');
    terminal.line('exit 5');
    expect(await terminal.untilEnded()).toBe(5);
  });

  it('logs in to the asset with the system user’s password where it has one', async () => {
    const systemUserId = await harness.addSystemUser('dba', { password: 'dba on the asset' });
    await harness.recordPush(systemUserId, [way.assetId]);
    await harness.addRule([way.person.id], [way.assetId], [systemUserId]);
    expect((await (await alice('alice@dba@web-01')).exec('id -un')).text).toBe('dba\n');
  });

  it('shows the same refusal for an asset without a rule and one that does not exist', async () => {
    await harness.addAsset('secret-01', host);
    const answers = [];
    for (const asset of ['secret-01', 'no-such-asset']) {
      const { status, stderr, text } = await (await alice(`alice@dev@${asset}`)).exec('true');
      expect(status).not.toBe(0);
      expect(text).toBe('');
      expect(stderr).toMatch(/rule/i);
      answers.push(stderr.replaceAll(asset, 'ASSET'));
    }
    expect(answers[0]).toBe(answers[1]);
  });

  it('refuses a system user whom no rule gives', async () => {
    const { status, stderr } = await (await alice('alice@root@web-01')).exec('id');
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/rule/i);
  });

  it('alice@asset is enough where there is one system user for alice; of several it names them', async () => {
    const ops = await harness.addPerson('olga');
    await harness.addRule([ops.id], [way.assetId], [way.systemUserId]);
    const asOlga = (login: string): Promise<SshClient> => harness.ssh(ops, login);
    expect((await (await asOlga('olga@web-01')).exec('id -un')).text).toBe('dev\n');
    expect((await (await asOlga('olga@no-such-asset')).exec('id')).stderr).toMatch(/rule/i);
    const { status, stderr } = await (await alice('alice@web-01')).exec('id');
    expect(status).toBe(1);
    expect(stderr).toContain('Name the system user too, dba or dev:');
    const ruleless = await harness.addPerson('rudi');
    expect((await (await harness.ssh(ruleless, 'rudi@web-01')).exec('id')).stderr).toMatch(
      /No authorization rule/,
    );
  });

  it('refuses a login name with empty or too many parts', async () => {
    for (const login of ['alice@', 'alice@dev@web-01@more', '@dev@web-01', 'alice@@web-01']) {
      expect((await (await alice(login)).exec('id', [], { timeout: 10_000 })).status).not.toBe(0);
    }
  });

  it('refuses while the rule is inactive, and says so helpfully', async () => {
    await harness.change(`/authorization-rules/${way.ruleId}`, { active: false });
    const { status, stderr } = await (await alice('alice@dev@web-01')).exec('id');
    await harness.change(`/authorization-rules/${way.ruleId}`, { active: true });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/administrator/i);
    expect((await (await alice('alice@dev@web-01')).exec('id -un')).text).toBe('dev\n');
  });

  it('refuses while the asset is inactive, and says so', async () => {
    await harness.change(`/assets/${way.assetId}`, { active: false });
    const { status, stderr } = await (await alice('alice@dev@web-01')).exec('id');
    await harness.change(`/assets/${way.assetId}`, { active: true });
    expect(status).not.toBe(0);
    expect(stderr).toMatch(/inactive/i);
  });

  it('refuses a disabled user like a wrong key', async () => {
    const carol = await harness.addPerson('carol');
    await harness.change(`/users/${carol.id}`, { active: false });
    const answer = await (await harness.ssh(carol)).exec();
    expect(answer.status).toBe(255);
    expect(answer.stderr).toContain('Permission denied');
  });

  it('refuses a wrong key and somebody else’s', async () => {
    const wrong = await harness.keys.make('wrong');
    const bob = await harness.addPerson('bob');
    for (const key of [wrong, bob.key]) {
      const answer = await (await alice('alice@dev@web-01')).as({ key }).exec('id');
      expect(answer.status).toBe(255);
      expect(answer.stderr).toContain('Permission denied');
    }
  });

  it('refuses an asset whose host key has changed, until an admin approves the new one', async () => {
    const server = await harness.startHost({
      name: 'web-02',
      accounts: [{ username: 'dev', publicKey: systemKey.public }],
    });
    const assetId = await addWayTo('web-02', server);
    expect((await (await alice('alice@dev@web-02')).exec('hostname')).text).toBe('web-02\n');
    const newKey = await server.changeHostKey();
    const refused = await (await alice('alice@dev@web-02')).exec('hostname');
    expect(refused.status).not.toBe(0);
    expect(refused.text).toBe('');
    expect(refused.stderr).toMatch(/host key/i);
    await harness.admin.do('PUT', `/assets/${assetId}/host-keys`, { hostKeys: [newKey] });
    expect((await (await alice('alice@dev@web-02')).exec('hostname')).text).toBe('web-02\n');
    // of another type than is pinned
    await server.changeHostKey('rsa');
    const other = await (await alice('alice@dev@web-02')).exec('hostname');
    expect(other.text).toBe('');
    expect(other.stderr).toContain('The host key of web-02 is not the pinned one');
  });

  it('says why when the asset can’t be reached or refuses the system user', async () => {
    await addWayTo('down-01', { address: host.address, port: 4, hostKey: host.hostKey });
    const down = await (await alice('alice@dev@down-01')).exec('id');
    expect(down.stderr).toMatch(/refused|reach/i);
    const stranger = await harness.startHost({ name: 'web-03', accounts: [{ username: 'dev' }] });
    await addWayTo('web-03', stranger);
    const denied = await (await alice('alice@dev@web-03')).exec('id');
    expect(denied.stderr).toMatch(/refused the login/i);
    const port = Number(new URL(harness.product.url).port);
    await addWayTo('console', { address: '127.0.0.1', port, hostKey: host.hostKey });
    const foreign = await (await alice('alice@dev@console')).exec('id');
    expect(foreign.stderr).toMatch(/console answers, but not as an SSH server/);
    for (const { status, text } of [down, denied, foreign])
      expect({ status: status === 0, text }).toEqual({ status: false, text: '' });
  });

  it.each<[string, Misbehaviour]>([
    ['closes the connection after the login', 'drops-after-login'],
    ['refuses the channel', 'refuses-channel'],
    ['drops the connection in the session', 'drops-in-session'],
    ['greets without end', 'endless-greeting'],
    ['exchanges keys without end', 'endless-rekeying'],
  ])('an asset that %s: told, ended, in bounded time', async (_, how) => {
    await addWayTo(how, await misbehave(how));
    const { status, stderr } = await (await alice(`alice@dev@${how}`)).exec('id', [], { timeout: 25_000 });
    expect(status).not.toBe(0);
    expect(stderr).not.toBe('');
  });

  it('SFTP by its path has no terminal, whatever is asked for: it would change the bytes that were looked at', async () => {
    const ssh = await alice('alice@dev@web-01');
    // the end of its input ends the server: not before it has answered
    const hello = async (...options: string[]): Promise<Buffer> => {
      const args = [...options, ...ssh.args('/usr/lib/openssh/sftp-server')];
      const child = spawnBound('ssh', args, { stdio: ['pipe', 'pipe', 'ignore'] });
      let heard = Buffer.alloc(0);
      child.stdout?.on('data', (chunk: Buffer) => {
        heard = Buffer.concat([heard, chunk]);
        if (heard.length >= 4 && heard.length >= 4 + heard.readUInt32BE(0)) child.stdin?.end();
      });
      child.stdin?.write(Buffer.from([0, 0, 0, 5, 1, 0, 0, 0, 3]));
      await once(child, 'close');
      return heard;
    };
    const plain = await hello();
    expect(plain[4]).toBe(2);
    expect(await hello('-tt')).toEqual(plain);
  });

  it('an asset that answers, writes and closes in one packet: everything arrives', async () => {
    await addWayTo('hasty', await misbehave('ends-at-once'));
    const answer = await (await alice('alice@dev@hasty')).exec('id');
    expect(answer).toMatchObject({ text: 'out', stderr: 'err', status: 7 });
  });

  it('a client that goes away while a silent asset is waited for leaves nothing behind', async () => {
    const silent = await misbehave('silent');
    await addWayTo('silent', silent);
    const terminal = (await alice('alice@dev@silent')).terminal('id');
    await expect.poll(() => silent.connections, { timeout: 5000 }).toBe(1);
    await terminal.close();
    await expect.poll(() => silent.open, { timeout: 2000 }).toBe(0);
  });
});
