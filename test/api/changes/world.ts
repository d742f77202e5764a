import { createHash, randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { PasswordLink, User } from '#libs/database';
import { LoginRegistry, TokenSigner } from '#libs/identity';
import { RunLedger } from '#libs/inventory';
import {
  asId,
  generateKey,
  newId,
  parsePublicKey,
  type AssetId,
  type GatewayId,
  type SessionId,
  type SystemUserId,
  type UserId,
} from '#libs/kernel';
import { SessionJournal } from '#libs/session-audit';
import { ApiFixture, HandClock, PASSWORD, type ApiClient, type Somebody } from '../api-fixture.js';
import { AuthenticatorApp, codeAt } from '../authenticator-app.js';

/** In every secret that is sent: it must stand in no row. */
export const PLANTED = 'planted-secret';

const withId = z.object({ id: z.uuid() });

/** One valid request of a route. */
export interface Change {
  /** For the path, by the names that stand in it. */
  ids?: Record<string, string>;
  body?: object | Buffer;
  /** Who asks; absent: the administrator. */
  by?: { client: ApiClient; username: string };
}

/** An api, and whatever a request needs to be there before it. Names are never used twice. */
export class World {
  private count = 0;

  private constructor(
    readonly api: ApiFixture,
    private readonly clock: HandClock,
  ) {}

  static async start(): Promise<World> {
    const clock = new HandClock();
    return new World(await ApiFixture.start({ clock }), clock);
  }

  /** A new name that begins so. */
  name(begin: string): string {
    this.count++;
    return `${begin}-${this.count}`;
  }

  secret(): string {
    return `${PLANTED} ${this.name('Aa')} !`;
  }

  /** Makes something as the administrator. */
  made(path: string, body: object): Promise<string> {
    return this.madeBy({ client: this.api.admin }, path, body);
  }

  /** The same as somebody. */
  async madeBy({ client }: { client: ApiClient }, path: string, body: object): Promise<string> {
    const answer = await client.post(path, body);
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${answer.text}`);
    return withId.parse(answer.body).id;
  }

  /** Somebody who is logged in. Not by the API: hashing so many passwords takes minutes. */
  async person(): Promise<Somebody> {
    const { app } = this.api;
    const username = this.name('person');
    const users = app.get(DataSource).getRepository(User);
    const row = { id: newId<UserId>(), username, name: 'Somebody', role: 'user' } as const;
    const { passwordHash } = await users.findOneByOrFail({ username: 'admin' });
    await users.insert({ ...row, passwordHash });
    const user = await users.findOneByOrFail({ id: row.id });
    const login = await app.get(LoginRegistry).open(user, { address: '127.0.0.1', userAgent: '' }, false);
    const authorization = `Bearer ${app.get(TokenSigner, { strict: false }).sign(login)}`;
    return { id: row.id, username, client: this.api.anonymous().with({ authorization }) };
  }

  /** Somebody with a second factor, and the code that counts next. */
  async enrolled(): Promise<{ person: Somebody; code: string }> {
    const person = await this.person();
    const app = await AuthenticatorApp.enrol(person.client, this.clock);
    this.clock.advance(30_000);
    return { person, code: app.code(this.clock.now()) };
  }

  /** Begins to set up a second factor; gives the code that confirms it. */
  async begunCode(client: ApiClient): Promise<string> {
    const answer = await client.post('/me/second-factor', {}).expect(200);
    return codeAt(z.object({ secret: z.string() }).parse(answer.body).secret, this.now());
  }

  now(): Date {
    return this.clock.now();
  }

  asset(): Promise<string> {
    return this.made('/assets', { name: this.name('web'), address: '192.0.2.1' });
  }

  /** A scan that found a new host key on an asset, as a gateway writes it down. */
  async scanned(): Promise<string> {
    const id = await this.made('/host-key-scans', { ids: [await this.asset()] });
    const ledger = this.api.app.get(RunLedger, { strict: false });
    const [gatewayId, publicKey] = [newId<GatewayId>(), generateKey().publicKey];
    const keys = [{ type: 'ssh-ed25519', publicKey, fingerprint: parsePublicKey(publicKey, '').fingerprint }];
    const outcome = { address: '192.0.2.1', port: 22, finding: 'new', keys, pins: [] };
    for (const item of await ledger.claim('host-keys', gatewayId, 100)) {
      await ledger.finish(gatewayId, item, {
        ...{ state: 'succeeded', step: 'host-key', reason: '' },
        ...{ steps: [], outcome },
      });
    }
    return id;
  }

  systemUser(): Promise<string> {
    return this.made('/system-users', { username: this.name('dev'), password: this.secret() });
  }

  /** A system user that stands on an asset. */
  async pushed(): Promise<{ assetId: string; systemUserId: string }> {
    const [assetId, systemUserId] = [await this.asset(), await this.systemUser()];
    await this.made('/pushes', { systemUserId, assetIds: [assetId], mode: 'record-only' });
    return { assetId, systemUserId };
  }

  /** The same with something pushed that a drift scan can compare, as a gateway writes it down. */
  async pushedForReal(): Promise<{ assetId: string; systemUserId: string }> {
    const pushed = await this.pushed();
    await this.api.app
      .get(DataSource)
      .query(`UPDATE push_records SET mode = 'password', pushed = '{}' WHERE asset_id = $1`, [
        pushed.assetId,
      ]);
    return pushed;
  }

  /** Somebody whom a rule lets to an asset. */
  async reached(): Promise<{ person: Somebody; assetId: string; systemUserId: string }> {
    const person = await this.person();
    const { assetId, systemUserId } = await this.pushed();
    const sides = { userIds: [person.id], assetIds: [assetId], systemUserIds: [systemUserId] };
    await this.made('/authorization-rules', { name: this.name('rule'), ...sides });
    return { person, assetId, systemUserId };
  }

  async mailIsOn(): Promise<void> {
    const server = { host: 'mail.example.org', port: 25, security: 'none' };
    const sender = { senderAddress: 'gatehouse@example.org', senderName: 'Gatehouse' };
    const body = { enabled: true, ...server, ...sender, consoleUrl: 'https://gatehouse.example.org' };
    await this.api.admin.put('/settings/mail', body).expect(200);
  }

  /** The token of a link that was mailed to the person. */
  async mailedToken(userId: string): Promise<string> {
    const secret = randomBytes(32).toString('base64url');
    const id = newId<PasswordLink['id']>();
    const [createdAt, expiresAt] = [this.now(), new Date(this.now().getTime() + 60_000)];
    const secretHash = createHash('sha256').update(secret).digest('hex');
    const link = { id, userId: asId<UserId>(userId), secretHash, createdAt, expiresAt };
    await this.api.app.get(DataSource).getRepository(PasswordLink).insert(link);
    return `${id}.${secret}`;
  }

  /** A session that is under way. */
  async session(): Promise<string> {
    const id = newId<SessionId>();
    const who = { userId: newId<UserId>(), username: 'alice', sourceAddress: '192.0.2.7' };
    const where = { assetId: newId<AssetId>(), assetName: 'web', gatewayId: newId<GatewayId>() };
    const as = { systemUserId: newId<SystemUserId>(), systemUsername: 'dev', destination: null };
    const what = { kind: 'ssh', command: null, recordingPath: null, startedAt: new Date() } as const;
    await this.api.app.get(SessionJournal).begin({ id, ...who, ...where, ...as, ...what });
    return id;
  }

  /** A spreadsheet that was checked. */
  async sheet(kind: 'assets' | 'users', csv: string): Promise<string> {
    const answer = await this.send('post', `/${kind}/imports`, { body: Buffer.from(csv) });
    return withId.parse(answer.body).id;
  }

  /** Sends it as it is: JSON or a file. */
  send(method: string, path: string, { body, by }: Change): ReturnType<ApiClient['call']> {
    const client = by?.client ?? this.api.admin;
    if (!Buffer.isBuffer(body)) return client.call(method, path, body);
    const file = client.call(method, path).set('Content-Type', 'application/octet-stream');
    return file.send(body as unknown as string);
  }
}

/** Everybody's password. */
export const currentPassword = PASSWORD;
