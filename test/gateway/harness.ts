import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { run, startHost, type Host, type HostOptions } from '../hosts/index.js';
import { KeyRing, type KeyPair } from './key-ring.js';
import { Product, type ProductOptions } from './product.js';
import { RestClient } from './rest.js';
import { SshClient, type Door } from './ssh.js';

const withId = z.object({ id: z.uuid() });
const push = z.object({ id: z.uuid(), state: z.string() });

const session = z.looseObject({
  id: z.uuid(),
  kind: z.string(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  endReason: z.string().nullable(),
});
export type SessionRow = z.infer<typeof session>;

/** A user of the product and how they log in. */
export interface Person {
  readonly id: string;
  readonly username: string;
  readonly password: string;
  readonly key: KeyPair;
}

/** Everything that one person needs to get to one asset. */
export interface Way {
  readonly person: Person;
  readonly assetId: string;
  readonly assetName: string;
  readonly systemUserId: string;
  readonly ruleId: string;
}

/** A running product with an admin's hand on it, real hosts behind it and real clients in front. */
export class Harness {
  private readonly hosts: Host[] = [];
  hostKeys: string[] = [];

  private constructor(
    readonly product: Product,
    readonly admin: RestClient,
    readonly keys: KeyRing,
  ) {}

  static async start(options: ProductOptions = {}): Promise<Harness> {
    const product = await Product.start(options);
    const keys = await KeyRing.open();
    const harness = new Harness(product, await becomeAdmin(product), keys);
    try {
      harness.hostKeys = await scanHostKeys(product);
      return harness;
    } catch (error) {
      await harness.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    try {
      await this.product.stop();
    } finally {
      await Promise.all(this.hosts.map((host) => host.stop()));
      await this.keys.discard();
    }
  }

  /** A throw-away host that ends with the harness. */
  async startHost(options: HostOptions): Promise<Host> {
    const host = await startHost(options);
    this.hosts.push(host);
    return host;
  }

  async addPerson(username: string, more: { role?: string; key?: KeyPair } = {}): Promise<Person> {
    const password = `pass phrase of ${username} 4712`;
    const key = more.key ?? (await this.keys.make(`${username}-${randomBytes(4).toString('hex')}`));
    const { id } = await this.admin.call('POST', '/users', withId, {
      username,
      name: `Person ${username}`,
      email: `${username}@example.org`,
      role: more.role ?? 'user',
      password,
      mustChangePassword: false,
    });
    await this.addPublicKey(id, key.public);
    return { id, username, password, key };
  }

  /** Changes fields of one object, given by its path. */
  async change(path: string, fields: Record<string, unknown>): Promise<void> {
    await this.admin.do('PATCH', path, fields);
  }

  async addPublicKey(userId: string, publicKey: string): Promise<void> {
    await this.admin.do('POST', `/users/${userId}/public-keys`, { name: 'test', publicKey });
  }

  /** An asset for anything that listens, with its key pinned. */
  async addAsset(
    name: string,
    at: { address: string; port: number; hostKey: string },
    comment = '',
  ): Promise<string> {
    const { address, port, hostKey } = at;
    const { id } = await this.admin.call('POST', '/assets', withId, { name, address, port, comment });
    await this.admin.do('PUT', `/assets/${id}/host-keys`, { hostKeys: [hostKey] });
    return id;
  }

  async addSystemUser(
    username: string,
    secret: { password: string } | { privateKey: string },
  ): Promise<string> {
    return (await this.admin.call('POST', '/system-users', withId, { username, ...secret })).id;
  }

  /** Records that the account exists on the assets, without connecting (a record-only push). */
  async recordPush(systemUserId: string, assetIds: string[]): Promise<void> {
    const { id } = await this.admin.call('POST', '/pushes', withId, {
      systemUserId,
      assetIds,
      mode: 'record-only',
    });
    for (let tries = 0; tries < 200; tries++) {
      const { state } = await this.admin.call('GET', `/pushes/${id}`, push);
      if (state === 'succeeded') return;
      if (state !== 'queued' && state !== 'running') throw new Error(`The record-only push is ${state}`);
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error('The record-only push did not end');
  }

  async addRule(userIds: string[], assetIds: string[], systemUserIds: string[]): Promise<string> {
    const name = `rule ${randomBytes(4).toString('hex')}`;
    const { id } = await this.admin.call('POST', '/authorization-rules', withId, {
      name,
      userIds,
      userGroupIds: [],
      assetIds,
      assetGroupIds: [],
      systemUserIds,
    });
    return id;
  }

  /** The whole way from a new person to an asset: system user with a key, record-only push, rule. */
  async openWay(options: {
    username: string;
    assetName: string;
    host: Host;
    systemKey: KeyPair;
  }): Promise<Way> {
    const { username, assetName, host, systemKey } = options;
    const person = await this.addPerson(username);
    const assetId = await this.addAsset(assetName, host);
    const systemUserId = await this.addSystemUser('dev', { privateKey: systemKey.private });
    await this.recordPush(systemUserId, [assetId]);
    const ruleId = await this.addRule([person.id], [assetId], [systemUserId]);
    return { person, assetId, assetName, systemUserId, ruleId };
  }

  /** ssh to the gateway as this login name, with the person's key. */
  ssh(person: Person, login = person.username): Promise<SshClient> {
    return SshClient.at(this.door(person, login), this.keys);
  }

  /** The console's login: the cookie as a browser keeps it. */
  async consoleCookie({ username, password }: Pick<Person, 'username' | 'password'>): Promise<string> {
    const answer = await fetch(`${this.product.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-gatehouse-client': 'console' },
      body: JSON.stringify({ username, password }),
    });
    return (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  }

  door(person: Person, login = person.username): Door {
    const { address, sshPort } = this.product;
    return { address, port: sshPort, login, hostKeys: this.hostKeys, key: person.key };
  }

  /** Actions of somebody in the operations log and the way that they came, the newest first. */
  async operations(actorName: string): Promise<string[]> {
    const page = z.object({
      items: z.array(z.object({ action: z.string(), way: z.string(), actorName: z.string() })),
    });
    const { items } = await this.admin.call('GET', `/operations?q=${actorName}&pageSize=200`, page);
    return items.filter((one) => one.actorName === actorName).map(({ action, way }) => `${action} ${way}`);
  }

  /** Sessions of one user, the newest first. */
  async sessions(filter = ''): Promise<SessionRow[]> {
    const page = z.object({ items: z.array(session) });
    return (await this.admin.call('GET', `/sessions?sort=-startedAt&pageSize=200${filter}`, page)).items;
  }
}

/** The first password comes from the environment and must be changed before anything else. */
async function becomeAdmin(product: Product): Promise<RestClient> {
  const first = await RestClient.login(product.url, 'admin', product.adminPassword);
  const newPassword = 'admin pass phrase 4712';
  await first.do('POST', '/me/password', { currentPassword: product.adminPassword, newPassword });
  return RestClient.login(product.url, 'admin', newPassword);
}

async function scanHostKeys(product: Product): Promise<string[]> {
  const scan = await run('ssh-keyscan', ['-p', String(product.sshPort), product.address]);
  const keys = [...scan.text.matchAll(/^\S+ (\S+ \S+)$/gm)].map((match) => match[1] ?? '');
  if (keys.length === 0) throw new Error(`The gateway shows no host key: ${scan.stderr}`);
  return keys;
}
