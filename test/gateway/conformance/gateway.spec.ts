import { beforeAll } from 'vitest';
import { requires } from '../../hosts/index.js';
import { Harness } from '../harness.js';
import { checkConformance } from './conformance-suite.js';
import type { Target } from './conformance-case.js';

requires('hosts', 'ssh').describe('conformance: the gateway', () => {
  let harness: Harness;
  let target: Target;

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
    const { person } = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    for (const key of Object.values(keys)) await harness.addPublicKey(person.id, key.public);
    const ssh = (await harness.ssh(person, 'alice@dev@web-01')).as({ key: keys.ed25519 });
    target = { ssh, keys, password: person.password, host, keyRing };
  });

  checkConformance(() => target);
});
