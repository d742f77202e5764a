import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import ssh2 from 'ssh2';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { requires, run, type Outcome } from '../hosts/index.js';
import { machineCommand, type Ran } from '../machine-command.js';
import { Harness, type Person, type Way } from './harness.js';
import { RestClient } from './rest.js';
import type { SshClient } from './ssh.js';

const door = z.object({ hostKey: z.string(), fingerprint: z.string() });
const operations = z.object({
  items: z.array(z.looseObject({ actorName: z.string(), before: z.unknown(), after: z.unknown() })),
});
const FILE = 'keys/gateway/ssh_host_ed25519_key';
/** As OpenSSH's client has it by itself, where nobody chose another file of known hosts. */
const LEARNS = ['-o', 'UpdateHostKeys=yes'];

/** `ssh-ed25519 AAAA…`, as often as a file of known hosts has it. */
const keysIn = (text: string): string[] => [...text.matchAll(/ssh-ed25519 \S+/g)].map(([key]) => key);

requires('hosts', 'ssh').describe('gatehouse keys rotate host', () => {
  let harness: Harness;
  let way: Way;
  let client: SshClient;
  let early: string;

  beforeAll(async () => {
    harness = await Harness.start({ gateways: 2 });
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const account = { username: 'dev', publicKey: systemKey.public };
    const host = await harness.startHost({ name: 'web-01', accounts: [account] });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    client = await harness.ssh(way.person, 'alice@dev@web-01');
    early = await readFile(client.knownHosts, 'utf8');
  }, 60_000);

  const dataFile = (path: string): string => join(harness.product.dataDir, path);
  const command = (...args: string[]): Promise<Ran> =>
    machineCommand({ GATEHOUSE_DATA_DIR: harness.product.dataDir }, 'keys', 'rotate', 'host', ...args);
  const known = async (): Promise<string[]> => keysIn(await readFile(client.knownHosts, 'utf8'));
  /** Without a question: the client is told to refuse unknown keys, and asks nobody. */
  async function logsIn(options: readonly string[] = LEARNS, before = ''): Promise<Outcome> {
    const outcome = await client.exec(`${before}echo in-$((40+2))`, options);
    expect(outcome.text).toContain('in-42');
    return outcome;
  }
  const shown = async (): Promise<string[]> => {
    const { address, sshPort } = harness.product;
    return keysIn((await run('ssh-keyscan', ['-t', 'ed25519', '-p', String(sshPort), address])).text);
  };

  it('teaches clients the next key before they are shown it, and they forget the former one after', async () => {
    const [before] = await known();
    await logsIn();
    expect(await known()).toEqual([before]);
    for (const tooEarly of ['switch', 'finish'])
      expect(await command(tooEarly)).toMatchObject({ code: 2, out: '' });

    const announced = await command();
    expect(announced).toMatchObject({ code: 0, err: '' });
    const [next] = keysIn(announced.out);
    expect(next).not.toBe(before);
    expect((await command()).out).toBe(announced.out);
    expect((await stat(dataFile(`${FILE}.next`))).mode & 0o777).toBe(0o600);
    expect(await command('finish')).toMatchObject({ code: 2 });
    expect(await shown()).toEqual([before]);
    await logsIn();
    expect((await known()).sort()).toEqual([before, next].sort());

    expect(await command('switch')).toMatchObject({ code: 0, err: '' });
    expect(await command()).toMatchObject({ code: 2 });
    for (let times = 0; times < 4; times++) expect(await shown()).toEqual([next]); // both gateways
    await logsIn();
    expect((await known()).sort()).toEqual([before, next].sort());
    // who did not learn is warned, as by any other key
    const learnt = await readFile(client.knownHosts, 'utf8');
    await writeFile(client.knownHosts, early);
    expect((await client.exec('true', LEARNS)).stderr).toContain('IDENTIFICATION HAS CHANGED');
    await writeFile(client.knownHosts, learnt);

    expect(await command('finish')).toMatchObject({ code: 0, err: '' });
    await logsIn();
    expect(await known()).toEqual([next]);
    await logsIn();
    await expect(stat(dataFile(`${FILE}.former`))).rejects.toThrow('ENOENT');

    await expect
      .poll(async () => (await harness.admin.call('GET', '/me/ssh-door', door)).hostKey, { timeout: 15_000 })
      .toBe(next);
    for (const step of ['announce', 'rotate', 'retire']) {
      const log = await harness.admin.call('GET', `/operations?action=gateway.${step}-key`, operations);
      expect(log.items).toHaveLength(1);
      expect(log.items[0]?.actorName).toContain('(command line)');
      expect(JSON.stringify(log.items)).toContain('SHA256:');
    }
  }, 240_000);

  it('goes on after a switch that was cut off', async () => {
    const [before] = await shown();
    await command();
    await writeFile(dataFile(`${FILE}.former`), await readFile(dataFile(FILE)), { mode: 0o600 });
    await logsIn();
    expect(await known()).toHaveLength(2);
    expect(await command('switch')).toMatchObject({ code: 0, err: '' });
    expect(await shown()).not.toEqual([before]);
    await logsIn();
    expect(await known()).toContain(before);
    expect(await command('finish')).toMatchObject({ code: 0 });
    await logsIn();
    expect(await known()).toHaveLength(1);
  }, 240_000);

  it('answers in the order of the requests, and proves no key that is not its own', async () => {
    await command();
    const actions = ['connect', 'exec', 'remote-forward'];
    await harness.change(`/authorization-rules/${way.ruleId}`, { actions });
    // a port on the asset is opened while the client asks for the proof
    const outcome = await logsIn([...LEARNS, '-R', '0:127.0.0.1:9', '-v'], 'sleep 2; ');
    expect(outcome.stderr).toMatch(/Allocated port \d+ for remote forward/);
    expect(await known()).toHaveLength(2);
    const other = ssh2.utils.parseKey(ssh2.utils.generateKeyPairSync('ed25519').public);
    if (other instanceof Error) throw other;
    expect(await proofOf(way.person, (own) => own)).not.toBeNull();
    expect(await proofOf(way.person, (own) => [...own, other])).toBeNull();
    expect(await proofOf(way.person, () => [])).toBeNull();
  }, 240_000);

  /** The gateway's answer to a client that asks to prove keys, of those that it told of. */
  function proofOf(
    person: Person,
    choose: (told: ssh2.ParsedKey[]) => ssh2.ParsedKey[],
  ): Promise<Buffer | null> {
    return new Promise((resolve, reject) => {
      const own = new ssh2.Client();
      own.once('error', reject);
      const { address, sshPort } = harness.product;
      own.connect({
        ...{ host: address, port: sshPort, username: person.username },
        privateKey: person.key.private,
      });
      const inside = own as unknown as Inside;
      own.once('handshake', () => {
        inside._protocol._handlers.GLOBAL_REQUEST = (_protocol, name, _wantsReply, told) => {
          if (name !== 'hostkeys-00@openssh.com') return;
          inside._callbacks.push((failure, data) => {
            own.end();
            resolve(failure ? null : data);
          });
          inside._protocol.openssh_hostKeysProve(choose(told as ssh2.ParsedKey[]));
        };
      });
    });
  }
});

/** What ssh2's client keeps to itself. */
interface Inside {
  _callbacks: ((failure: unknown, data: Buffer) => void)[];
  _protocol: {
    _handlers: {
      GLOBAL_REQUEST: (protocol: unknown, name: string, wantsReply: boolean, told: unknown) => void;
    };
    openssh_hostKeysProve(keys: ssh2.ParsedKey[]): void;
  };
}

requires('ssh').describe('gatehouse keys rotate login', () => {
  let harness: Harness;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);

  it('ends all logins at once, of those whose key got out too, and needs no restart', async () => {
    const { product } = harness;
    const person = await harness.addPerson('carol');
    const dave = await harness.addPerson('dave', { role: 'admin' });
    const token = z.object({ token: z.string() });
    const made = await harness.admin.call('POST', '/me/api-tokens', token, { name: 'sync', expiresAt: null });
    const former = await RestClient.login(product.url, 'carol', person.password);
    const me = z.looseObject({ username: z.string() });
    expect((await former.call('GET', '/me', me)).username).toBe('carol');
    const publicFile = join(product.dataDir, 'keys/token.public.pem');
    const publicKey = await readFile(publicFile, 'utf8');

    const ran = await machineCommand({ GATEHOUSE_DATA_DIR: product.dataDir }, 'keys', 'rotate', 'login');
    expect(ran).toMatchObject({ code: 0, err: '' });
    expect(ran.out).toMatch(/^rotated: .* [2-9] logins have ended\.\n/);
    expect(await readFile(publicFile, 'utf8')).not.toBe(publicKey);
    expect((await stat(join(product.dataDir, 'keys/api/token.private.pem'))).mode & 0o777).toBe(0o600);
    await expect(former.call('GET', '/me', me)).rejects.toThrow('401');

    const again = await RestClient.login(product.url, 'carol', person.password);
    expect((await again.call('GET', '/me', me)).username).toBe('carol');
    const byToken = await fetch(`${product.url}/api/v1/me`, {
      headers: { authorization: `Bearer ${made.token}` },
    });
    expect(byToken.status).toBe(200);
    const log = await (
      await RestClient.login(product.url, 'dave', dave.password)
    ).call('GET', '/operations?action=login.rotate-key', operations);
    expect(log.items).toHaveLength(1);
  }, 120_000);
});
