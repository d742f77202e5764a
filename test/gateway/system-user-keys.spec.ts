import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requires } from '../hosts/index.js';
import { Harness } from './harness.js';
import { KEY_TYPES, type KeyPair, type KeyType } from './key-ring.js';

/** What sshd says, once for each, of a key that it was only asked about, and of one that logged in. */
const ASKED_ABOUT = /^Postponed publickey for/gm;
const LOGGED_IN = /^Accepted publickey for /gm;
/** The client wants a signature by each host key (PROTOCOL of OpenSSH, 2.5). */
const HOST_KEYS_ASKED_FOR = 'hostkeys-prove-00@openssh.com';

requires('hosts', 'ssh').describe('keys of system users', () => {
  let harness: Harness;
  const systemKeys = new Map<KeyType, KeyPair>();

  beforeAll(async () => {
    harness = await Harness.start();
    for (const type of KEY_TYPES) systemKeys.set(type, await harness.keys.make(`system-${type}`, type));
  }, 60_000);
  afterAll(() => harness.stop());

  /** An asset of its own, and what its sshd wrote when somebody has come through to it. */
  async function comeThrough(type: KeyType, name: string, sshdConfig: string[] = []): Promise<string> {
    const systemKey = systemKeys.get(type);
    if (!systemKey) throw new Error(`no ${type} key`);
    const username = name.replace('asset', 'dev');
    const account = { username, publicKey: [systemKey.public] };
    const host = await harness.startHost({
      name,
      accounts: [account],
      sshdConfig: ['LogLevel DEBUG1', ...sshdConfig],
    });
    const assetId = await harness.addAsset(name, host);
    const person = await harness.addPerson(`of-${name}`);
    const systemUserId = await harness.addSystemUser(username, { privateKey: systemKey.private });
    await harness.recordPush(systemUserId, [assetId]);
    await harness.addRule([person.id], [assetId], [systemUserId]);
    const ssh = await harness.ssh(person, `${person.username}@${username}@${name}`);
    expect((await ssh.exec('id -un')).text).toBe(`${username}\n`);
    return host.log();
  }

  describe('sign at once, without asking first whether the asset would take them', () => {
    it.each(KEY_TYPES)('%s', async (type) => {
      const log = await comeThrough(type, `asset-${type}`);
      expect(log.match(LOGGED_IN)).toHaveLength(1);
      expect(log).not.toMatch(ASKED_ABOUT);
    });

    it('an RSA key, by the one algorithm that the asset takes', async () => {
      const log = await comeThrough('rsa', 'asset-sha256', ['PubkeyAcceptedAlgorithms rsa-sha2-256']);
      expect(log.match(LOGGED_IN)).toHaveLength(1);
      expect(log).not.toMatch(ASKED_ABOUT);
    });
  });

  it('and host keys are proved once, by the key exchange', async () => {
    const log = await comeThrough('ed25519', 'asset-proof');
    expect(log).toContain('debug1: ');
    expect(log).not.toContain(HOST_KEYS_ASKED_FOR);
  });
});
