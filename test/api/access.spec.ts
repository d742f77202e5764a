import { Reflector } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { IMPORT_KINDS, ROLES, roleHas, type ImportKind, type Role } from '#libs/contracts';
import {
  BatchExecution,
  BatchResult,
  ImportShelf,
  SecondFactor,
  User,
  UserGroup,
  UserGroupAdministrator,
  UserGroupMember,
} from '#libs/database';
import { ApiTokenBook, LoginRegistry, PublicKeyBook } from '#libs/identity';
import {
  asId,
  generateKey,
  newId,
  NotPermitted,
  readConfig,
  systemActor,
  type Actor,
  type AssetId,
  type BatchExecutionId,
  type SystemUserId,
  type UserGroupId,
  type UserId,
} from '#libs/kernel';
import { AccessGuard } from '../../apps/api/src/http/access.guard.js';
import { openApiDocument } from '../../apps/api/src/openapi.js';
import { reachOf, type Reach } from './access-matrix.js';
import { ApiFixture, type ApiClient } from './api-fixture.js';
import { concrete, handlersOf, routesOf, type Handler, type Route } from './routes.js';

const routes = routesOf(await openApiDocument());
const closed = routes.filter((route) => route.permission !== null);

/** Public handlers. Another one is a decision: it goes here after somebody thought about it. */
const PUBLIC = [
  'ApiDocumentController.getOpenApi',
  'AuthController.finishLogin',
  'AuthController.login',
  'HealthController.healthy',
  'HealthController.metricsText',
  'HealthController.ready',
  'PasswordRecoveryController.getLoginOptions',
  'PasswordRecoveryController.requestPasswordLink',
  'PasswordRecoveryController.setPassword',
];
/** Of these not part of the described API. */
const UNDESCRIBED = 4;

/** What a route must be sent to come as far as the object; the others take an empty body. */
const BODIES: Readonly<Record<string, () => object>> = {
  createUserPublicKey: () => ({ publicKey: generateKey().publicKey }),
  generateUserPublicKey: () => ({ name: 'made' }),
};

/** Somebody at the door. `half`: they must choose their own password first; `unenrolled`: set up a second factor. */
interface Person {
  who: string;
  role: Role;
  userId: UserId;
  client: ApiClient;
  as?: 'half' | 'unenrolled' | 'token' | 'read-only token';
}

/** How a route refuses somebody, whatever they send; null: it doesn't. */
type Refusal = { status: number; code: string } | null;

describe('access to every route', () => {
  let api: ApiFixture;
  let people: Person[];
  let handlers: Map<string, Handler>;

  beforeAll(async () => {
    api = await ApiFixture.start();
    people = await gather(api);
    handlers = new Map(handlersOf(api).map((handler) => [handler.name.replace(/.*\./, ''), handler]));
  });
  afterAll(() => api.stop());

  /** What follows from the declared permission, the person's role and how they prove who they are. */
  function refusalOf(route: Route, { role, as }: Person): Refusal {
    const handler = handlers.get(route.name);
    if (!handler) throw new Error(`no handler is called ${route.name}`);
    if (route.permission === null) return null;
    if (as === 'half' && !handler.beforePasswordChange)
      return { status: 403, code: 'password_change_required' };
    if (as === 'unenrolled' && !handler.beforeEnrolment)
      return { status: 403, code: 'second_factor_required' };
    if (!roleHas(role, route.permission)) return { status: 403, code: 'not_permitted' };
    if (as !== 'token' && as !== 'read-only token') return null;
    if (handler.byLoginOnly) return { status: 403, code: 'login_required' };
    if (as === 'read-only token' && route.method !== 'get') return { status: 403, code: 'read_only_token' };
    return null;
  }

  async function call(client: ApiClient, { name, method, path }: Route, ids: Record<string, string> = {}) {
    const sent = BODIES[name]?.() ?? {};
    const answer = await client.call(method, concrete(path, ids), method === 'get' ? undefined : sent);
    const { code } = z.object({ code: z.string().optional() }).catch({}).parse(answer.body);
    const { status, text } = answer;
    return { status, code, text };
  }

  it('declares a permission or why it is public', () => {
    const all = handlersOf(api);
    expect(all.length).toBeGreaterThan(60);
    expect(all.filter(({ access }) => access === undefined).map(({ name }) => name)).toEqual([]);
    const open = all.filter(({ access }) => 'publicBecause' in (access ?? {})).map(({ name }) => name);
    expect(open.sort()).toEqual(PUBLIC);
    expect(closed.length + open.length - UNDESCRIBED).toBe(routes.length);
    expect(all.length).toBe(closed.length + open.length);
  });

  it('says whose objects it touches', () => {
    const faults = routes.flatMap((route) => {
      try {
        reachOf(route);
        return [];
      } catch (error) {
        return [error instanceof Error ? error.message : String(error)];
      }
    });
    expect(faults).toEqual([]);
    expect(() => reachOf({ name: 'x', method: 'get', path: '/api/v1/new', permission: 'own.use' })).toThrow(
      'no area',
    );
    const elsewhere = {
      name: 'x',
      method: 'get',
      path: '/api/v1/assets/{id}/x',
      permission: 'own.use',
    } as const;
    expect(() => reachOf(elsewhere)).toThrow('no area');
  });

  it('refuses whoever is not logged in, with nothing and with something like a token', async () => {
    const nobody = ['', `Bearer gatehouse_${'A'.repeat(43)}`];
    for (const route of closed) {
      for (const authorization of nobody) {
        const client = authorization ? api.anonymous().with({ authorization }) : api.anonymous();
        const { status, code } = await call(client, route);
        expect({ route, status, code }).toEqual({ route, status: 401, code: 'not_logged_in' });
      }
    }
  });

  it('refuses exactly whom role and kind of login do not let in', { timeout: 60_000 }, async () => {
    expect(people.map(({ who }) => who)).toHaveLength(ROLES.length * 2 + 2);
    let refused = 0;
    const tryAll = async (person: (typeof people)[number]): Promise<void> => {
      for (const route of routes) {
        if (route.name === 'logout' || route.name === 'login') continue; // tried in login.spec.ts
        const expected = refusalOf(route, person);
        const { status, code, text } = await call(person.client, route);
        const told = { who: person.who, route: `${route.method} ${route.path}` };
        if (expected) {
          expect({ ...told, status, code }).toEqual({ ...told, ...expected });
          refused++;
        } else {
          expect([401, 403], `${JSON.stringify(told)}: ${text}`).not.toContain(status);
          expect(status, `${JSON.stringify(told)}: ${text}`).toBeLessThan(500);
        }
      }
    };
    await Promise.all(people.map(tryAll));
    expect(refused).toBeGreaterThan(300);
  });

  it('keeps what is somebody else’s from everybody who is let in', { timeout: 60_000 }, async () => {
    const tried = new Set<Reach>();
    for (const route of closed.filter(({ path }) => path.includes('{'))) {
      const reach = reachOf(route);
      if (reach === 'everybody' || reach === 'rules') continue;
      tried.add(reach);
      for (const person of people.filter((each) => refusalOf(route, each) === null)) {
        for (const whose of ['own', 'foreign'] as const) {
          const ids = await objectOf(api, route, reach, person, whose);
          const { status, text } = await call(person.client, route, ids);
          const told = `${person.who}: ${route.method} ${route.path}, ${whose}: ${status} ${text}`;
          const mayEnd = route.method === 'get' || person.role === 'admin';
          const isOpen = reach === 'user' || reach === 'group' || (reach === 'record' && mayEnd);
          const seesAll = isOpen && (person.role === 'admin' || person.role === 'auditor');
          if (whose === 'foreign' && !seesAll) expect(status, told).toBe(404);
          else expect([200, 201, 204, 422], told).toContain(status);
        }
      }
    }
    expect([...tried].sort()).toEqual(['asset', 'group', 'own', 'record', 'user']);
  });

  it('names in lists nobody whom the caller may not see', async () => {
    const lists = closed.filter(({ method, path }) => method === 'get' && !path.includes('{'));
    const scoped = lists.filter((route) => reachOf(route) === 'caller');
    expect(scoped.length).toBeGreaterThan(6);
    for (const person of people.filter(({ role }) => role === 'group_admin' || role === 'user')) {
      const others = people.filter(({ userId }) => userId !== person.userId).map(({ userId }) => userId);
      const foreign = await objectOf(api, { path: '/users/{id}' }, 'user', person, 'foreign');
      for (const route of scoped.filter((each) => refusalOf(each, person) === null)) {
        const { status, text } = await call(person.client, route);
        expect(status, `${route.path}: ${text}`).toBe(200);
        for (const id of [...others, foreign['id'] ?? ''])
          expect(text, `${person.who}: ${route.path}`).not.toContain(id);
      }
    }
  });

  it('answers nobody where nothing is declared', async () => {
    class Canary {
      readonly sings = true;
    }
    const sing = (): string => 'free';
    const guard = new AccessGuard(new Reflector(), readConfig({}));
    const context = new ExecutionContextHost([{}, {}], Canary, sing);
    await expect(guard.canActivate(context)).rejects.toThrow(NotPermitted);
  });
});

/** Somebody of each role, by login and by token; an administrator before their first password, and one's token that only reads. */
async function gather(api: ApiFixture): Promise<Person[]> {
  const people: Person[] = [];
  const tokenOf = async (userId: UserId, readOnly = false): Promise<ApiClient> => {
    const wish = { name: 'matrix', expiresAt: null, readOnly };
    const { secret } = await api.app.get(ApiTokenBook).create(systemActor, userId, wish);
    return api.anonymous().with({ authorization: `Bearer ${secret}` });
  };
  for (const role of ROLES) {
    const { id, client } = await api.addUser(`a-${role.replace('_', '-')}`, role);
    const userId = asId<UserId>(id);
    people.push({ who: role, role, userId, client });
    if (role === 'auditor') continue; // a token of theirs shows nothing that the others don't
    people.push({ who: `${role} by token`, role, userId, client: await tokenOf(userId), as: 'token' });
    if (role !== 'admin') continue;
    const readOnly = await tokenOf(userId, true);
    people.push({ who: 'admin who reads', role, userId, client: readOnly, as: 'read-only token' });
  }
  const { id, client } = await api.addUser('half-logged-in', 'admin');
  await api.app
    .get(DataSource)
    .getRepository(User)
    .update({ id: asId<UserId>(id) }, { mustChangePassword: true });
  people.push({ who: 'half-logged-in admin', role: 'admin', userId: asId<UserId>(id), client, as: 'half' });
  const bare = await api.addUser('without-a-factor', 'admin');
  await api.admin.patch(`/users/${bare.id}`, { secondFactorRequired: true }).expect(200);
  const unenrolled = { role: 'admin', userId: asId<UserId>(bare.id), client: bare.client } as const;
  people.push({ who: 'admin without a factor', ...unenrolled, as: 'unenrolled' });
  return people;
}

/** Ids of something new that is the person's, or somebody else's: of every kind that a path may name. */
async function objectOf(
  api: ApiFixture,
  { path }: Pick<Route, 'path'>,
  reach: Reach,
  person: Person,
  whose: 'own' | 'foreign',
): Promise<Record<string, string>> {
  if (reach === 'asset') return { id: await assetOf(api, whose === 'own' ? person : null) };
  if (reach === 'record') return batchOf(api, whose === 'own' ? person.userId : newId<UserId>());
  const group = await addGroup(api, whose === 'own' ? person : null);
  if (reach === 'group') return { id: group };
  const member = await addMember(api, group);
  if (reach === 'user') {
    const factor = { userId: member, sealedSecret: '', createdAt: new Date(), confirmedAt: new Date() };
    await api.app.get(DataSource).getRepository(SecondFactor).insert(factor);
    return { id: member, ...(await possessionsOf(api, member)) };
  }
  const sheet = IMPORT_KINDS.find((each) => path.includes(`/${each}/imports/{id}`));
  if (sheet) return { id: await sheetOf(api, whose === 'own' ? person.userId : member, sheet) };
  const things = await possessionsOf(api, whose === 'own' ? person.userId : member);
  const [, kind = ''] = /me\/([\w-]+)\/\{id\}/.exec(path) ?? [];
  const ids: Record<string, string> = {
    logins: things.loginId,
    'api-tokens': things.tokenId,
    'public-keys': things.keyId,
  };
  const id = ids[kind];
  if (id === undefined) throw new Error(`access.spec.ts can't make what ${path} names`);
  return { id };
}

/** A spreadsheet that the user has had checked. */
async function sheetOf(api: ApiFixture, userId: UserId, kind: ImportKind): Promise<string> {
  const actor: Actor = { userId, username: 'somebody', role: 'admin', address: null, way: 'api' };
  const left = { fileName: '', language: 'en', headers: [], unknownHeaders: [], otherSheets: [], remarks: 0 };
  return api.app.get(ImportShelf).keep(actor, { kind, ...left, rows: [] });
}

/** A batch execution of the user's that is over, and one of its assets. */
async function batchOf(api: ApiFixture, userId: UserId): Promise<Record<string, string>> {
  const database = api.app.get(DataSource);
  const [id, assetId] = [newId<BatchExecutionId>(), newId<AssetId>()];
  const who = { userId, username: 'somebody', sourceAddress: '192.0.2.1', way: 'api' } as const;
  const what = { systemUserId: newId<SystemUserId>(), systemUsername: 'dev', command: 'id', pattern: '*' };
  const limits = { parallel: 1, timeLimitSeconds: 1, outputBytes: 1 };
  const over = { state: 'succeeded', gatewayId: null, finishedAt: new Date() } as const;
  const row = { id, ...who, ...what, ...limits, ...over, assetCount: 1, createdAt: new Date() };
  await database.getRepository(BatchExecution).insert(row);
  const result = { executionId: id, assetId, assetName: 'web', place: 1, state: 'succeeded' } as const;
  await database.getRepository(BatchResult).insert({ ...result, finishedAt: new Date() });
  return { id, assetId };
}

const assets = new Map<UserId | null, string>();

/** An asset that a rule gives the person; null: that none gives anybody. Made once. */
async function assetOf(api: ApiFixture, person: Person | null): Promise<string> {
  const known = assets.get(person?.userId ?? null);
  if (known !== undefined) return known;
  const made = async (path: string, body: object): Promise<string> =>
    z.object({ id: z.string() }).parse((await api.admin.post(path, body)).body).id;
  const name = `of-${person?.userId ?? 'nobody'}`;
  const assetId = await made('/assets', { name, address: '192.0.2.1' });
  assets.set(person?.userId ?? null, assetId);
  if (!person) return assetId;
  const username = `dev${assets.size}`;
  const systemUserId = await made('/system-users', { username, password: 'matrix 4711' });
  await made('/pushes', { systemUserId, assetIds: [assetId], mode: 'record-only' });
  const sides = { userIds: [person.userId], assetIds: [assetId], systemUserIds: [systemUserId] };
  await made('/authorization-rules', { name, ...sides });
  return assetId;
}

async function addGroup(api: ApiFixture, administrator: Person | null): Promise<UserGroupId> {
  const database = api.app.get(DataSource);
  const groupId = newId<UserGroupId>();
  await database.getRepository(UserGroup).insert({ id: groupId, name: `group ${groupId}` });
  if (administrator) {
    await database.getRepository(UserGroupAdministrator).insert({ groupId, userId: administrator.userId });
  }
  return groupId;
}

async function addMember(api: ApiFixture, groupId: UserGroupId): Promise<UserId> {
  const database = api.app.get(DataSource);
  const id = newId<UserId>();
  await database.getRepository(User).insert({ id, username: `u-${id}`, name: 'Somebody', role: 'user' });
  await database.getRepository(UserGroupMember).insert({ groupId, userId: id });
  return id;
}

/** A login, a token and a key of a user. */
async function possessionsOf(
  api: ApiFixture,
  userId: UserId,
): Promise<{ loginId: string; tokenId: string; keyId: string }> {
  const database = api.app.get(DataSource);
  // as themselves, and without their limits on numbers
  const self: Actor = { ...systemActor, userId };
  const user = await database.getRepository(User).findOneByOrFail({ id: userId });
  const login = await api.app
    .get(LoginRegistry)
    .open(user, { address: '192.0.2.1', userAgent: 'matrix' }, false);
  await database.query("DELETE FROM api_tokens WHERE user_id = $1 AND name = 'matrix object'", [userId]);
  await database.query('DELETE FROM public_keys WHERE user_id = $1', [userId]);
  const { token } = await api.app
    .get(ApiTokenBook)
    .create(self, userId, { name: 'matrix object', expiresAt: null });
  const key = await api.app.get(PublicKeyBook).add(self, userId, generateKey().publicKey, 'matrix');
  return { loginId: login.id, tokenId: token.id, keyId: key.id };
}
