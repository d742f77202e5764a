import { z } from 'zod';
import type { SqlSource } from '#libs/database';

/** Where things of each kind have their names now; operations keep those of what is gone. */
const NAMED = [
  ['users', 'username'],
  ['user_groups', 'name'],
  ['assets', 'name'],
  ['asset_groups', 'name'],
  ['data_centers', 'name'],
  ['admin_accounts', 'name'],
  ['system_users', 'username'],
  ['sudo_aliases', 'name'],
] as const;

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

const named = z.array(z.object({ id: z.string(), name: z.string() }));

/** What an operation holds. */
interface Told {
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
}

/** Adds the names of all that the rows mention by id: two statements for all rows together. */
export async function withNames<Row extends Told>(
  source: SqlSource,
  rows: readonly Row[],
): Promise<(Row & { names: Record<string, string> })[]> {
  const mentioned = rows.map(({ before, after }) => [...new Set([...idsIn(before), ...idsIn(after)])]);
  const names = await readNames(source, [...new Set(mentioned.flat())]);
  return rows.map((row, index) => ({
    ...row,
    names: Object.fromEntries(
      (mentioned[index] ?? []).flatMap((id) => [[id, names.get(id)]]).filter(isNamed),
    ),
  }));
}

function isNamed(entry: (string | undefined)[]): entry is [string, string] {
  return entry[1] !== undefined;
}

function idsIn(value: unknown): string[] {
  if (typeof value === 'string') return ID.test(value) ? [value] : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(idsIn);
}

async function readNames(source: SqlSource, ids: string[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const each = NAMED.map(
    ([table, column]) => `SELECT id::text, ${column} AS name FROM ${table} WHERE id = ANY($1::uuid[])`,
  );
  const living = named.parse(await source.query(each.join(' UNION ALL '), [ids]));
  const names = new Map(living.map(({ id, name }) => [id, name]));
  const gone = ids.filter((id) => !names.has(id));
  if (gone.length === 0) return names;
  const last = await source.query(
    `SELECT DISTINCT ON (subject_id) subject_id AS id, subject_name AS name FROM operations
     WHERE subject_id = ANY($1::text[]) ORDER BY subject_id, at DESC, id DESC`,
    [gone],
  );
  for (const { id, name } of named.parse(last)) names.set(id, name);
  return names;
}
