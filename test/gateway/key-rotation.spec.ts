import { readFile, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, expect, it } from 'vitest';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { openDatabase } from '#libs/database';
import { MAIL_PASSWORD } from '#libs/identity';
import { newId } from '#libs/kernel';
import { CredentialVault, SecretSealer, VaultKeyRotation } from '#libs/vault';
import { requires } from '../hosts/index.js';
import { machineCommand, outcomeOf, startMachineCommand, type Ran } from '../machine-command.js';
import { enrol, nextCode, type Enrolled } from './enrolled.js';
import { Harness, type Way } from './harness.js';
import { RestClient } from './rest.js';

/** Enough that a rotation is still under way when its first one is seen. */
const MANY = 500;

const withId = z.object({ id: z.uuid() });
const names = z.array(z.object({ name: z.string() }));
const rows = z.array(z.object({ row: z.string() }));
const accounts = z.array(z.object({ id: z.string(), sealed: z.string() }));
const keyFile = z.object({
  id: z.string(),
  privateKey: z.string(),
  former: z.looseObject({ id: z.string() }).optional(),
});
const operations = z.object({
  items: z.array(z.looseObject({ actorName: z.string(), before: z.unknown(), after: z.unknown() })),
});

requires('hosts', 'ssh').describe('gatehouse keys rotate', () => {
  let harness: Harness;
  let way: Way;
  let database: DataSource;
  let bob: Enrolled;

  beforeAll(async () => {
    harness = await Harness.start({ gateways: 2 });
    database = await openDatabase(harness.product.databaseUrl);
    return async () => {
      await database.destroy();
      await harness.stop();
    };
  }, 60_000);
  beforeAll(async () => {
    const systemKey = await harness.keys.make('system');
    const account = { username: 'dev', publicKey: systemKey.public };
    const host = await harness.startHost({ name: 'web-01', accounts: [account] });
    way = await harness.openWay({ username: 'alice', assetName: 'web-01', host, systemKey });
    const person = await harness.addPerson('bob');
    bob = { ...person, app: await enrol(harness, person) };
    const replaced = await harness.addSystemUser('dba', { password: 'first secret 1' });
    await harness.change(`/system-users/${replaced}`, { password: 'second secret 2' });
    await addAccount('root', 'account secret 3');
    await harness.admin.do('PUT', '/settings/mail', {
      ...{ enabled: false, host: '127.0.0.1', port: 587, security: 'starttls' },
      ...{ username: 'gatehouse', password: 'mail secret 4', senderAddress: '', senderName: 'Gatehouse' },
      ...{ ca: null, consoleUrl: null },
    });
  }, 60_000);

  const dataFile = (path: string): string => join(harness.product.dataDir, path);
  const vaultFile = async (): Promise<z.infer<typeof keyFile>> =>
    keyFile.parse(JSON.parse(await readFile(dataFile('keys/gateway/vault.private.json'), 'utf8')));
  const rotate = (): Promise<Ran> =>
    machineCommand({ GATEHOUSE_DATA_DIR: harness.product.dataDir }, 'keys', 'rotate');
  const addAccount = async (name: string, password: string): Promise<string> =>
    (await harness.admin.call('POST', '/admin-accounts', withId, { name, username: 'root', password })).id;
  const logsIn = async (): Promise<void> => {
    const ssh = await harness.ssh(way.person, 'alice@dev@web-01');
    expect((await ssh.exec('echo in-$((40+2))')).text).toContain('in-42');
  };
  async function sealedAccounts(): Promise<z.infer<typeof accounts>> {
    const sql = 'SELECT id, sealed_password AS sealed FROM admin_accounts ORDER BY id';
    return accounts.parse(await database.query(sql));
  }
  async function wholeDatabase(): Promise<string> {
    const tables = names.parse(
      await database.query(`SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
        WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1`),
    );
    let dump = '';
    for (const { name } of tables) {
      const found: unknown = await database.query(`SELECT t::text AS row FROM ${name} t ORDER BY 1`);
      for (const { row } of rows.parse(found)) dump += `${row}\n`;
    }
    return dump;
  }

  it('seals everything anew under people who work, and nothing needs a restart', async () => {
    await logsIn();
    const before = await vaultFile();
    const factorBefore = await readFile(dataFile('keys/shared/second-factor.key'), 'utf8');
    const sealedBefore = await wholeDatabase();
    expect(sealedBefore).toContain(`hpke1:${before.id}:`);
    const factorId = /gcm1:(\w+):/.exec(sealedBefore)?.[1] ?? '';
    const state = { isOver: false };
    const made: { id: string; password: string }[] = [];
    const busy = (async () => {
      for (let number = 0; !state.isOver; number++) {
        const password = `made meanwhile ${number}`;
        made.push({ id: await addAccount(`busy-${number}`, password), password });
      }
    })();
    const ran = await rotate();
    state.isOver = true;
    await busy;
    expect(ran).toMatchObject({ code: 0, err: '' });
    const after = await vaultFile();
    expect(ran.out).toContain(`rotated: key ${before.id} is replaced by ${after.id}, `);

    const dump = await wholeDatabase();
    expect(dump).toContain(`hpke1:${after.id}:`);
    expect(dump).not.toContain(`hpke1:${before.id}:`);
    expect(factorId).toHaveLength(8);
    expect(dump).toMatch(/gcm1:\w{8}:/);
    expect(dump).not.toContain(`gcm1:${factorId}:`);
    const files = await readFile(dataFile('keys/gateway/vault.private.json'), 'utf8');
    expect(files).not.toContain(before.privateKey);
    expect(await readFile(dataFile('keys/shared/second-factor.key'), 'utf8')).not.toContain(
      factorBefore.trim(),
    );
    expect((await stat(dataFile('keys/gateway/vault.private.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(dataFile('keys/vault.public.json'))).mode & 0o777).toBe(0o644);
    expect(await readdir(dataFile('keys/gateway'))).toContain('vault.private.json');

    const vault = await CredentialVault.open(harness.product.dataDir);
    const sealed = new Map((await sealedAccounts()).map((account) => [account.id, account.sealed]));
    expect(made.length).toBeGreaterThan(0);
    for (const { id, password } of made) {
      const place = { table: 'admin_accounts', rowId: id, column: 'password' } as const;
      expect(await vault.open(place, sealed.get(id) ?? '')).toBe(password);
    }
    const [former] = accounts.parse(
      await database.query('SELECT system_user_id AS id, sealed FROM former_secrets ORDER BY 1'),
    );
    const formerPlace = { table: 'system_users', rowId: former?.id ?? '', column: 'password' } as const;
    expect(await vault.open(formerPlace, former?.sealed ?? '')).toBe('first secret 1');
    const [mail] = accounts.parse(
      await database.query(
        `SELECT key AS id, value->>'sealedPassword' AS sealed FROM settings WHERE key = 'mail'`,
      ),
    );
    expect(await vault.open(MAIL_PASSWORD, mail?.sealed ?? '')).toBe('mail secret 4');

    for (let times = 0; times < 4; times++) await logsIn(); // both gateways
    await RestClient.login(harness.product.url, 'bob', bob.password, nextCode(bob));
    const log = await harness.admin.call('GET', '/operations?action=vault.rotate-key', operations);
    expect(log.items).toMatchObject([{ before: { key: before.id }, after: { key: after.id, stuck: 0 } }]);
    expect(log.items[0]?.actorName).toContain('(command line)');
  }, 240_000);

  it('that is killed half-way leaves all secrets open, and goes on when called again', async () => {
    const before = await vaultFile();
    const sealer = new SecretSealer(harness.product.dataDir);
    const planted = await Promise.all(
      Array.from({ length: MANY }, async (_none, number) => {
        const id = newId();
        const place = { table: 'admin_accounts', rowId: id, column: 'password' } as const;
        return [id, `many-${number}`, await sealer.seal(database, place, `secret ${number}`)] as const;
      }),
    );
    await database.query(
      `INSERT INTO admin_accounts (id, name, username, sealed_password)
       SELECT i, n, 'root', s FROM unnest($1::uuid[], $2::text[], $3::text[]) AS t(i, n, s)`,
      [0, 1, 2].map((column) => planted.map((each) => each[column])),
    );
    const opensAll = async (): Promise<void> => {
      const vault = await CredentialVault.open(harness.product.dataDir);
      const sealed = new Map((await sealedAccounts()).map((account) => [account.id, account.sealed]));
      for (const [id, name] of planted) {
        const place = { table: 'admin_accounts', rowId: id, column: 'password' } as const;
        expect(await vault.open(place, sealed.get(id) ?? '')).toBe(name.replace('many-', 'secret '));
      }
    };
    const ofOld = async (): Promise<number> =>
      (await sealedAccounts()).filter(({ sealed }) => sealed.split(':')[1] === before.id).length;

    const child = startMachineCommand({ GATEHOUSE_DATA_DIR: harness.product.dataDir }, 'keys', 'rotate');
    const ended = outcomeOf(child);
    const all = await ofOld();
    await expect.poll(ofOld, { timeout: 60_000, interval: 5 }).toBeLessThan(all);
    child.kill('SIGKILL');
    expect((await ended).code).toBe(null);
    const left = await ofOld();
    expect(left).toBeGreaterThan(0);
    expect((await vaultFile()).former).toBeDefined();
    await opensAll();
    await logsIn();
    await addAccount('between', 'made between');

    const again = await rotate();
    expect(again).toMatchObject({ code: 0, err: '' });
    expect(again.out).toContain('going on with the rotation that was begun\n');
    expect(await ofOld()).toBe(0);
    expect(await wholeDatabase()).not.toContain(`hpke1:${before.id}:`);
    expect((await vaultFile()).former).toBeUndefined();
    await opensAll();
    await logsIn();
    await database.query('DELETE FROM admin_accounts WHERE id = ANY($1)', [planted.map(([id]) => id)]);
  }, 240_000);

  it('goes on after each other moment at which it may be cut off', async () => {
    const open = (): VaultKeyRotation => VaultKeyRotation.open(harness.product.dataDir, database);
    const publicPath = dataFile('keys/vault.public.json');
    const goesOn = async (): Promise<void> => {
      await logsIn();
      const ran = await rotate();
      expect(ran).toMatchObject({ code: 0, err: '' });
      expect(ran.out).toContain('going on');
      const { id } = await vaultFile();
      expect((await sealedAccounts()).every(({ sealed }) => sealed.split(':')[1] === id)).toBe(true);
      await logsIn();
    };
    await open().prepare();
    await goesOn();
    // the private file was replaced, the public one not yet, and the database allows both
    const text = await readFile(publicPath, 'utf8');
    const { id: former } = await vaultFile();
    const cut = open();
    await cut.prepare();
    await cut.switch();
    await writeFile(publicPath, text);
    await database.query(`UPDATE settings SET value = $1 WHERE key = 'vault'`, [
      JSON.stringify({ keyIds: [former, cut.id] }),
    ]);
    await addAccount('cut', 'sealed with the former one');
    await goesOn();
  }, 240_000);

  it('refuses to store a secret with a public key that was left behind, and to run beside a backup', async () => {
    const publicPath = dataFile('keys/vault.public.json');
    const text = await readFile(publicPath, 'utf8');
    expect(await rotate()).toMatchObject({ code: 0 });
    const now = await readFile(publicPath, 'utf8');
    await writeFile(publicPath, text);
    await expect(addAccount('stale', 'nobody could open it')).rejects.toThrow('is not the key in use');
    await writeFile(publicPath, now);
    await addAccount('fresh', 'opens');

    const runner = database.createQueryRunner();
    await runner.query('SELECT pg_advisory_lock_shared($1)', [0x6761_7466]);
    const refused = await rotate();
    expect(refused.code).toBe(2);
    expect(refused.err).toContain('A backup is being made');
    await runner.query('SELECT pg_advisory_unlock_shared($1)', [0x6761_7466]);
    await runner.query('SELECT pg_advisory_lock($1)', [0x6761_7466]);
    const target = join(tmpdir(), `gatehouse-no-backup-${newId()}`);
    const backup = await machineCommand({ GATEHOUSE_DATA_DIR: harness.product.dataDir }, 'backup', target);
    expect(backup.code).toBe(2);
    expect(backup.err).toContain('Keys are being replaced');
    await runner.query('SELECT pg_advisory_unlock($1)', [0x6761_7466]);
    await runner.release();
    await rm(target, { recursive: true, force: true });
  }, 240_000);

  it('waits with new keys until gateways on other machines have them', async () => {
    const { id } = await vaultFile();
    await database.query(
      `INSERT INTO gateways (id, hostname, internal_url, started_at, last_seen_at)
       VALUES ($1, 'elsewhere', 'http://127.0.0.1:9', now(), now() + interval '1 minute')`,
      [newId()],
    );
    const prepared = await rotate();
    expect(prepared).toMatchObject({ code: 0, err: '' });
    expect(prepared.out).toContain('not yet in use: gateways run on elsewhere.');
    expect((await vaultFile()).id).toBe(id);
    expect((await rotate()).out).toContain('rotated: ');
    expect((await vaultFile()).id).not.toBe(id);
    await logsIn();
  }, 240_000);
});
