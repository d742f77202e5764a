import type { Type } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { expect } from 'vitest';
import { z } from 'zod';
import type { Role } from '#libs/contracts';
import { ControlBus, User } from '#libs/database';
import type { UserId } from '#libs/kernel';
import { CredentialVault } from '#libs/vault';
import { ApiFixture, type ApiClient } from './api-fixture.js';

const problem = z.object({
  code: z.string(),
  errors: z.array(z.object({ field: z.string(), code: z.string() })).default([]),
});

/** An answer, its body not yet looked at. */
export interface Answer {
  status: number;
  body: unknown;
}

/** What an answer says went wrong: status, code and `field:code` of each wrong field. */
export function failureOf(answer: Answer): { status: number; code: string; fields: string[] } {
  const { code, errors } = problem.parse(answer.body);
  return { status: answer.status, code, fields: errors.map((error) => `${error.field}:${error.code}`) };
}

/** One user's way to the REST API; what is answered is kept in `said`. */
export class Caller {
  constructor(
    private readonly client: ApiClient,
    private readonly said: string[],
    readonly userId: UserId | null,
  ) {}

  get = (path: string): Promise<Answer> => this.send('get', path);
  post = (path: string, body: object = {}): Promise<Answer> => this.send('post', path, body);
  patch = (path: string, body: object): Promise<Answer> => this.send('patch', path, body);
  put = (path: string, body: object): Promise<Answer> => this.send('put', path, body);
  delete = (path: string): Promise<Answer> => this.send('delete', path);

  /** Makes something and gives its id; fails when that fails. */
  async made(path: string, body: object): Promise<string> {
    const answer = await this.post(path, body);
    if (answer.status !== 201 && answer.status !== 202) {
      throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    }
    return z.object({ id: z.string() }).parse(answer.body).id;
  }

  private async send(method: string, path: string, body?: object): Promise<Answer> {
    const answer = await this.client.call(method, path, body);
    this.said.push(answer.text);
    const json: unknown = answer.body;
    return { status: answer.status, body: json };
  }
}

/** The api with somebody of each role, and everything that it says kept. */
export class StockedApi {
  readonly database: DataSource;
  readonly nobody: Caller;
  private readonly callers = new Map<Role, Caller>();

  private constructor(
    private readonly fixture: ApiFixture,
    readonly vault: CredentialVault,
    /** Every body that was answered, and every log line at the lowest level, nothing blotted out. */
    readonly said: string[],
  ) {
    this.database = this.find(DataSource);
    this.nobody = new Caller(fixture.anonymous(), said, null);
  }

  static async start(): Promise<StockedApi> {
    const said: string[] = [];
    const fixture = await ApiFixture.start({ onLog: (line) => said.push(line) });
    const api = new StockedApi(fixture, await CredentialVault.open(fixture.dataDir), said);
    await api.addCaller('admin', 'admin', fixture.admin);
    const roles: Role[] = ['auditor', 'group_admin', 'user'];
    for (const role of roles) {
      const { username, client } = await fixture.addUser(`the-${role.replace('_', '-')}`, role);
      await api.addCaller(role, username, client);
    }
    return api;
  }

  get databaseUrl(): string {
    return this.fixture.databaseUrl;
  }

  /** Asks as a user of this role. */
  as(role: Role): Caller {
    const caller = this.callers.get(role);
    if (!caller) throw new Error(`nobody is ${role}`);
    return caller;
  }

  /** A part of the api, as its modules made it. */
  find<T>(part: Type<T>): T {
    return this.fixture.app.get(part, { strict: false });
  }

  /** Why access changed while `work` ran, as every process heard it; the bus keeps the order of the commits. */
  async reasonsDuring(work: () => Promise<unknown>): Promise<string[]> {
    const bus = this.find(ControlBus);
    const heard: string[] = [];
    const stop = bus.on('access.changed', ({ reason }) => heard.push(reason));
    const untilHeard = async (reason: string): Promise<void> => {
      await bus.notify('access.changed', { reason });
      await expect.poll(() => heard).toContain(reason);
    };
    await untilHeard('begin');
    await work();
    await untilHeard('end');
    stop();
    return heard.slice(heard.indexOf('begin') + 1, -1);
  }

  /** All rows of all tables as text, as a dump of the database would show them. */
  async dump(): Promise<string> {
    const tables = z
      .array(z.object({ name: z.string() }))
      .parse(
        await this.database.query(
          `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'pgboss')`,
        ),
      );
    const rows = await Promise.all(
      tables.map(({ name }) =>
        this.database.query(`SELECT coalesce(json_agg(t), '[]')::text FROM ${name} t`),
      ),
    );
    return JSON.stringify(rows);
  }

  stop(): Promise<void> {
    return this.fixture.stop();
  }

  private async addCaller(role: Role, username: string, client: ApiClient): Promise<void> {
    const { id } = await this.database.getRepository(User).findOneByOrFail({ username });
    this.callers.set(role, new Caller(client, this.said, id));
  }
}
