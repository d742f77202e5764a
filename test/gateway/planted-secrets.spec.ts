import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { requires, run } from '../hosts/index.js';
import { enrol, nextCode } from './enrolled.js';
import { Harness, type Way } from './harness.js';
import { RestClient } from './rest.js';

const withId = z.object({ id: z.uuid() });
const withToken = z.object({ token: z.string() });
const logLine = z.looseObject({ level: z.number(), time: z.number(), name: z.string() });
const vaultFile = z.object({ privateKey: z.string() });

/** Part of a command: for the audit, and for no log. */
const COMMAND_TEXT = 'planted-command-text-2b9f';

const secrets = {
  systemUserPassword: 'planted-system-user-7c1f',
  adminAccountPassword: 'planted-admin-account-9d2e',
  passphrase: 'planted-passphrase-4b6a',
  userPassword: 'planted user password 3f8c',
  mailPassword: 'planted-mail-password-5e1a',
  wrongPassword: 'planted wrong password 8d4c',
};

requires('hosts', 'ssh').describe('secrets that were planted', () => {
  let harness: Harness;
  let way: Way;
  /** What else must be nowhere: the middle of private keys, in the forms that a dump would show. */
  let keyParts: string[];
  /** What the product itself made: a token of the API and the secret of an authenticator app. */
  let made: string[];

  beforeAll(async () => {
    harness = await Harness.start({ env: { GATEHOUSE_LOG_LEVEL: 'trace' } });
    return () => harness.stop();
  }, 60_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const account = { username: 'dev', publicKey: systemKey.public };
    const host = await harness.startHost({ name: 'web-01', accounts: [account] });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    const lines = systemKey.private.split('\n');
    keyParts = [lines[2] ?? '', lines[3] ?? ''];
    await harness.addSystemUser('dba', { password: secrets.systemUserPassword });
    const adminAccount = { name: 'root', username: 'root', password: secrets.adminAccountPassword };
    await harness.admin.call('POST', '/admin-accounts', withId, adminAccount);
    await harness.change(`/users/${way.person.id}`, { password: secrets.userPassword });
    await harness.admin
      .do('POST', '/admin-accounts', {
        name: 'broken',
        username: 'root',
        privateKey: `-----BEGIN OPENSSH PRIVATE KEY-----\n${secrets.adminAccountPassword}\n`,
        passphrase: secrets.passphrase,
      })
      .catch(() => undefined); // refused: its text must not stay in a log either
    const ssh = await harness.ssh(way.person, 'alice@dev@web-01');
    expect((await ssh.exec(`: ${COMMAND_TEXT}`)).status).toBe(0);
    await harness.admin.do('PUT', '/settings/mail', {
      ...{ enabled: false, host: '127.0.0.1', port: 587, security: 'starttls', ca: null, consoleUrl: null },
      ...{
        username: 'gatehouse',
        password: secrets.mailPassword,
        senderAddress: '',
        senderName: 'Gatehouse',
      },
    });
    const { url } = harness.product;
    await expect(RestClient.login(url, 'admin', secrets.wrongPassword)).rejects.toThrow();
    const bob = await harness.addPerson('bob');
    const app = await enrol(harness, bob);
    const client = await RestClient.login(url, 'bob', bob.password, nextCode({ app }));
    const { token } = await client.call('POST', '/me/api-tokens', withToken, { name: 'ci', expiresAt: null });
    made = [token, app.secret];
  });

  const planted = (): string[] => [...Object.values(secrets), ...keyParts, ...made];

  it('stand in no table of the database', async () => {
    const client = new pg.Client({ connectionString: harness.product.databaseUrl });
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
       WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
    );
    let dump = '';
    for (const { name } of rows) {
      const table = await client.query<{ row: string }>(`SELECT t::text AS row FROM ${name} t`);
      dump += table.rows.map(({ row }) => row).join('\n');
    }
    await client.end();
    expect(dump).toContain('hpke1:');
    for (const secret of planted()) expect(dump).not.toContain(secret);
  });

  it('stand in no log, at the lowest level', () => {
    const { log } = harness.product;
    expect(log.length).toBeLessThan(200_000); // all of it is there
    const levels = new Set(
      log
        .trim()
        .split('\n')
        .map((line) => logLine.parse(JSON.parse(line)).level),
    );
    expect(Math.min(...levels)).toBeLessThan(30); // requests that only read are on debug
    for (const secret of [...planted(), COMMAND_TEXT]) expect(log).not.toContain(secret);
  });

  it('can not be opened with what the api has: neither its environment nor its memory holds the vault’s key', async () => {
    const path = join(harness.product.dataDir, 'keys/gateway/vault.private.json');
    const { privateKey } = vaultFile.parse(JSON.parse(readFileSync(path, 'utf8')));
    const { pid: api = 0 } = harness.product.api ?? {};
    const environment = await readFile(`/proc/${api}/environ`, 'utf8');
    for (const secret of [privateKey, ...planted()]) expect(environment).not.toContain(secret);
    const forms = [Buffer.from(privateKey), Buffer.from(privateKey, 'base64')];
    // the same search finds the public half, so it would find the private one
    const publicFile = readFileSync(join(harness.product.dataDir, 'keys/vault.public.json'), 'utf8');
    const { publicKey } = z.object({ publicKey: z.string() }).parse(JSON.parse(publicFile));
    expect(await memoryHolds(api, [Buffer.from(publicKey, 'base64')])).toBe(true);
    expect(await memoryHolds(api, forms)).toBe(false);
  });

  it('come out of no answer of the API', async () => {
    for (const path of [
      '/system-users',
      '/admin-accounts',
      '/users',
      '/operations',
      '/login-attempts',
      '/pushes',
    ]) {
      const text = await (await harness.admin.send('GET', `${path}?pageSize=200`)).text();
      expect(text).toContain('items');
      for (const secret of [...planted(), 'hpke1:', '$argon2']) expect(text).not.toContain(secret);
    }
  });

  it('are not readable by others in the data folder', async () => {
    const files = await run('find', [
      join(harness.product.dataDir, 'keys'),
      '-name',
      '*private*',
      '-perm',
      '/077',
    ]);
    expect(files.text).toBe('');
    expect(
      execFileSync('find', [join(harness.product.dataDir, 'keys'), '-name', '*private*'], {
        encoding: 'utf8',
      }),
    ).not.toBe('');
  });
});

/** Whether any writable memory of a process contains one of the byte strings. */
async function memoryHolds(pid: number, needles: Buffer[]): Promise<boolean> {
  const maps = await readFile(`/proc/${pid}/maps`, 'utf8');
  const memory = await open(`/proc/${pid}/mem`);
  try {
    for (const line of maps.split('\n')) {
      const [, start = '', end = '', rights = ''] = /^([0-9a-f]+)-([0-9a-f]+) (\S+)/.exec(line) ?? [];
      const [from, to] = [Number.parseInt(start, 16), Number.parseInt(end, 16)];
      if (!rights.startsWith('rw') || to - from > 512 * 1024 * 1024) continue;
      const bytes = Buffer.alloc(to - from);
      const read = await memory.read(bytes, 0, bytes.length, from).catch(() => null); // gone meanwhile
      if (read && needles.some((needle) => bytes.includes(needle))) return true;
    }
    return false;
  } finally {
    await memory.close();
  }
}
