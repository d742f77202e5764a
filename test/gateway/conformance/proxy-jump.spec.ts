import { beforeAll } from 'vitest';
import { requires } from '../../hosts/index.js';
import { jumpThrough } from '../file-clients.js';
import { Harness } from '../harness.js';
import { SshClient } from '../ssh.js';
import { checkConformance } from './conformance-suite.js';
import type { Target } from './conformance-case.js';

requires('hosts', 'ssh').describe('conformance: the gateway by ProxyJump', () => {
  let harness: Harness;
  let target: Target;

  beforeAll(async () => {
    harness = await Harness.start();
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const keyRing = harness.keys;
    const systemKey = await keyRing.make('system');
    const accounts = [{ username: 'dev', publicKey: systemKey.public }];
    const host = await harness.startHost({ name: 'web-01', accounts });
    const { person } = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    const proxy = jumpThrough(await harness.ssh(person));
    const door = {
      address: 'web-01',
      port: 22,
      login: 'dev',
      hostKeys: harness.hostKeys,
      key: person.key,
      proxy,
    };
    const ssh = await SshClient.at(door, keyRing);
    const keys = { ed25519: person.key, ecdsa: person.key, rsa: person.key };
    target = { ssh, keys, password: person.password, host, keyRing };
  });

  checkConformance(() => target, ['channels', 'rekeying', 'files', 'names by scp -O', 'Ansible']);
});
