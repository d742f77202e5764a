import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { io } from 'socket.io-client';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { SOCKET_PATH, TERMINAL_NAMESPACE } from '#libs/contracts';
import { makeSelfSigned } from '../../apps/api/src/tls/self-signed.js';
import { freePortNear } from '../../apps/standalone/src/port-probe.js';
import { ApiProcess } from '../api/api-process.js';
import { requires, run } from '../hosts/index.js';
import { StandaloneRun } from './standalone-run.js';

const PATIENT = { timeout: 40_000, interval: 500 };
const DAY_MS = 86_400_000;

const root = mkdtempSync(join(tmpdir(), 'gatehouse-tls-'));
chmodSync(root, 0o755);
const runs: StandaloneRun[] = [];

afterEach(async () => {
  await Promise.all(runs.splice(0).map((each) => each.end()));
});
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

async function start(name: string, settings: NodeJS.ProcessEnv): Promise<StandaloneRun> {
  const ports = { httpPort: await freePortNear('127.0.0.1', 0), sshPort: await freePortNear('127.0.0.1', 0) };
  const product = new StandaloneRun(
    { dataDir: join(root, name), ...ports },
    { GATEHOUSE_GATEWAYS: '1', ...settings },
  );
  runs.push(product);
  await product.says('Ctrl-C stops everything');
  return product;
}

/** What the port shows to openssl. */
async function shownAt(port: number): Promise<string> {
  const line = `openssl s_client -connect 127.0.0.1:${port} </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256`;
  return (await run('sh', ['-c', line])).text.trim().replace(/^.*=/, '');
}

const fingerprintOf = (file: string): string =>
  execFileSync('openssl', ['x509', '-in', file, '-noout', '-fingerprint', '-sha256'], { encoding: 'utf8' })
    .trim()
    .replace(/^.*=/, '');

const curl = async (...args: string[]): Promise<string> => (await run('curl', ['-sS', '-i', ...args])).text;

requires('openssl', 'curl').describe('TLS by the product itself', () => {
  it('has an own certificate, made once, that openssl and curl take for what it says', async () => {
    const product = await start('own', { GATEHOUSE_TLS: 'self-signed' });
    const { httpPort, dataDir } = product.settings;
    const file = join(dataDir, 'keys/api/tls.pem');
    const url = `https://127.0.0.1:${httpPort}`;
    expect(product.out).toContain(url);
    const fingerprint = await shownAt(httpPort);
    expect(fingerprint).toMatch(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/);
    expect(product.out).toContain(`certificate SHA-256 ${fingerprint}`);
    expect((await run('stat', ['-c', '%a', file])).text.trim()).toBe('600');
    expect(await curl('--cacert', file, `${url}/readyz`)).toMatch(/ 200 /);
    expect(await curl('--cacert', file, `https://localhost:${httpPort}/healthz`)).not.toMatch(
      /strict-transport/i,
    );
    expect((await run('curl', ['-sS', `${url}/healthz`])).status).toBe(60); // nobody trusts it unasked
    const [password = ''] = /(?<=First login admin \/ )\S+/.exec(product.out) ?? [];
    const body = JSON.stringify({ username: 'admin', password });
    const asConsole = [
      '-H',
      'content-type: application/json',
      '-H',
      'x-gatehouse-client: console',
      '-d',
      body,
    ];
    const login = await curl('--cacert', file, ...asConsole, `${url}/api/v1/auth/login`);
    expect(login).toMatch(/set-cookie: .*; Secure/i);
    const socket = io(`${url}${TERMINAL_NAMESPACE}`, {
      path: SOCKET_PATH,
      transports: ['websocket'],
      reconnection: false,
      ca: readFileSync(file, 'utf8'),
      extraHeaders: { origin: url },
    });
    const answer = await new Promise((resolve) =>
      socket.once('connect_error', ({ message }) => resolve(message)),
    );
    expect(answer).toBe('unauthenticated'); // the gateway's own word
    await product.interrupt();

    const again = await start('own', { GATEHOUSE_TLS: 'self-signed' });
    expect(again.out).toContain(`certificate SHA-256 ${fingerprint}`);
  }, 120_000);

  it('shows the given files, and new ones without a restart; what does not count is refused', async () => {
    const file = join(root, 'site.pem');
    const write = (pem: string): void => writeFileSync(file, pem, { mode: 0o600 });
    write(makeSelfSigned(['127.0.0.1'], new Date()));
    const product = await start('files', { GATEHOUSE_TLS_CERTIFICATE: file, GATEHOUSE_TLS_KEY: file });
    const { httpPort } = product.settings;
    expect(await shownAt(httpPort)).toBe(fingerprintOf(file));
    const answer = await curl('--cacert', file, `https://127.0.0.1:${httpPort}/readyz`);
    expect(answer).toMatch(/ 200 /);
    expect(answer).toMatch(/strict-transport-security: max-age=31536000/i);
    write(makeSelfSigned(['127.0.0.1'], new Date()));
    const renewed = fingerprintOf(file);
    await expect.poll(() => shownAt(httpPort), PATIENT).toBe(renewed);
    write('half a certif');
    await product.says('the new certificate does not count, the former stays');
    expect(await shownAt(httpPort)).toBe(renewed);
  }, 120_000);
});

describe('a certificate that does not count', { timeout: 60_000 }, () => {
  const file = (name: string, text: string): string => {
    const path = join(root, name);
    writeFileSync(path, text);
    return path;
  };
  const good = makeSelfSigned(['127.0.0.1'], new Date());
  const other = makeSelfSigned(['127.0.0.1'], new Date());
  const old = makeSelfSigned(['127.0.0.1'], new Date(Date.now() - 900 * DAY_MS));
  const late = makeSelfSigned(['127.0.0.1'], new Date(Date.now() + 9 * DAY_MS));

  it.each([
    [
      'is absent',
      { certificate: '/nowhere/site.pem', key: '/nowhere/site.pem' },
      /^GATEHOUSE_TLS_CERTIFICATE can't be read.*ENOENT/,
    ],
    [
      'is none',
      { certificate: file('none', 'text'), key: file('good-1', good) },
      /^GATEHOUSE_TLS_CERTIFICATE holds no/,
    ],
    [
      'has no key',
      { certificate: file('good-2', good), key: file('none-2', 'text') },
      /^GATEHOUSE_TLS_KEY holds no/,
    ],
    ['has another key', { certificate: file('good-3', good), key: file('other', other) }, /does not belong/],
    ['has ended', { certificate: file('old', old), key: file('old', old) }, /ended on \d{4}-/],
    ['counts later', { certificate: file('late', late), key: file('late', late) }, /counts from \d{4}-/],
    ['lacks its key', { certificate: file('good-4', good), key: '' }, /^GATEHOUSE_TLS_KEY is not set/],
  ])('%s: the start says so in one line', async (_what, { certificate, key }, words) => {
    const api = ApiProcess.launch({
      GATEHOUSE_DATA_DIR: join(root, 'none'),
      GATEHOUSE_DATABASE_URL: 'postgres://127.0.0.1:1/none',
      GATEHOUSE_TLS_CERTIFICATE: certificate,
      GATEHOUSE_TLS_KEY: key,
    });
    expect((await api.untilFailure()).what).toMatch(words);
    expect(await api.ended()).toBe(78);
    expect(api.stderr.trim().split('\n')).toHaveLength(1);
  });
});
