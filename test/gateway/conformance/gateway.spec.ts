import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { beforeAll, expect, it } from 'vitest';
import { CuttableNetwork } from '../../hosts/cuttable-network.js';
import { endProcess, requires, spawnBound, type Host } from '../../hosts/index.js';
import { Harness, type Way } from '../harness.js';
import { checkConformance } from './conformance-suite.js';
import type { Target } from './conformance-case.js';

requires('hosts', 'ssh').describe('conformance: the gateway', () => {
  let harness: Harness;
  let target: Target;
  /** A command on an asset that fell silent, before the cases: they take longer than it may take to notice. */
  let silenced: { since: Date; ended: Promise<string> };
  /** A client that stopped amid a flood, as on a machine that sleeps; before the cases too. */
  let stopped: { since: Date; client: ChildProcess };

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const keyRing = harness.keys;
    const keys = {
      ed25519: await keyRing.make('user-ed25519'),
      ecdsa: await keyRing.make('user-ecdsa', 'ecdsa'),
      rsa: await keyRing.make('user-rsa', 'rsa'),
    };
    const systemKey = await keyRing.make('system');
    const host = await harness.startHost({
      name: 'web-01',
      accounts: [{ username: 'dev', publicKey: systemKey.public }],
    });
    const way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    const { person } = way;
    silenced = await silence(way, host);
    stopped = await stopReading(way);
    for (const key of Object.values(keys)) await harness.addPublicKey(person.id, key.public);
    const ssh = (await harness.ssh(person, 'alice@dev@web-01')).as({ key: keys.ed25519 });
    target = { ssh, keys, password: person.password, host, keyRing };
  });

  async function silence(way: Way, host: Host): Promise<typeof silenced> {
    const network = await CuttableNetwork.before(host.port, host.address);
    const { hostname: address, port } = new URL(network.url);
    const at = { address, port: Number(port), hostKey: host.hostKey };
    const assetId = await harness.addAsset('dark-01', at);
    await harness.recordPush(way.systemUserId, [assetId]);
    await harness.addRule([way.person.id], [assetId], [way.systemUserId]);
    const ssh = await harness.ssh(way.person, 'alice@dev@dark-01');
    const client = spawnBound('ssh', ssh.args('echo up; sleep 1000'), { stdio: ['ignore', 'pipe', 'pipe'] });
    const [output, said] = [client.stdout, client.stderr];
    if (!output || !said) throw new Error('ssh has no pipes');
    await once(output, 'data');
    network.cut();
    const ended = text(said).finally(() => network.stop());
    return { since: new Date(), ended };
  }

  async function stopReading({ person }: Way): Promise<typeof stopped> {
    const ssh = await harness.ssh(person, 'alice@dev@web-01');
    const client = spawnBound('ssh', ssh.args('yes stopped'), { stdio: ['ignore', 'pipe', 'ignore'] });
    if (!client.stdout) throw new Error('ssh has no output');
    await once(client.stdout, 'data');
    client.kill('SIGSTOP');
    return { since: new Date(), client };
  }

  checkConformance(() => target);

  it('a client that reads nothing more of a flood: over within a minute', { timeout: 90_000 }, async () => {
    const find = async () => (await harness.sessions(`&q=${encodeURIComponent('yes stopped')}`))[0];
    await expect.poll(async () => (await find())?.endReason, { timeout: 80_000 }).toBe('client_disconnected');
    const seconds = (new Date((await find())?.endedAt ?? 0).getTime() - stopped.since.getTime()) / 1000;
    expect(seconds).toBeLessThan(70);
    expect((await target.host.exec('pgrep -x yes || true')).text).toBe('');
    await endProcess(stopped.client);
  });

  it(
    'an asset that says nothing more, not even farewell: told, and over within a minute',
    { timeout: 90_000 },
    async () => {
      expect(await silenced.ended).toContain('dark-01 closed the connection');
      const find = async () => (await harness.sessions('&q=dark-01'))[0];
      await expect.poll(async () => (await find())?.endReason).toBe('asset_disconnected');
      const row = await find();
      const seconds = (new Date(row?.endedAt ?? 0).getTime() - silenced.since.getTime()) / 1000;
      // three questions without an answer, 15 s apart, and the wait for the last answer
      expect(seconds).toBeGreaterThan(40);
      expect(seconds).toBeLessThan(65);
    },
  );
});
