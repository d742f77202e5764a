import { z } from 'zod';
import type { SqlSource } from '#libs/database';

/** Row of the settings table. It is there once a key was rotated. */
const KEY = 'vault';

const rows = z.array(z.object({ ids: z.array(z.string()) }));

/** Ids of the keys that may seal: two while a rotation switches; null when none was ever rotated. */
export async function keysInUse(source: SqlSource): Promise<string[] | null> {
  const found: unknown = await source.query(`SELECT value->'keyIds' AS ids FROM settings WHERE key = $1`, [
    KEY,
  ]);
  return rows.parse(found)[0]?.ids ?? null;
}

/** Says which keys may seal from now on; whoever has another one in its public file is refused. */
export async function setKeysInUse(source: SqlSource, ids: readonly string[]): Promise<void> {
  await source.query(
    'INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    [KEY, JSON.stringify({ keyIds: ids })],
  );
}
