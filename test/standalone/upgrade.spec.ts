import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, describe, expect, it } from 'vitest';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { migrateBy, MIGRATION_NAMES, openDatabase } from '#libs/database';
import { newId } from '#libs/kernel';
import { CredentialVault, SecretSealer, type SecretPlace } from '#libs/vault';
import { startEmbeddedPostgres } from '../../apps/standalone/src/embedded-postgres.js';
import { freePortNear } from '../../apps/standalone/src/port-probe.js';
import { RestClient } from '../gateway/rest.js';
import { machineCommand } from '../machine-command.js';
import { StandaloneRun } from './standalone-run.js';

const PASSWORD = 'kept over upgrades 1';
/** As the first version hashed it. */
const PASSWORD_HASH =
  '$argon2id$v=19$m=47104,t=1,p=1$Qd+rZORywpfK52V8CpV3Qg$wDfeFUpmpi85/DMay8S8Gbw2C1dq+u6mBFZyn2nsXGU';

const root = mkdtempSync(join(tmpdir(), 'gatehouse-upgrade-'));
chmodSync(root, 0o755);
let product: StandaloneRun | undefined;

afterEach(() => product?.end());
afterAll(() => {
  rmSync(root, { recursive: true, force: true });
});

const NAMES = ['user', 'group', 'asset', 'assetGroup', 'account', 'systemUser', 'rule', 'session'] as const;
const ids = new Map(NAMES.map((name) => [name, newId()]));
const id = (name: (typeof NAMES)[number]): string => String(ids.get(name));
const accountPlace = (): SecretPlace => ({
  table: 'admin_accounts',
  rowId: id('account'),
  column: 'password',
});
const RECORDING = '2026/01/05/old.cast.gz';
const CAST = '{"version":2,"width":80,"height":24}\n[0.1,"o","kept\\r\\n"]\n';

/** What an installation of the first version had: one of each, in the columns that there were. */
async function stock(database: DataSource, dataDir: string): Promise<void> {
  await CredentialVault.open(dataDir);
  const sealer = new SecretSealer(dataDir);
  const sealed = await sealer.seal(database, accountPlace(), 'secret of then');
  const systemUser = { table: 'system_users', rowId: id('systemUser'), column: 'password' } as const;
  const statements: [string, unknown[]][] = [
    [
      `INSERT INTO users (id, username, name, role, password_hash) VALUES ($1, 'keeper', 'The Keeper', 'admin', $2)`,
      [id('user'), PASSWORD_HASH],
    ],
    [`INSERT INTO user_groups (id, name) VALUES ($1, 'ops')`, [id('group')]],
    [`INSERT INTO user_group_members (group_id, user_id) VALUES ($1, $2)`, [id('group'), id('user')]],
    [
      `INSERT INTO admin_accounts (id, name, username, sealed_password) VALUES ($1, 'root', 'root', $2)`,
      [id('account'), sealed],
    ],
    [
      `INSERT INTO assets (id, name, address, port, admin_account_id, comment)
       VALUES ($1, 'old-01', '10.0.0.1', 2200, $2, 'from the start')`,
      [id('asset'), id('account')],
    ],
    [`INSERT INTO asset_groups (id, name) VALUES ($1, 'racks')`, [id('assetGroup')]],
    [`INSERT INTO asset_group_members (group_id, asset_id) VALUES ($1, $2)`, [id('assetGroup'), id('asset')]],
    [
      `INSERT INTO system_users (id, username, sealed_password) VALUES ($1, 'dev', $2)`,
      [id('systemUser'), await sealer.seal(database, systemUser, 'another one')],
    ],
    [`INSERT INTO authorization_rules (id, name, actions) VALUES ($1, 'all', '{connect}')`, [id('rule')]],
    [`INSERT INTO rule_users (rule_id, user_id) VALUES ($1, $2)`, [id('rule'), id('user')]],
    [
      `INSERT INTO rule_asset_groups (rule_id, asset_group_id) VALUES ($1, $2)`,
      [id('rule'), id('assetGroup')],
    ],
    [
      `INSERT INTO rule_system_users (rule_id, system_user_id) VALUES ($1, $2)`,
      [id('rule'), id('systemUser')],
    ],
    [
      `INSERT INTO sessions (id, kind, user_id, username, asset_id, asset_name, system_user_id, system_username,
         source_address, gateway_id, started_at, ended_at, end_reason, recording_path, recording_bytes)
       VALUES ($1, 'ssh', $2, 'keeper', $3, 'old-01', $4, 'dev', '10.9.9.9', $5,
         '2026-01-05T10:00:00Z', '2026-01-05T10:05:00Z', 'logout', $6, 100)`,
      [id('session'), id('user'), id('asset'), id('systemUser'), newId(), RECORDING],
    ],
    [
      `INSERT INTO operations (id, at, actor_name, way, action, subject_type, subject_name)
       VALUES ($1, '2026-01-05T09:00:00Z', 'keeper', 'api', 'asset.create', 'asset', 'old-01')`,
      [newId()],
    ],
    [
      `INSERT INTO login_attempts (id, at, username, address, way, method, succeeded)
       VALUES ($1, '2026-01-05T09:30:00Z', 'keeper', '10.9.9.9', 'console', 'password', true)`,
      [newId()],
    ],
  ];
  for (const [sql, values] of statements) await database.query(sql, values);
  const recording = join(dataDir, 'recordings', RECORDING);
  mkdirSync(dirname(recording), { recursive: true, mode: 0o700 });
  writeFileSync(recording, gzipSync(CAST), { mode: 0o600 });
}

/** A data folder as the version with these migrations left it. */
async function leftBy(name: string, migrations: readonly string[]): Promise<string> {
  const dataDir = join(root, name);
  mkdirSync(dataDir, { mode: 0o755 });
  const postgres = await startEmbeddedPostgres({ dataDir });
  try {
    await migrateBy(postgres.url, migrations);
    const database = await openDatabase(postgres.url);
    await stock(database, dataDir);
    await database.destroy();
  } finally {
    await postgres.stop();
  }
  return dataDir;
}

async function start(dataDir: string): Promise<StandaloneRun> {
  const ports = { httpPort: await freePortNear('127.0.0.1', 0), sshPort: await freePortNear('127.0.0.1', 0) };
  product = new StandaloneRun({ dataDir, ...ports }, { GATEHOUSE_GATEWAYS: '1' });
  return product;
}

const sealedRows = z.array(z.object({ sealed: z.string() }));
const page = z.object({ items: z.array(z.looseObject({})), total: z.number() });

describe.each([
  ['the first schema', 1],
  ['a schema half-way', Math.floor(MIGRATION_NAMES.length / 2)],
])('a data folder with %s', (name, count) => {
  it('is brought up to date by a start, and all of it is there', async () => {
    const dataDir = await leftBy(name.replaceAll(' ', '-'), MIGRATION_NAMES.slice(0, count));
    const run = await start(dataDir);
    await run.ready();
    expect(run.out).not.toContain('First login'); // it has its administrator
    const keeper = await RestClient.login(run.origin, 'keeper', PASSWORD);
    const found = async (path: string): Promise<object[]> => (await keeper.call('GET', path, page)).items;
    expect(await found('/users?q=keeper')).toMatchObject([
      { id: id('user'), name: 'The Keeper', role: 'admin' },
    ]);
    expect(await found('/user-groups')).toMatchObject([{ id: id('group'), name: 'ops' }]);
    expect(await found('/assets?q=old-01')).toMatchObject([
      { id: id('asset'), address: '10.0.0.1', port: 2200, comment: 'from the start' },
    ]);
    expect(await found('/asset-groups')).toMatchObject([{ id: id('assetGroup'), name: 'racks' }]);
    expect(await found('/admin-accounts')).toMatchObject([{ id: id('account'), hasPassword: true }]);
    expect(await found('/system-users')).toMatchObject([{ id: id('systemUser'), username: 'dev' }]);
    expect(await found('/authorization-rules')).toMatchObject([
      { id: id('rule'), actions: ['connect'], userIds: [id('user')], systemUserIds: [id('systemUser')] },
    ]);
    expect(await found('/sessions?state=ended')).toMatchObject([{ id: id('session'), username: 'keeper' }]);
    expect(await (await keeper.send('GET', `/sessions/${id('session')}/recording`)).text()).toContain('kept');
    expect(await found('/operations?action=asset.create')).toMatchObject([{ subjectName: 'old-01' }]);
    expect((await found('/login-attempts?q=keeper')).length).toBeGreaterThan(1);
    const rotated = await machineCommand({ GATEHOUSE_DATA_DIR: dataDir }, 'keys', 'rotate');
    expect(rotated.out).toContain(', 2 secrets sealed anew');
    await run.end();

    const postgres = await startEmbeddedPostgres({ dataDir });
    try {
      const database = await openDatabase(postgres.url);
      const sql = 'SELECT sealed_password AS sealed FROM admin_accounts ORDER BY id';
      const rows = sealedRows.parse(await database.query(sql));
      const vault = await CredentialVault.open(dataDir);
      expect(await vault.open(accountPlace(), rows[0]?.sealed ?? '')).toBe('secret of then');
      await database.query(`INSERT INTO migrations (timestamp, name) VALUES (9999999999999, 'OfTomorrow')`);
      await database.destroy();
    } finally {
      await postgres.stop();
    }
    if (count > 1) return; // once is enough for what follows
    const older = await start(dataDir);
    expect(await older.ended).toBe(78);
    expect(older.err).toContain('The database is of a newer Gatehouse than this one (OfTomorrow).');
    const command = await machineCommand({ GATEHOUSE_DATA_DIR: dataDir }, 'user', 'unlock', 'keeper');
    expect(command).toMatchObject({ code: 2, out: '' });
    expect(command.err).toContain('of a newer Gatehouse');
  }, 180_000);
});
