import type { DataSource } from 'typeorm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startThrowAwayDatabase, type ThrowAwayDatabase } from './throw-away-database.js';

let postgres: ThrowAwayDatabase;
let database: DataSource;
beforeAll(async () => {
  postgres = await startThrowAwayDatabase({ migrated: true });
  database = await postgres.open();
});
afterAll(() => postgres.stop());

const IN_ASSETS = 'SELECT id, search_text, labels FROM assets ORDER BY id';
const IN_WORDS = 'SELECT asset_id AS id, search_text, labels FROM asset_words ORDER BY asset_id';

it('what is searched of assets follows them through whatever is done to them', async () => {
  await database.query(
    `INSERT INTO assets (id, name, address, comment, labels)
     SELECT gen_random_uuid(), 'Web-' || n, '192.0.2.' || n, 'Büro ' || n, jsonb_build_object('n', n::text)
     FROM generate_series(1, 20) n`,
  );
  const steps = [
    `UPDATE assets SET name = 'DB-1' WHERE name = 'Web-1'`,
    `UPDATE assets SET address = 'db.example.com', comment = '' WHERE name LIKE 'Web-1%'`,
    `UPDATE assets SET labels = labels || '{"team": "x"}'`,
    `UPDATE assets SET brand = 'Acme', active = false`,
    `DELETE FROM assets WHERE name LIKE '%2'`,
    `INSERT INTO assets (id, name, address) VALUES (gen_random_uuid(), 'DB-1', 'x')
     ON CONFLICT (name) DO UPDATE SET address = 'upserted'`,
  ];
  for (const step of steps) {
    await database.query(step);
    expect(await database.query(IN_WORDS), step).toEqual(await database.query(IN_ASSETS));
  }
  expect(await database.query(`${IN_WORDS} LIMIT 1`)).toHaveLength(1);
  expect(
    await database.query(`SELECT FROM asset_words WHERE search_text LIKE 'db-1%upserted%'`),
  ).toHaveLength(1);
});
