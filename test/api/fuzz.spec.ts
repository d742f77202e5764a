import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { newId } from '#libs/kernel';
import { openApiDocument } from '../../apps/api/src/openapi.js';
import { ApiFixture, type ApiClient } from './api-fixture.js';

const METHODS = ['post', 'put', 'patch'] as const;
/** They wait for a gateway, and there is none. */
const ASKS_A_GATEWAY = /scan|test-connection/;

const withId = z.object({ id: z.uuid() });
const reference = z.object({ $ref: z.string() });
const properties = z.object({ properties: z.record(z.string(), z.unknown()) });

const document = await openApiDocument();
const paths = Object.entries(document.paths).filter(([path]) => !ASKS_A_GATEWAY.test(path));

const lists = paths.flatMap(([path, { get }]) => {
  const parameters = (get?.parameters ?? []).flatMap((parameter) => ('in' in parameter ? [parameter] : []));
  const names = parameters.filter(({ in: place }) => place === 'query').map(({ name }) => name);
  return names.length > 0 && !path.includes('{') ? [{ path, names }] : [];
});

const changes = paths.flatMap(([path, item]) =>
  METHODS.flatMap((method) => {
    const body = item[method]?.requestBody;
    if (!body || !('content' in body)) return [];
    const json = body.content['application/json'];
    if (!json) return []; // a file: the hostile ones have a suite of their own
    const { $ref } = reference.parse(json.schema);
    const schema = document.components?.schemas?.[$ref.replace('#/components/schemas/', '')];
    return [{ method, path, names: Object.keys(properties.parse(schema).properties) }];
  }),
);

const oddText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    'name',
    '-createdAt',
    '2026-01-01T00:00:00Z',
    '9'.repeat(30),
    '-1',
    '%',
    '_',
    "'",
    '\\',
    '$1',
    'true',
  ),
);

/** What a field might hold: something like what belongs there, or anything at all. */
const oddValue = fc.oneof(
  fc.jsonValue(),
  oddText,
  fc.constantFrom(
    'web',
    'root',
    'user',
    'record-only',
    '127.0.0.1',
    'ssh-ed25519 AAAA',
    null,
    true,
    22,
    1e300,
    -0,
  ),
  fc.array(fc.oneof(fc.uuid(), oddText, fc.constant(null)), { maxLength: 3 }),
);

describe('whatever is sent', () => {
  let api: ApiFixture;
  let fuzzer: ApiClient;
  const existing = new Map<string, string>();

  beforeAll(async () => {
    api = await ApiFixture.start();
    fuzzer = (await api.addUser('fuzzer', 'admin')).client;
    const add = async (path: string, body: object): Promise<string> => {
      const { id } = withId.parse((await api.admin.post(path, body)).body);
      existing.set(`/api/v1${path}/{id}`, id);
      return id;
    };
    const userId = await add('/users', { username: 'target', name: 'Target', role: 'user' });
    await add('/user-groups', { name: 'Group', memberIds: [userId] });
    await add('/admin-accounts', { name: 'Root', username: 'root', password: 'x' });
    await add('/asset-groups', { name: 'Web' });
    const assetId = await add('/assets', { name: 'web1', address: '127.0.0.1' });
    const systemUserId = await add('/system-users', { username: 'dev', generateKey: true });
    await add('/pushes', { systemUserId, assetIds: [assetId], mode: 'record-only' });
    await add('/authorization-rules', {
      name: 'R',
      userIds: [userId],
      assetIds: [assetId],
      systemUserIds: [systemUserId],
    });
  });
  afterAll(() => api.stop());

  /** The path with the id of something that is there. */
  function concrete(path: string): string {
    const [collection = ''] = /^.*\{id\}/.exec(path) ?? [];
    return path.replace('{id}', existing.get(collection) ?? newId());
  }

  it('covers every list and every change', () => {
    expect(lists.length).toBeGreaterThan(12);
    expect(changes.length).toBeGreaterThan(18);
  });

  it('no query makes a list fail', { timeout: 120_000 }, async () => {
    const query = fc.constantFrom(...lists).chain(({ path, names }) => {
      const name = fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...names) }, fc.string({ maxLength: 8 }));
      return fc.tuple(fc.constant(path), fc.array(fc.tuple(name, oddText), { maxLength: 4 }));
    });
    await fc.assert(
      fc.asyncProperty(query, async ([path, pairs]) => {
        const text = pairs
          .map((pair) => pair.map((part) => encodeURIComponent(part.toWellFormed())).join('='))
          .join('&');
        const answer = await api.admin.get(`${path}?${text}`);
        expect([200, 422], `${path}?${text}: ${answer.text}`).toContain(answer.status);
      }),
      { numRuns: 500 },
    );
  });

  it('no body makes a change fail', { timeout: 120_000 }, async () => {
    const sent = fc.constantFrom(...changes).chain(({ method, path, names }) => {
      const name = fc.oneof(
        { weight: 20, arbitrary: fc.constantFrom(...names) },
        fc.string({ maxLength: 8 }),
      );
      return fc.tuple(fc.constant(method), fc.constant(path), fc.dictionary(name, oddValue, { maxKeys: 5 }));
    });
    await fc.assert(
      fc.asyncProperty(sent, async ([method, path, body]) => {
        const client = path.endsWith('/login') ? api.anonymous() : fuzzer;
        const answer = await client.call(method, concrete(path), body);
        const expected = [200, 201, 202, 204, 401, 404, 409, 422, 429];
        expect(expected, `${method} ${path} ${JSON.stringify(body)}: ${answer.text}`).toContain(
          answer.status,
        );
      }),
      { numRuns: 800 },
    );
  });
});
