import type { DataSource } from 'typeorm';
import { z } from 'zod';
import type { SecretPlace } from './suite.js';

/** Sealed texts that are read at once. */
const AT_ONCE = 200;

/** Columns that hold what the vault sealed, each with the place that it was sealed for. `key` orders the rows. */
interface SealedColumn {
  /** Rows as `key`, `rowId`, `column` and `sealed`. */
  rows: string;
  /** Puts $1 where $2 stands in the row $3 by its `key`. */
  replace: string;
  table: SecretPlace['table'];
  /** Lock of those who write back what they read without a row lock. */
  lock?: string;
}

const ofAccount = (
  table: 'admin_accounts' | 'system_users',
  column: SecretPlace['column'],
): SealedColumn => ({
  table,
  rows: `SELECT id::text AS key, id::text AS "rowId", '${column}' AS "column", sealed_${column} AS sealed FROM ${table}`,
  replace: `UPDATE ${table} SET sealed_${column} = $1 WHERE sealed_${column} = $2 AND id = $3::uuid`,
});

/** Every column that the vault seals. What is copied from one to another is listed before the other. */
const SEALED_COLUMNS: readonly SealedColumn[] = [
  ofAccount('admin_accounts', 'password'),
  ofAccount('admin_accounts', 'private_key'),
  ofAccount('system_users', 'password'),
  ofAccount('system_users', 'private_key'),
  {
    table: 'system_users',
    rows: `SELECT concat_ws('/', system_user_id, kind, version) AS key, system_user_id::text AS "rowId",
      CASE kind WHEN 'key' THEN 'private_key' ELSE 'password' END AS "column", sealed FROM former_secrets`,
    replace: `UPDATE former_secrets SET sealed = $1
      WHERE sealed = $2 AND system_user_id = split_part($3, '/', 1)::uuid
      AND concat_ws('/', system_user_id, kind, version) = $3`,
  },
  {
    table: 'settings',
    rows: `SELECT key, key AS "rowId", 'password' AS "column", value->>'sealedPassword' AS sealed
      FROM settings WHERE key = 'mail'`,
    replace: `UPDATE settings SET value = jsonb_set(value, '{sealedPassword}', to_jsonb($1::text))
      WHERE value->>'sealedPassword' = $2 AND key = $3`,
    lock: 'settings.mail',
  },
];

const sealedRows = z.array(
  z.object({
    key: z.string(),
    rowId: z.string(),
    column: z.enum(['password', 'private_key']),
    sealed: z.string(),
  }),
);

/** A sealed text and where it stands. */
export interface SealedValue {
  place: SecretPlace;
  sealed: string;
  /** Puts another text there, unless somebody else was quicker. */
  replace(next: string): Promise<void>;
}

/** Every text that another key sealed. */
export async function* valuesOfOtherKeys(dataSource: DataSource, keyId: string): AsyncGenerator<SealedValue> {
  for (const column of SEALED_COLUMNS) {
    for (let after = ''; ;) {
      const found: unknown = await dataSource.query(
        `SELECT * FROM (${column.rows}) v WHERE v.sealed IS NOT NULL AND split_part(v.sealed, ':', 2) <> $1
         AND v.key COLLATE "C" > $2 ORDER BY v.key COLLATE "C" LIMIT ${AT_ONCE}`,
        [keyId, after],
      );
      const rows = sealedRows.parse(found);
      for (const { key, rowId, column: name, sealed } of rows) {
        const place = { table: column.table, rowId, column: name };
        const replace = (next: string): Promise<void> => put(dataSource, column, [next, sealed, key]);
        yield { place, sealed, replace };
      }
      const last = rows.at(-1);
      if (!last) break;
      after = last.key;
    }
  }
}

async function put(dataSource: DataSource, { replace, lock }: SealedColumn, values: string[]): Promise<void> {
  if (lock === undefined) await dataSource.query(replace, values);
  else
    await dataSource.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock(hashtext($1))', [lock]);
      await manager.query(replace, values);
    });
}
