import { beforeAll } from 'vitest';
import { requires, startHost, type Host } from '../../hosts/index.js';
import { KeyRing } from '../key-ring.js';
import { SshClient } from '../ssh.js';
import { checkConformance } from './conformance-suite.js';
import type { Target } from './conformance-case.js';

requires('hosts', 'ssh').describe('conformance: sshd itself', () => {
  let host: Host;
  let keyRing: KeyRing;
  let target: Target;

  beforeAll(async () => {
    keyRing = await KeyRing.open();
    return () => keyRing.discard();
  });
  beforeAll(async () => {
    const keys = {
      ed25519: await keyRing.make('user-ed25519'),
      ecdsa: await keyRing.make('user-ecdsa', 'ecdsa'),
      rsa: await keyRing.make('user-rsa', 'rsa'),
    };
    const publicKey = Object.values(keys).map((key) => key.public);
    host = await startHost({
      name: 'web-01',
      accounts: [{ username: 'dev', password: 'correct horse', publicKey }],
    });
    const stop = () => host.stop();
    const door = {
      address: host.address,
      port: host.port,
      login: 'dev',
      hostKeys: [host.hostKey],
      key: keys.ed25519,
    };
    target = { ssh: await SshClient.at(door, keyRing), keys, password: 'correct horse', host, keyRing };
    return stop;
  });

  checkConformance(() => target);
});
