import type { EntityManager, EntityTarget, ObjectLiteral } from 'typeorm';
import { z } from 'zod';
import { ValidationFailed } from '#libs/kernel';

const SHOWN_IDS = 10;
const idRows = z.array(z.object({ id: z.string() }));

/** What a row `t` must also be, as SQL; its one parameter is `$2`. */
export interface RowCondition {
  sql: string;
  parameter: string | null;
}

/**
 * Checks that every id names a row of the entity, in one statement. A row that goes away afterwards is
 * caught by its foreign key.
 * @throws ValidationFailed at `field` that names the ids without a row.
 */
export async function requireKnown(
  manager: EntityManager,
  entity: EntityTarget<ObjectLiteral>,
  ids: readonly string[],
  field: string,
  what: string,
  where?: RowCondition,
): Promise<void> {
  if (ids.length === 0) return;
  const table = manager.getRepository(entity).metadata.tablePath;
  const rows: unknown = await manager.query(
    `SELECT DISTINCT asked.id FROM unnest($1::uuid[]) AS asked(id)
     WHERE NOT EXISTS (SELECT FROM ${table} t WHERE t.id = asked.id${where ? ` AND ${where.sql}` : ''}) ORDER BY asked.id`,
    where ? [ids, where.parameter] : [ids],
  );
  const missing = idRows.parse(rows).map((row) => row.id);
  if (missing.length === 0) return;
  const more = missing.length > SHOWN_IDS ? ` and ${missing.length - SHOWN_IDS} more` : '';
  const named = missing.slice(0, SHOWN_IDS).join(', ');
  throw ValidationFailed.field(field, 'not_found', `No such ${what}: ${named}${more}.`);
}
