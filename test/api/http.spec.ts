import { createServer, type IncomingMessage, type Server as HttpServer } from 'node:http';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Server } from 'socket.io';
import { io, type Socket } from 'socket.io-client';
import supertest from 'supertest';
import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { SOCKET_PATH } from '#libs/contracts';
import { Gateway } from '#libs/database';
import { newId, type GatewayId } from '#libs/kernel';
import { ApiFixture, PASSWORD } from './api-fixture.js';

/** A socket.io server such as a gateway has; tells what it saw of each socket's request. */
class SocketServer {
  readonly requests: IncomingMessage[] = [];
  readonly id = newId<GatewayId>();
  private readonly http: HttpServer = createServer();
  private readonly io = new Server(this.http, { path: SOCKET_PATH, transports: ['websocket'] });

  constructor() {
    this.io.on('connection', (socket) => {
      this.requests.push(socket.request);
      socket.on('echo', (data: Buffer, reply: (data: Buffer) => void) => reply(data));
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.http.listen(0, '127.0.0.1', resolve));
    const address: AddressInfo | string | null = this.http.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return `http://127.0.0.1:${address.port}`;
  }

  async close(): Promise<void> {
    await this.io.close();
  }
}

/** How the client tells a refused upgrade: with its status. */
const refusal = z.object({ description: z.object({ message: z.string() }) });

describe('around the API', () => {
  let api: ApiFixture;
  let consoleDir: string;
  const lines: string[] = [];

  beforeAll(async () => {
    consoleDir = await mkdtemp(join(tmpdir(), 'gatehouse-console-'));
    await writeFile(join(consoleDir, 'index.html'), '<!doctype html><title>Console</title>');
    await writeFile(join(consoleDir, 'main-ABCD2345.js'), 'export {}');
    await mkdir(join(consoleDir, 'i18n'));
    await writeFile(join(consoleDir, 'i18n/en.json'), '{}');
    await writeFile(join(consoleDir, '.secret'), 'no');
    api = await ApiFixture.start({ consoleDir, onLog: (line) => lines.push(line) });
  });
  afterAll(async () => {
    await api.stop();
    await rm(consoleDir, { recursive: true });
  });

  const visit = (path: string) => supertest(api.url).get(path);

  it('serves the console’s page for every view, never kept', async () => {
    for (const path of ['/', '/assets', '/users/01890000-0000-7000-8000-000000000000?tab=access']) {
      const answer = await visit(path).expect(200);
      expect(answer.text).toContain('<title>Console</title>');
      expect(answer.headers['cache-control']).toBe('no-store');
    }
  });

  it('serves hashed files for ever and others with a question', async () => {
    const hashed = await visit('/main-ABCD2345.js').expect(200);
    expect(hashed.headers['cache-control']).toBe('public, max-age=31536000, immutable');
    expect((await visit('/i18n/en.json').expect(200)).headers['cache-control']).toBe('no-cache');
  });

  it.each([
    '/missing.js',
    '/.secret',
    '/../package.json',
    '/%2e%2e/package.json',
    '/api',
    '/api/v2/users',
    '/socket',
  ])('gives no page for %s', async (path) => {
    const answer = await visit(path);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(answer.text).not.toContain('<title>');
  });

  it('lets no foreign and no inline script run, and nobody frame the console', async () => {
    const { headers } = await visit('/');
    const policy = headers['content-security-policy'] ?? '';
    expect(policy).toContain("script-src 'self';");
    expect(policy).toContain("default-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('upgrade-insecure-requests');
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY' });
    expect(headers['strict-transport-security']).toBeUndefined();
    expect(headers['x-powered-by']).toBeUndefined();
    expect((await api.admin.get('/users')).headers['cache-control']).toBe('no-store');
  });

  it('gives other origins no leave to read', async () => {
    const answer = await supertest(api.url).options('/api/v1/users').set('Origin', 'https://evil.example');
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('tells its figures to the machine itself alone', async () => {
    const answer = await visit('/metrics').expect(200);
    expect(answer.text).toContain('gatehouse_http_request_duration_seconds_bucket');
    expect(answer.text).not.toMatch(/route="\/api\/v1\/users\/01/);
    await visit('/metrics').set('X-Forwarded-For', '192.0.2.1').expect(404);
  });

  it('logs every request without what may be secret', async () => {
    const secret = 'planted horse 4714';
    await api
      .anonymous()
      .post(`/auth/login?token=${encodeURIComponent(secret)}`, { username: 'admin', password: secret });
    await api.admin.with({ cookie: 'gatehouse_session=planted-cookie' }).get('/me');
    const log = lines.join('');
    expect(log).toContain('"path":"/api/v1/auth/login","status":401');
    expect(log).not.toMatch(/planted|Bearer|eyJ/);
    expect(log).not.toContain(PASSWORD);
    expect(log).not.toContain('argon2');
  });
});

describe('terminal sockets', () => {
  let api: ApiFixture;
  const servers: SocketServer[] = [];
  const sockets: Socket[] = [];

  beforeAll(async () => {
    api = await ApiFixture.start();
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.disconnect();
    for (const server of servers.splice(0)) await server.close();
    await api.app.get(DataSource).getRepository(Gateway).clear();
  });
  afterAll(() => api.stop());

  async function startGateway(ageMs = 0): Promise<SocketServer> {
    const server = new SocketServer();
    servers.push(server);
    const internalUrl = await server.listen();
    const lastSeenAt = new Date(Date.now() - ageMs);
    const row = { id: server.id, hostname: 'test', internalUrl, startedAt: lastSeenAt, lastSeenAt };
    await api.app.get(DataSource).getRepository(Gateway).insert(row);
    return server;
  }

  /** Connects as the console does. Gives the socket, or the status of the refusal. */
  function connect(
    headers: Record<string, string> = {},
    query: Record<string, string> = {},
  ): Promise<Socket | string> {
    const socket = io(api.url, {
      path: SOCKET_PATH,
      transports: ['websocket'],
      reconnection: false,
      forceNew: true,
      extraHeaders: headers,
      query,
    });
    sockets.push(socket);
    return new Promise((resolve) => {
      socket.on('connect', () => resolve(socket));
      socket.on('connect_error', (error) =>
        resolve(refusal.safeParse(error).data?.description.message ?? error.message),
      );
    });
  }

  async function connected(...options: Parameters<typeof connect>): Promise<Socket> {
    const socket = await connect(...options);
    if (typeof socket === 'string') throw new Error(socket);
    return socket;
  }

  it('go to a gateway, both ways, with the cookie and the client’s true address', async () => {
    const gateway = await startGateway();
    const socket = await connected({
      cookie: 'gatehouse_session=x',
      'x-forwarded-for': '203.0.113.66',
      'x-real-ip': '203.0.113.66',
      origin: api.url,
    });
    const sent = Buffer.alloc(300_000, 'gatehouse');
    const back: unknown = await socket.emitWithAck('echo', sent);
    expect(Buffer.isBuffer(back) && back.equals(sent)).toBe(true);
    expect(gateway.requests[0]?.headers).toMatchObject({
      cookie: 'gatehouse_session=x',
      'x-forwarded-for': '127.0.0.1',
      host: new URL(api.url).host,
    });
    expect(gateway.requests[0]?.headers['x-real-ip']).toBeUndefined();
  });

  it('of another site’s pages are refused', async () => {
    const gateway = await startGateway();
    expect(await connect({ origin: 'https://evil.example' })).toContain('403');
    expect(await connect({ origin: 'null' })).toContain('403');
    expect(gateway.requests).toEqual([]);
  });

  it('go to the gateway that was asked for, and to no other', async () => {
    const [one, two] = [await startGateway(), await startGateway()];
    for (let count = 0; count < 3; count++) await connected({}, { gateway: two.id });
    expect([one.requests.length, two.requests.length]).toEqual([0, 3]);
    expect(await connect({}, { gateway: newId() })).toContain('503');
  });

  it('are spread over the gateways', async () => {
    const both = [await startGateway(), await startGateway()];
    for (let count = 0; count < 6; count++) await connected();
    expect(both.map(({ requests }) => requests.length)).toEqual([3, 3]);
  });

  it('get 503 when no gateway lives, or it is dead', async () => {
    expect(await connect()).toContain('503');
    await startGateway(16_000);
    expect(await connect()).toContain('503');
    await api.app.get(DataSource).getRepository(Gateway).clear();
    const dead = await startGateway();
    await dead.close();
    servers.length = 0;
    expect(await connect()).toContain('503');
  });

  it('end at both ends', async () => {
    const gateway = await startGateway();
    const socket = await connected();
    const serverEnd = gateway.requests[0]?.socket;
    const closed = new Promise((resolve) => serverEnd?.once('close', resolve));
    socket.disconnect();
    await closed;
    const second = await connected();
    const ended = new Promise((resolve) => second.once('disconnect', resolve));
    gateway.requests[1]?.socket.destroy();
    await ended;
  });

  it('are all that /socket is for', async () => {
    await supertest(api.url).get(SOCKET_PATH).expect(404);
    await supertest(api.url).get(`${SOCKET_PATH}/?EIO=4&transport=polling`).expect(404);
  });

  it('need a gateway for the api to be ready', async () => {
    await supertest(api.url).get('/healthz').expect(200);
    expect((await supertest(api.url).get('/readyz')).body).toMatchObject({
      status: 503,
      detail: 'No gateway answers.',
    });
    await startGateway();
    await supertest(api.url).get('/readyz').expect(200);
  });
});
