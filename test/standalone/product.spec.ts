import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, utimesSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedPostgres } from '../../apps/standalone/src/embedded-postgres.js';
import { freePortNear } from '../../apps/standalone/src/port-probe.js';
import { requires } from '../hosts/index.js';
import { answers, gone, isAlive, StandaloneRun } from './standalone-run.js';

const folders: string[] = [];
const runs: StandaloneRun[] = [];

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-standalone-'));
  chmodSync(folder, 0o755);
  folders.push(folder);
  return folder;
}

async function newSettings(): Promise<StandaloneRun['settings']> {
  const [httpPort, sshPort] = [await freePortNear('127.0.0.1', 0), await freePortNear('127.0.0.1', 0)];
  return { dataDir: join(newFolder(), 'data'), httpPort, sshPort };
}

function start(...args: ConstructorParameters<typeof StandaloneRun>): StandaloneRun {
  const run = new StandaloneRun(...args);
  runs.push(run);
  return run;
}

afterEach(async () => {
  await Promise.all(runs.splice(0).map((run) => run.end()));
});

afterAll(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

describe('npm start', () => {
  let settings: StandaloneRun['settings'];

  beforeAll(async () => {
    settings = await newSettings();
  });

  it('tells where to go, and the one-time password the first time only', async () => {
    const first = start(settings);
    await first.ready();
    expect(first.out).toContain(`http://127.0.0.1:${settings.httpPort}`);
    expect(first.out).toContain(`ssh -p ${settings.sshPort}`);
    expect(first.out).toMatch(/host key .*SHA256:[\w+/]{43}/);
    expect(first.out).toMatch(/First login admin \/ \S{12,}/);
    await answers(`${first.origin}/readyz`);
    expect(await first.interrupt()).toBe(0);

    const since = Date.now();
    const second = start(settings);
    await second.ready();
    expect(Date.now() - since).toBeLessThan(10_000);
    expect(second.out).not.toContain('First login');
    const fingerprint = /SHA256:\S+/;
    expect(fingerprint.exec(second.out)?.[0]).toBe(fingerprint.exec(first.out)?.[0]);
  });

  it('stops everything on Ctrl-C', async () => {
    const run = start(settings);
    await run.ready();
    const { postgres, api, gateways } = run.processes();
    expect([postgres, api, ...gateways].every(isAlive)).toBe(true);
    expect(gateways).toHaveLength(2);
    expect(await run.interrupt()).toBe(0);
    expect([postgres, api, ...gateways].filter(isAlive)).toEqual([]);
  });

  it('brings back whatever is killed', async () => {
    const run = start(settings);
    await run.ready();
    for (const victim of ['api', 'gateway', 'postgres'] as const) {
      const before = run.processes();
      const pid = victim === 'gateway' ? (before.gateways[0] ?? 0) : before[victim];
      process.kill(pid, 'SIGKILL');
      await gone(pid);
      await expect
        .poll(() => pidsOf(run, victim).filter((now) => now !== pid && isAlive(now)).length, {
          timeout: 20_000,
        })
        .toBe(pidsOf(run, victim).length);
      await answers(`${run.origin}/readyz`);
    }
  });

  it('leaves nothing behind when it is killed, and starts again at once', async () => {
    const run = start(settings);
    await run.ready();
    const { postgres, api, gateways } = run.processes();
    process.kill(run.pid, 'SIGKILL');
    const again = start(settings);
    await again.ready();
    await gone(postgres, api, ...gateways);
    await answers(`${again.origin}/readyz`);
  });

  it('starts again when every process of it was killed in one moment', async () => {
    const run = start(settings);
    await run.ready();
    const { postgres, api, gateways } = run.processes();
    for (const pid of [run.pid, postgres, api, ...gateways]) process.kill(pid, 'SIGKILL');
    const again = start(settings);
    await again.ready();
    await answers(`${again.origin}/readyz`);
  });
});

function pidsOf(run: StandaloneRun, part: 'api' | 'gateway' | 'postgres'): number[] {
  try {
    const { api, gateways, postgres } = run.processes();
    return { api: [api], gateway: gateways, postgres: [postgres] }[part];
  } catch {
    return [0]; // the server's mark is being written anew
  }
}

describe('npm start with a PostgreSQL of its own', () => {
  it('runs on that, and locks its data folder all the same', async () => {
    const database = await startEmbeddedPostgres({ dataDir: join(newFolder(), 'data'), throwaway: true });
    const settings = await newSettings();
    const extra = { GATEHOUSE_DATABASE_URL: database.url };
    try {
      const run = start(settings, extra);
      await run.ready();
      await answers(`${run.origin}/readyz`);
      expect(existsSync(join(settings.dataDir, 'postgres'))).toBe(false);
      const other = start({ ...(await newSettings()), dataDir: settings.dataDir }, extra);
      expect(await other.ended).toBe(78);
      expect(other.err).toContain(`Another Gatehouse (process ${run.pid}) runs on`);
      await answers(`${run.origin}/readyz`);
      expect(await run.interrupt()).toBe(0);
    } finally {
      await Promise.all(runs.splice(0).map((run) => run.end()));
      await database.stop();
    }
  });
});

describe('a failure at start is one line', () => {
  /** Starts what can't, and gives the line. */
  async function failure(extra: NodeJS.ProcessEnv, given?: StandaloneRun['settings']): Promise<string> {
    const run = start(given ?? (await newSettings()), extra);
    expect(await run.ended).toBe(78);
    const lines = run.err.split('\n').filter((line) => line !== '' && !line.includes('native ciphers'));
    expect(lines).toHaveLength(1);
    return lines[0] ?? '';
  }

  it.each(['HTTP', 'SSH'])('when the %s port is taken', async (which) => {
    const settings = await newSettings();
    const port = which === 'HTTP' ? settings.httpPort : settings.sshPort;
    const other = createServer().listen(port, '127.0.0.1');
    await once(other, 'listening');
    expect(await failure({}, settings)).toBe(
      `gatehouse: Port ${port} is taken: another program listens on 127.0.0.1:${port}. Stop it, or set GATEHOUSE_${which}_PORT to another port.`,
    );
    other.close();
  });

  it.each([
    ['a setting is none', { GATEHOUSE_HTTP_PORT: 'eighty' }, /GATEHOUSE_HTTP_PORT is not valid: .*Correct/],
    ['the first password is weak', { GATEHOUSE_ADMIN_PASSWORD: 'admin' }, /GATEHOUSE_ADMIN_PASSWORD/],
    [
      'nothing answers at the address of the database',
      { GATEHOUSE_DATABASE_URL: 'postgres://u:secret@127.0.0.1:1/x' },
      /Nothing answers at .*127\.0\.0\.1:1.*GATEHOUSE_DATABASE_URL/,
    ],
    [
      'the address to bind is of another machine',
      { GATEHOUSE_HOST: '192.0.2.1' },
      /no address of this machine/,
    ],
  ])('when %s', async (_what, extra: NodeJS.ProcessEnv, expected) => {
    const line = await failure(extra);
    expect(line).toMatch(expected);
    expect(line).not.toContain('secret');
  });

  it('when the database refuses the login', async () => {
    const database = await startEmbeddedPostgres({ dataDir: join(newFolder(), 'data'), throwaway: true });
    try {
      const url = database.url.replace('gatehouse@', 'stranger@');
      expect(await failure({ GATEHOUSE_DATABASE_URL: url })).toMatch(/refused the login/);
    } finally {
      await database.stop();
    }
  });

  it('when the data folder is in use, and the other one runs on', async () => {
    const settings = await newSettings();
    const first = start(settings);
    await first.ready();
    expect(await failure({}, { ...(await newSettings()), dataDir: settings.dataDir })).toContain(
      `Another Gatehouse (process ${first.pid}) runs on the data folder`,
    );
    await answers(`${first.origin}/readyz`);
  });
});

requires('ssh').describe('npm run demo', () => {
  it('gives a shell on the sample host by the line that it prints, and throws all away at the end', async () => {
    const leftOver = mkdtempSync(join(tmpdir(), 'gatehouse-demo-'));
    utimesSync(leftOver, 0, 0);
    const run = start(await newSettings(), { GATEHOUSE_HOST: '' }, ['demo']);
    await run.ready();
    expect(existsSync(leftOver)).toBe(false);
    const [, config = '', login = ''] = /ssh -F (\S+) (demo@\S+)/.exec(run.out) ?? [];
    const shell = spawnSync('ssh', ['-F', config, '-T', login, 'whoami; hostname; exit 7'], {
      encoding: 'utf8',
    });
    expect(shell.stdout).toBe('dev\nsample-host\n');
    expect(shell.status).toBe(7);
    // several lines at once, and then the end of input, before the first one is answered
    const pasted = spawnSync('ssh', ['-F', config, '-tt', login], {
      encoding: 'utf8',
      input: 'hostname\ntop\nuname\n\u0004',
    });
    expect(pasted.stdout).toContain('sample-host');
    expect(spawnSync('ssh', ['-F', config, '-T', login, 'whoami'], { encoding: 'utf8' }).stdout).toBe(
      'dev\n',
    );
    const [, page = ''] = /In the browser: +(\S+)/.exec(run.out) ?? [];
    expect((await fetch(page)).status).toBe(200);
    const files = spawnSync('ssh', ['-F', config, '-s', login, 'sftp'], { encoding: 'utf8' });
    expect(files.stderr).toContain('do not allow');
    expect(existsSync(config)).toBe(true);
    expect(await run.interrupt()).toBe(0);
    expect(existsSync(config)).toBe(false);
  });
});
