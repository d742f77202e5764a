import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Harness } from '../gateway/harness.js';
import type { KeyPair } from '../gateway/key-ring.js';
import type { Host } from '../hosts/index.js';

/** Ways to one and the same asset. `direct`: no bastion. `jump`: OpenSSH's own, `ssh -J` through an sshd, unrecorded. */
export const ROUTES = ['direct', 'jump', 'gateway'] as const;
export type Route = (typeof ROUTES)[number];

/** A running product, an asset, a jump host, and an ssh configuration in which each route is a host name. */
export class Bench {
  private constructor(
    readonly harness: Harness,
    readonly asset: Host,
    readonly jumpHost: Host,
    readonly key: KeyPair,
    /** Login name at the gateway that goes straight to the asset. */
    readonly gatewayLogin: string,
    readonly config: string,
  ) {}

  static async start(gateways: number): Promise<Bench> {
    const harness = await Harness.start({
      gateways,
      env: { GATEHOUSE_LOG_LEVEL: 'warn', GATEHOUSE_PER_PERSON: '10000' },
    });
    try {
      return await Bench.prepare(harness);
    } catch (error) {
      await harness.stop();
      throw error;
    }
  }

  /** Arguments of ssh for a command over a route; its host keys are known, nothing is asked. */
  ssh(route: Route, command: string, ...options: string[]): string[] {
    return ['-F', this.config, ...options, route, command];
  }

  stop(): Promise<void> {
    return this.harness.stop();
  }

  private static async prepare(harness: Harness): Promise<Bench> {
    const systemKey = await harness.keys.make('system');
    const key = await harness.keys.make('bench');
    const account = { username: 'dev', publicKey: [systemKey.public, key.public], shell: '/bin/sh' };
    const limits = ['MaxSessions 2000'];
    const asset = await harness.startHost({ name: 'web-01', accounts: [account], sshdConfig: limits });
    const jumpHost = await harness.startHost({ name: 'jump-01', accounts: [account], sshdConfig: limits });
    const person = await harness.addPerson('bench', { key });
    const assetId = await harness.addAsset('web-01', asset);
    const systemUserId = await harness.addSystemUser('dev', { privateKey: systemKey.private });
    await harness.recordPush(systemUserId, [assetId]);
    await harness.addRule([person.id], [assetId], [systemUserId]);
    const login = 'bench@dev@web-01';
    const config = await writeConfig(harness, asset, jumpHost, key, login);
    return new Bench(harness, asset, jumpHost, key, login, config);
  }
}

async function writeConfig(harness: Harness, asset: Host, jumpHost: Host, key: KeyPair, login: string) {
  const { address, sshPort } = harness.product;
  const known = join(harness.keys.folder, 'known');
  const lines = [`${asset.address} ${asset.hostKey}`, `${jumpHost.address} ${jumpHost.hostKey}`];
  for (const hostKey of harness.hostKeys) lines.push(`[${address}]:${sshPort} ${hostKey}`);
  await writeFile(known, `${lines.join('\n')}\n`);
  const config = join(harness.keys.folder, 'config');
  await writeFile(
    config,
    `Host direct
  HostName ${asset.address}
  User dev
Host jump
  HostName ${asset.address}
  User dev
  ProxyJump through
Host through
  HostName ${jumpHost.address}
  User dev
Host gateway
  HostName ${address}
  Port ${sshPort}
  User ${login}
Host *
  IdentityFile ${key.file}
  IdentitiesOnly yes
  IdentityAgent none
  BatchMode yes
  StrictHostKeyChecking yes
  UserKnownHostsFile ${known}
  GlobalKnownHostsFile /dev/null
`,
  );
  return config;
}
