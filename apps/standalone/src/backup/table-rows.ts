import type { QueryRunner } from 'typeorm';
import { z } from 'zod';

/** Rows that go through memory at once. */
const AT_ONCE = 500;

/** A table and its columns, those left out that the database computes. */
export interface Table {
  name: string;
  columns: string[];
}

/** What migrations fill by themselves. */
const OF_MIGRATIONS = ['migrations', 'typeorm_metadata'];

const dumpedRows = z.array(z.object({ line: z.string() }));
const tableRow = z.object({ name: z.string(), columns: z.array(z.string()) });

/** Values as text are the same on both sides, however a server is set. */
export const EXACT_TEXT = `SET LOCAL datestyle = 'ISO, YMD'; SET LOCAL intervalstyle = 'postgres';
  SET LOCAL extra_float_digits = 1; SET LOCAL timezone = 'UTC'; SET LOCAL bytea_output = 'hex'`;

/** The product's tables. The job queue's own schema is not among them: api and gateways make it anew. */
export async function readTables(runner: QueryRunner): Promise<Table[]> {
  const rows: unknown = await runner.query(
    `SELECT c.relname AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns
     FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
     WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind IN ('r', 'p')
       AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = '' AND NOT c.relname = ANY($1)
     GROUP BY c.relname ORDER BY c.relname`,
    [OF_MIGRATIONS],
  );
  return z.array(tableRow).parse(rows);
}

/** The rows of a table, each as PostgreSQL writes it, as lines of JSON; `counted` gets their number. */
export async function* dumpTable(
  runner: QueryRunner,
  { name, columns }: Table,
  counted: (rows: number) => void,
): AsyncGenerator<string> {
  let rows = 0;
  await runner.query(
    `DECLARE dumped NO SCROLL CURSOR FOR SELECT s::text AS line FROM (SELECT ${names(columns)} FROM ${quoted(name)}) s`,
  );
  for (;;) {
    const found = dumpedRows.parse(await runner.query(`FETCH ${AT_ONCE} FROM dumped`));
    if (found.length === 0) break;
    rows += found.length;
    yield found.map(({ line }) => `${oneLine(line)}\n`).join('');
  }
  await runner.query('CLOSE dumped');
  counted(rows);
}

/** Puts rows back that {@link dumpTable} gave, line by line; gives their number. */
export async function loadTable(
  runner: QueryRunner,
  { name, columns }: Table,
  lines: AsyncIterable<string>,
): Promise<number> {
  // a type with the columns of the backup in their order, which need not be the table's
  await runner.query(
    `CREATE TEMP TABLE loaded_row ON COMMIT DROP AS SELECT ${names(columns)} FROM ${quoted(name)} WITH NO DATA`,
  );
  const insert = `INSERT INTO ${quoted(name)} (${names(columns)}) OVERRIDING SYSTEM VALUE
    SELECT ${columns.map((column) => `(l.r).${quoted(column)}`).join(', ')}
    FROM (SELECT line::pg_temp.loaded_row AS r FROM unnest($1::text[]) AS line OFFSET 0) l`;
  let rows = 0;
  let batch: string[] = [];
  const flush = async (): Promise<void> => {
    if (batch.length > 0) await runner.query(insert, [batch]);
    rows += batch.length;
    batch = [];
  };
  for await (const line of lines) {
    batch.push(z.string().parse(JSON.parse(line)));
    if (batch.length === AT_ONCE) await flush();
  }
  await flush();
  await runner.query('DROP TABLE pg_temp.loaded_row');
  return rows;
}

/** For SQL. */
export const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;

/** JSON in which nothing is that readers of lines take for an end of line. */
const oneLine = (text: string): string =>
  JSON.stringify(text).replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029');

const names = (columns: readonly string[]): string => columns.map(quoted).join(', ');
