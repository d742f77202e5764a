import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DataSource } from 'typeorm';
import { awaitMigrated, migrate } from '#libs/database';
import { startThrowAwayDatabase, type ThrowAwayDatabase } from './throw-away-database.js';

/** Without those that TypeORM keeps for itself. */
const TABLES = `SELECT table_name FROM information_schema.tables
  WHERE table_schema = 'public' AND table_name NOT IN ('migrations', 'typeorm_metadata') ORDER BY 1`;

describe('migrations', () => {
  let postgres: ThrowAwayDatabase;
  let database: DataSource;

  beforeAll(async () => {
    postgres = await startThrowAwayDatabase({ migrated: false });
    database = await postgres.open();
  });
  afterAll(() => postgres.stop());

  const schemaDifference = async (): Promise<string[]> =>
    (await database.driver.createSchemaBuilder().log()).upQueries.map(({ query }) => query);
  const tables = async (): Promise<unknown> => database.query(TABLES);

  it('go from empty to exactly the entities, back to empty, and up again', async () => {
    expect(await tables()).toEqual([]);
    await migrate(database);
    expect(await tables()).not.toEqual([]);
    expect(await schemaDifference()).toEqual([]);
    for (const _migration of database.migrations) await database.undoLastMigration({ transaction: 'each' });
    expect(await tables()).toEqual([]);
    await migrate(database);
    expect(await schemaDifference()).toEqual([]);
  });

  it('of processes that start together wait for each other', async () => {
    for (const _migration of database.migrations) await database.undoLastMigration({ transaction: 'each' });
    const others = await Promise.all([1, 2, 3].map(() => postgres.open()));
    await Promise.all(others.map((other) => migrate(other)));
    expect(await schemaDifference()).toEqual([]);
  });

  it('are waited for by a gateway that starts first; it says what is missing when they don’t come', async () => {
    for (const _migration of database.migrations) await database.undoLastMigration({ transaction: 'each' });
    const gateway = await postgres.open();
    let waits = 0;
    const wait = (patienceMs: number): Promise<void> => awaitMigrated(gateway, patienceMs, () => waits++);
    await expect(wait(200)).rejects.toThrow('no schema of this version yet');
    const ready = wait(60_000);
    await expect.poll(() => waits).toBe(2);
    await migrate(database);
    await ready;
    await wait(0);
    expect(waits).toBe(2);
  });
});
