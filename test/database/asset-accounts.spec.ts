import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { newId, type Id } from '#libs/kernel';
import { startThrowAwayDatabase, type ThrowAwayDatabase } from './throw-away-database.js';

const ids = (count: number): string[] => Array.from({ length: count }, () => newId<Id<string>>()).sort();
const kept = z.array(z.object({ asset_id: z.string(), system_user_ids: z.array(z.string()) }));

/** A connection or a transaction. */
interface Asked {
  query(sql: string, parameters: unknown[]): Promise<unknown>;
}

/** The row of an asset that its push records keep up to date: it must say what they say, whatever happens to them. */
describe('the accounts of an asset', () => {
  let postgres: ThrowAwayDatabase;
  let database: DataSource;
  const assets = ids(3);
  const systemUsers = ids(3);
  const [a = '', b = '', c = ''] = systemUsers;
  const [web = '', db = '', gone = ''] = assets;

  beforeAll(async () => {
    postgres = await startThrowAwayDatabase({ migrated: true });
    database = await postgres.open();
  });
  afterAll(() => postgres.stop());
  beforeEach(async () => {
    await database.query('TRUNCATE assets, system_users, pushes CASCADE');
    for (const id of assets)
      await database.query('INSERT INTO assets (id, name, address) VALUES ($1, $2, $3)', [
        id,
        `asset ${id}`,
        '192.0.2.1',
      ]);
    for (const id of systemUsers) {
      await database.query('INSERT INTO system_users (id, username) VALUES ($1, $2)', [id, `s${id}`]);
      await database.query(
        `INSERT INTO pushes (id, mode, system_user_id, system_username, state, requested_by)
         VALUES ($1, 'record-only', $1, $2, 'succeeded', 'test')`,
        [id, `s${id}`],
      );
    }
  });

  /** One statement, as pushes write: what is there already is overwritten. */
  const push = (
    systemUserId: string,
    assetIds: string[],
    succeeded: boolean,
    on: Asked = database,
  ): Promise<unknown> =>
    on.query(
      `INSERT INTO push_records (id, system_user_id, asset_id, push_id, mode, succeeded, pushed_at, pushed_by)
       SELECT gen_random_uuid(), $1, asset_id, $1, 'record-only', $3, now(), 'test' FROM unnest($2::uuid[]) asset_id
       ON CONFLICT (system_user_id, asset_id) DO UPDATE SET succeeded = excluded.succeeded`,
      [systemUserId, assetIds, succeeded],
    );

  async function accountsOf(assetId: string): Promise<string[]> {
    const rows = kept.parse(
      await database.query('SELECT * FROM asset_accounts WHERE asset_id = $1', [assetId]),
    );
    return rows[0]?.system_user_ids ?? [];
  }

  it('follow pushes that succeed, fail, come again, and accounts that go', async () => {
    await push(a, [web, db], true);
    await push(b, [web], false);
    expect([await accountsOf(web), await accountsOf(db)]).toEqual([[a], [a]]);
    await push(b, [db, web], true);
    expect([await accountsOf(web), await accountsOf(db)]).toEqual([
      [a, b],
      [a, b],
    ]);
    await push(a, [web], false);
    await database.query('DELETE FROM push_records WHERE system_user_id = $1 AND asset_id = $2', [b, db]);
    expect([await accountsOf(web), await accountsOf(db)]).toEqual([[b], [a]]);
    await database.query('DELETE FROM system_users WHERE id = $1', [a]);
    expect([await accountsOf(web), await accountsOf(db)]).toEqual([[b], []]);
  });

  it('go with their asset', async () => {
    await push(a, [gone], true);
    await database.query('DELETE FROM assets WHERE id = $1', [gone]);
    expect(kept.parse(await database.query('SELECT * FROM asset_accounts'))).toEqual([]);
  });

  it('lose none of two pushes at the same time, in whatever order they touch the assets', async () => {
    const both = await Promise.all([postgres.open(), postgres.open()]);
    const [one, other] = both.map((source) => source.createQueryRunner());
    if (!one || !other) throw new Error('no connections');
    await Promise.all([one.startTransaction(), other.startTransaction()]);
    await push(a, [web, db], true, one);
    const second = push(b, [db, web], true, other); // waits for the first
    await untilWaiting();
    await push(c, [web, db], true, one);
    await one.commitTransaction();
    await second;
    await other.commitTransaction();
    await Promise.all([one.release(), other.release()]);
    expect([await accountsOf(web), await accountsOf(db)]).toEqual([
      [a, b, c],
      [a, b, c],
    ]);
  });

  async function untilWaiting(): Promise<void> {
    for (;;) {
      const rows: unknown = await database.query(
        `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'INSERT INTO push_records%'`,
      );
      if (Array.isArray(rows) && rows.length > 0) return;
    }
  }
});
