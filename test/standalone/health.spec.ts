import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import { freePortNear } from '../../apps/standalone/src/port-probe.js';
import { machineCommand } from '../machine-command.js';
import { answers, StandaloneRun } from './standalone-run.js';

const root = mkdtempSync(join(tmpdir(), 'gatehouse-health-'));
chmodSync(root, 0o755);
let product: StandaloneRun | undefined;

afterEach(() => product?.end());
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

/** Whether something listens there. */
function listens(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

describe.each([
  ['without TLS', 'http', { GATEHOUSE_HTTP_HOST: '127.0.0.1', GATEHOUSE_SSH_HOST: '127.0.0.2' }],
  [
    'with TLS',
    'https',
    { GATEHOUSE_HOST: '127.0.0.2', GATEHOUSE_HTTP_HOST: '', GATEHOUSE_TLS: 'self-signed' },
  ],
])('the product %s', (_how, scheme, bound) => {
  it('binds console and SSH where it is told, and its health can be asked from a container', async () => {
    const ports = {
      httpPort: await freePortNear('127.0.0.2', 0),
      sshPort: await freePortNear('127.0.0.2', 0),
    };
    const extra = { GATEHOUSE_HOST: '', GATEHOUSE_GATEWAYS: '1', ...bound };
    const settings = { ...extra, GATEHOUSE_HTTP_PORT: String(ports.httpPort) };
    const host = scheme === 'http' ? '127.0.0.1' : '127.0.0.2';
    const url = `${scheme}://${host}:${ports.httpPort}`;
    const nobody = await machineCommand(settings, 'health');
    expect(nobody).toMatchObject({ code: 1, err: '' });
    expect(nobody.out).toContain(`${url}/healthz: connect ECONNREFUSED`);

    product = new StandaloneRun({ dataDir: join(root, 'data'), ...ports }, extra);
    await product.ready();
    if (scheme === 'http') await answers(`${url}/readyz`);
    await expect
      .poll(() => machineCommand(settings, 'health', 'ready'), { timeout: 60_000 })
      .toEqual({ code: 0, err: '', out: `${url}/readyz: 200\n` });
    expect(await machineCommand(settings, 'health')).toMatchObject({ code: 0 });
    expect(await listens('127.0.0.1', ports.httpPort)).toBe(scheme === 'http');
    expect(await listens('127.0.0.2', ports.httpPort)).toBe(scheme === 'https');
    expect(await listens('127.0.0.1', ports.sshPort)).toBe(false);
    expect(await listens('127.0.0.2', ports.sshPort)).toBe(true);

    if (scheme === 'https') return;
    const { gateways } = product.processes();
    process.kill(gateways[0] ?? 0, 'SIGSTOP'); // no heartbeat: alive, but not ready
    try {
      await expect
        .poll(async () => (await machineCommand(settings, 'health', 'ready')).out, { timeout: 60_000 })
        .toBe(`${url}/readyz: 503\n`);
      expect(await machineCommand(settings, 'health')).toMatchObject({ code: 0 });
    } finally {
      process.kill(gateways[0] ?? 0, 'SIGCONT');
    }
  }, 180_000);
});
