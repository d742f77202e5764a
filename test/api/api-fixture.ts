import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { pino } from 'pino';
import supertest, { type Test } from 'supertest';
import { z } from 'zod';
import type { Role } from '#libs/contracts';
import { migrate, openDatabase, UnitOfWork } from '#libs/database';
import { makeFirstAdmin } from '#libs/identity';
import { readConfig, systemClock, type Clock } from '#libs/kernel';
import { CredentialVault } from '#libs/vault';
import { createApi } from '../../apps/api/src/api.js';
import type { EmbeddedPostgres } from '../../apps/standalone/src/embedded-postgres.js';
import { startThrowAwayPostgres } from '../database/throw-away-postgres.js';

const loginAnswer = z.object({ accessToken: z.string() });
const created = z.object({ id: z.uuid() });

/** Password of everybody whom the fixture adds, the administrator too. */
export const PASSWORD = 'correct horse 4711';

/** A clock that tests move. */
export class HandClock implements Clock {
  private moved = 0;

  now(): Date {
    return new Date(Date.now() + this.moved);
  }

  advance(milliseconds: number): void {
    this.moved += milliseconds;
  }
}

/** Somebody who calls the API: with a bearer token, with a cookie, or without a login. */
export class ApiClient {
  constructor(
    private readonly url: string,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  /** The same with other headers besides. */
  with(headers: Record<string, string>): ApiClient {
    return new ApiClient(this.url, { ...this.headers, ...headers });
  }

  call(method: string, path: string, body?: unknown): Test {
    const whole = path.startsWith('/api/') ? path : `/api/v1${path}`;
    const agent = supertest(this.url);
    const calls: Record<string, (path: string) => Test> = {
      get: (to) => agent.get(to),
      post: (to) => agent.post(to),
      put: (to) => agent.put(to),
      patch: (to) => agent.patch(to),
      delete: (to) => agent.delete(to),
    };
    const start = calls[method];
    if (!start) throw new Error(`no such method: ${method}`);
    const test = start(whole).set(this.headers);
    return body === undefined
      ? test
      : test.set('Content-Type', 'application/json').send(JSON.stringify(body));
  }

  get = (path: string): Test => this.call('get', path);
  post = (path: string, body?: unknown): Test => this.call('post', path, body);
  put = (path: string, body?: unknown): Test => this.call('put', path, body);
  patch = (path: string, body?: unknown): Test => this.call('patch', path, body);
  delete = (path: string): Test => this.call('delete', path);
}

/** Who was added, and as whom they call. */
export interface Somebody {
  id: string;
  username: string;
  client: ApiClient;
}

export interface ApiOptions {
  clock?: Clock;
  environment?: Record<string, string>;
  consoleDir?: string;
  /** Gets each log line; all levels then. */
  onLog?: (line: string) => void;
}

/** The real api over a real PostgreSQL of its own, on a loopback port. */
export class ApiFixture {
  private constructor(
    readonly app: NestExpressApplication,
    readonly url: string,
    readonly dataDir: string,
    readonly databaseUrl: string,
    private readonly postgres: EmbeddedPostgres,
  ) {}

  /** An administrator who has chosen their password. */
  admin: ApiClient = this.anonymous();

  static async start(options: ApiOptions = {}): Promise<ApiFixture> {
    const dataDir = await mkdtemp(join(tmpdir(), 'gatehouse-api-'));
    await chmod(dataDir, 0o755); // the database may run under another account
    const postgres = await startThrowAwayPostgres(dataDir);
    try {
      const app = await open(dataDir, postgres.url, options);
      const url = (await app.getUrl()).replace('[::1]', '127.0.0.1');
      const fixture = new ApiFixture(app, url, dataDir, postgres.url, postgres);
      await fixture.becomeAdmin();
      return fixture;
    } catch (error) {
      await postgres.stop();
      await rm(dataDir, { recursive: true, force: true });
      throw error;
    }
  }

  anonymous(): ApiClient {
    return new ApiClient(this.url);
  }

  async login(username: string, password = PASSWORD): Promise<ApiClient> {
    const answer = await this.anonymous().post('/auth/login', { username, password }).expect(200);
    const { accessToken } = loginAnswer.parse(answer.body);
    return this.anonymous().with({ authorization: `Bearer ${accessToken}` });
  }

  async addUser(username: string, role: Role = 'user'): Promise<Somebody> {
    const body = { username, name: `Person ${username}`, role, password: PASSWORD };
    const answer = await this.admin.post('/users', body).expect(201);
    return { id: created.parse(answer.body).id, username, client: await this.login(username) };
  }

  async stop(): Promise<void> {
    await this.app.close();
    await this.postgres.stop();
    await rm(this.dataDir, { recursive: true, force: true });
  }

  private async becomeAdmin(): Promise<void> {
    const made = await makeFirstAdmin(this.app.get(UnitOfWork), null);
    const first = made?.oneTimePassword ?? '';
    const admin = await this.login('admin', first);
    await admin.post('/me/password', { currentPassword: first, newPassword: PASSWORD }).expect(204);
    this.admin = admin;
  }
}

async function open(
  dataDir: string,
  databaseUrl: string,
  options: ApiOptions,
): Promise<NestExpressApplication> {
  const { clock = systemClock, onLog, consoleDir } = options;
  const environment = { GATEHOUSE_DATA_DIR: dataDir, ...options.environment };
  const config = { ...readConfig(environment), databaseUrl };
  const logger = pino({ level: onLog ? 'trace' : 'fatal' }, { write: (line: string) => onLog?.(line) });
  await CredentialVault.open(dataDir); // a gateway's part: without its public key no secret can be sealed
  const dataSource = await openDatabase(databaseUrl);
  await migrate(dataSource);
  const parts = { config, logger, dataSource, clock, ...(consoleDir !== undefined && { consoleDir }) };
  const app = await createApi(parts);
  await app.listen(0, '127.0.0.1');
  return app;
}
