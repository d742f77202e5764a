import type { EntityManager } from 'typeorm';
import { z } from 'zod';

/** A table whose rows only say that an owner has a member. Names are SQL identifiers. */
export interface LinkTable {
  table: string;
  owner: string;
  member: string;
}

/** What {@link replaceLinks} did. */
export interface LinkChange {
  added: string[];
  removed: string[];
}

const changeRow = z.tuple([z.object({ added: z.array(z.string()), removed: z.array(z.string()) })]);

/** Makes the owner's members exactly these, in one statement; rows that stay are not touched. */
export async function replaceLinks(
  manager: EntityManager,
  { table, owner, member }: LinkTable,
  ownerId: string,
  memberIds: readonly string[],
): Promise<LinkChange> {
  const rows: unknown = await manager.query(
    `WITH gone AS (
       DELETE FROM ${table} WHERE ${owner} = $1 AND ${member} <> ALL($2::uuid[]) RETURNING ${member} AS id
     ), come AS (
       INSERT INTO ${table} (${owner}, ${member}) SELECT DISTINCT $1::uuid, unnest($2::uuid[])
       ON CONFLICT DO NOTHING RETURNING ${member} AS id
     )
     SELECT ARRAY(SELECT id FROM come ORDER BY id) AS added, ARRAY(SELECT id FROM gone ORDER BY id) AS removed`,
    [ownerId, memberIds],
  );
  return changeRow.parse(rows)[0];
}
