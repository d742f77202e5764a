import { request, type RequestOptions } from 'node:https';
import { text } from 'node:stream/consumers';
import { io } from 'socket.io-client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { SOCKET_PATH, TERMINAL_NAMESPACE } from '#libs/contracts';
import { Harness, type Way } from '../gateway/harness.js';
import { MailDesk } from '../gateway/mail-desk.js';
import { makeCertificate, type Certificate } from '../gateway/mail-server.js';
import { findFreePort, requires } from '../hosts/index.js';
import { ConsoleBrowser } from './browser.js';
import { ProxyServer } from './proxy-server.js';

const attempts = z.object({ items: z.array(z.object({ address: z.string(), username: z.string() })) });

let certificate: Certificate;
const servers: ProxyServer[] = [];

/** Starts the product for an address with this path, and a proxy in front of it. */
async function publish(path: string, example: string): Promise<{ harness: Harness; base: string }> {
  certificate = await makeCertificate();
  const port = await findFreePort(24000, 24299);
  const base = `https://127.0.0.1:${port}${path}`;
  const harness = await Harness.start({
    env: { GATEHOUSE_PUBLIC_URL: base, GATEHOUSE_TRUSTED_PROXIES: '127.0.0.1' },
  });
  await serve(example, port, harness);
  return { harness, base };
}

async function serve(example: string, port: number, { product }: Harness): Promise<void> {
  servers.push(await ProxyServer.start(example, { port, productPort: product.httpPort, certificate }));
}

afterAll(async () => {
  await Promise.all(servers.splice(0).map((server) => server.stop()));
});

/** One request, as any client makes it. */
async function ask(url: string, options: RequestOptions = {}, body?: unknown) {
  const answer = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    const asked = request(url, { ca: certificate.ca, agent: false, ...options }, resolve);
    asked.once('error', reject);
    asked.end(body === undefined ? undefined : JSON.stringify(body));
  });
  return { status: answer.statusCode, headers: answer.headers, text: await text(answer) };
}

/** Logs in as the console does. */
function logIn(base: string, person: { username: string; password: string }, more: RequestOptions = {}) {
  const headers = { 'content-type': 'application/json', 'x-gatehouse-client': 'console', ...more.headers };
  const { username, password } = person;
  return ask(`${base}/api/v1/auth/login`, { method: 'POST', ...more, headers }, { username, password });
}

/** What becomes of a terminal socket of this login from a page of this origin. */
function socketOf(base: string, cookie: string, origin = new URL(base).origin): Promise<string> {
  const { pathname } = new URL(base);
  const socket = io(`${new URL(base).origin}${TERMINAL_NAMESPACE}`, {
    path: `${pathname.replace(/\/$/, '')}${SOCKET_PATH}`,
    transports: ['websocket'],
    forceNew: true,
    reconnection: false,
    extraHeaders: { cookie, origin },
    ca: certificate.ca,
  });
  return new Promise<string>((resolve) => {
    socket.once('connect', () => resolve('connected'));
    socket.once('connect_error', (error) => resolve(error.message));
  }).finally(() => socket.disconnect());
}

/** All that a console at this address needs, one by one. */
async function proveAddress(base: string, person: { username: string; password: string }): Promise<void> {
  const page = await ask(`${base}/login`);
  expect(page.text).toContain(`<base href="${new URL(`${base}/`).pathname}"`);
  const script = /src="(main-[^"]+\.js)"/.exec(page.text)?.[1] ?? '';
  expect(await ask(`${base}/${script}`)).toMatchObject({ status: 200 });
  expect(page.headers['strict-transport-security']).toContain('max-age=');
  const { headers } = await logIn(base, person);
  const [cookie = ''] = headers['set-cookie'] ?? [];
  expect(cookie).toMatch(/HttpOnly/);
  expect(cookie).toMatch(/Secure/);
  expect(cookie).toContain(`Path=${new URL(`${base}/`).pathname};`);
  const session = cookie.split(';')[0] ?? '';
  const me = await ask(`${base}/api/v1/me`, {
    headers: { cookie: session, 'x-gatehouse-client': 'console' },
  });
  expect(me.text).toContain(person.username);
  expect(await socketOf(base, session)).toBe('connected');
  expect(await socketOf(base, session, 'https://evil.example')).not.toBe('connected');
  const foreign = { headers: { origin: 'https://evil.example' } };
  expect((await logIn(base, person, foreign)).text).toContain('cross_site');
  expect(await ask(`${base}/metrics`)).toMatchObject({ status: 404 });
}

requires('hosts', 'ssh', 'browser', 'openssl', 'nginx', 'caddy').describe(
  'below a path, behind a proxy',
  () => {
    let harness: Harness;
    let base: string;
    let way: Way;

    beforeAll(async () => {
      ({ harness, base } = await publish('/gatehouse', 'nginx-sub-path.conf'));
      return () => harness.stop();
    }, 60_000);
    beforeAll(async () => {
      const systemKey = await harness.keys.make('system');
      const accounts = [{ username: 'dev', publicKey: systemKey.public }];
      const host = await harness.startHost({ name: 'web-01', accounts });
      way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    });

    it('the console logs in, lists and opens a terminal, and asks for nothing outside of its path', async () => {
      const browser = await ConsoleBrowser.start();
      const visitor = await browser.visit(base);
      const { page, context } = visitor;
      const asked: string[] = [];
      const failed: string[] = [];
      context.on('request', (each) => asked.push(each.url()));
      context.on('response', (each) => {
        if (each.status() >= 400 && each.status() !== 401) failed.push(`${each.status()} ${each.url()}`);
      });
      await page.goto(`${base}?from=a-mail`);
      await page.waitForURL(`${base}/login**`);
      await visitor.field('User name').fill(way.person.username);
      await visitor.field('Password').fill(way.person.password);
      await visitor.button('Log in').click();
      await page.waitForURL(`${base}/my-assets`);
      await expect.poll(() => page.locator('body').textContent()).toContain('web-01');
      await page.reload();
      await expect.poll(() => page.locator('body').textContent()).toContain('web-01');
      await page.goto(`${base}/terminal?asset=${way.assetId}&systemUser=${way.systemUserId}`);
      const screen = page.locator('.xterm-rows');
      await expect.poll(() => screen.textContent()).toContain('$');
      await page.locator('.xterm-helper-textarea').focus();
      await page.keyboard.type('echo sum=$((40+2))\n');
      await expect.poll(() => screen.textContent()).toContain('sum=42');
      expect(asked.filter((url) => !url.startsWith(`${base}/`) && !url.startsWith(`${base}?`))).toEqual([]);
      expect(failed).toEqual([]);
      expect(browser.complaints).toEqual([]);
      await browser.stop();
    });

    it('nginx and Caddy pass on all that a console needs, and no page of another site', async () => {
      await proveAddress(base, way.person);
      expect((await ask(base)).headers.location).toMatch(/\/gatehouse\/$/);
      const port = await findFreePort(24300, 24499);
      await serve('Caddyfile.sub-path', port, harness);
      await proveAddress(`https://127.0.0.1:${port}/gatehouse`, way.person);
    });

    it('a login comes from where the proxy saw it, whatever the client says', async () => {
      const lies = {
        'x-forwarded-for': '203.0.113.66',
        'x-real-ip': '203.0.113.66',
        forwarded: 'for=203.0.113.66',
      };
      const { status } = await logIn(
        base,
        { username: 'nobody', password: 'wrong' },
        {
          localAddress: '127.0.0.9',
          headers: lies,
        },
      );
      expect(status).toBe(401);
      const { items } = await harness.admin.call('GET', '/login-attempts?q=nobody', attempts);
      expect(items.map(({ address }) => address)).toEqual(['127.0.0.9']);
    });

    it('links in mails lead there', async () => {
      const desk = new MailDesk(harness);
      const server = await desk.serve();
      await desk.set(server.port, { consoleUrl: null });
      await desk.add('mia');
      const { text: letter } = await server.mailTo('mia@example.org');
      await desk.clear();
      const [link = ''] = /https:\S+/.exec(letter ?? '') ?? [];
      expect(link.startsWith(`${base}/set-password#`)).toBe(true);
      expect((await ask(link.split('#')[0] ?? '')).text).toContain('<gh-root>');
    });
  },
);

requires('ssh', 'openssl', 'nginx', 'caddy').describe('a host of its own, behind a proxy', () => {
  it('is served by nginx and by Caddy', async () => {
    const { harness, base } = await publish('', 'nginx.conf');
    try {
      const person = await harness.addPerson('bob');
      await proveAddress(base, person);
      const port = await findFreePort(24300, 24499);
      await serve('Caddyfile', port, harness);
      await proveAddress(`https://127.0.0.1:${port}`, person);
    } finally {
      await harness.stop();
    }
  }, 120_000);
});
