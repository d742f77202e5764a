import { z } from 'zod';

const countRow = z.tuple([z.object({ total: z.number() })]);

/** Which part of a list is asked for: text, sort field (`name`, `-createdAt`), page from 1. */
export interface PageRequest {
  q?: string | undefined;
  sort?: string | undefined;
  page: number;
  pageSize: number;
}

/** One page of a list, and how many rows match in all. */
export interface Page<T> {
  items: T[];
  total: number;
}

/** Whatever runs SQL: a DataSource, or a transaction's manager. */
export interface SqlSource {
  query(sql: string, parameters?: unknown[]): Promise<unknown>;
}

/** A list as SQL: `SELECT columns FROM from ORDER BY order`. Only `from` may name parameters, `$1` onwards. */
export interface ListSql {
  columns: string;
  /** With its `WHERE`. */
  from: string;
  order: string;
  /** Alias in `from` of the table whose rows are shown, when `columns` and `order` need nothing but it. */
  row?: string;
  /** Name of that table, when it has an `id` and `order` needs others too. */
  table?: string;
  /** A faster way to the number of rows than to count those of `from`, with the same parameters. */
  count?: string;
}

/** `OFFSET` and `LIMIT` of a page. */
export function rangeOf({ page, pageSize }: PageRequest): { offset: number; limit: number } {
  return { offset: (page - 1) * pageSize, limit: pageSize };
}

/**
 * Reads one page; every row is checked, and stripped of what the schema doesn't name. With `table`, rows are counted
 * first: how many there are decides how their page is found, better than the database's guess.
 */
export async function readPage<T>(
  source: SqlSource,
  row: z.ZodType<T>,
  sql: ListSql,
  parameters: unknown[],
  request: PageRequest,
): Promise<Page<T>> {
  const count = sql.count ?? `SELECT count(*)::int AS total FROM ${sql.from}`;
  if (sql.table !== undefined) {
    const { total } = countRow.parse(await source.query(count, parameters))[0];
    const { offset } = rangeOf(request);
    if (offset >= total) return { items: [], total };
    const rows = await source.query(idsFirstSql(sql, sql.table, request, total), parameters);
    return { items: row.array().parse(rows), total };
  }
  const [rows, counted] = await Promise.all([
    source.query(pageSql(sql, request), parameters),
    source.query(count, parameters),
  ]);
  return { items: row.array().parse(rows), total: countRow.parse(counted)[0].total };
}

/** So many rows are sorted sooner than a long index is gone through in search of them. */
const FEW = 2_000;

/** With `row`, costly columns are worked out for the rows of the page only, not for all that come before it. */
function pageSql({ columns, from, order, row }: ListSql, request: PageRequest): string {
  const { offset, limit } = rangeOf(request);
  const range = `ORDER BY ${order} OFFSET ${offset} LIMIT ${limit}`;
  if (row === undefined) return `SELECT ${columns} FROM ${from} ${range}`;
  return `SELECT ${columns} FROM (SELECT ${row}.* FROM ${from} ${range}) ${row} ORDER BY ${order}`;
}

/**
 * Ids alone are sorted, as whole rows of a long list would not fit into the memory for sorting; and a page beyond the
 * middle is read from the list's end, in the reverse order.
 */
function idsFirstSql(sql: ListSql, table: string, request: PageRequest, total: number): string {
  const { columns, from, order, row = table } = sql;
  const { offset, limit } = rangeOf(request);
  const count = Math.min(limit, total - offset);
  const isBehind = offset > total / 2;
  const range = isBehind
    ? `ORDER BY ${reversed(order)} OFFSET ${total - offset - count} LIMIT ${count}`
    : `ORDER BY ${order} OFFSET ${offset} LIMIT ${count}`;
  const few = total <= FEW ? `AND ${row}.id = ANY(ARRAY(SELECT ${row}.id FROM ${from}))` : '';
  const page = `unnest(ARRAY(SELECT ${row}.id FROM ${from} ${few} ${range})) WITH ORDINALITY AS page (id, place)`;
  return `SELECT ${columns} FROM ${page} JOIN ${table} ${row} ON ${row}.id = page.id
    ORDER BY page.place ${isBehind ? 'DESC' : 'ASC'}`;
}

/** An `ORDER BY` list of {@link orderBy}, the other way round; PostgreSQL puts nulls at the other end too. */
function reversed(order: string): string {
  return order.replace(/ (ASC|DESC)(?=,|$)/g, (_, direction) => (direction === 'ASC' ? ' DESC' : ' ASC'));
}

/** The searched text as a pattern of `ILIKE` in which `%`, `_` and `\` mean themselves; null when there is none. */
export function searchText(q: string | undefined): string | null {
  const text = q?.trim();
  return text ? `%${text.replace(/[\\%_]/g, '\\$&')}%` : null;
}

/** SQL condition: the {@link searchText} of the parameter stands in one of the columns, upper or lower case. */
export function matches(parameter: string, ...columns: string[]): string {
  const found = columns.map((column) => `${column} ILIKE ${parameter}`).join(' OR ');
  return `(${parameter}::text IS NULL OR ${found})`;
}

/**
 * `ORDER BY` list for a sort field, always with the id last so that pages don't overlap.
 * @param columns allowed fields and their SQL expressions; whatever isn't among them sorts by the fallback.
 */
export function orderBy(
  sort: string | undefined,
  columns: Readonly<Record<string, string>>,
  fallback: string,
  id: string,
): string {
  const asked = sort ?? fallback;
  const known = Object.hasOwn(columns, asked.replace(/^-/, '')) ? asked : fallback;
  const direction = known.startsWith('-') ? 'DESC' : 'ASC';
  return `${columns[known.replace(/^-/, '')]} ${direction}, ${id} ${direction}`;
}

/** The fields of such a table of columns, for whoever checks a request's `sort`. */
export function sortFields(columns: Readonly<Record<string, string>>): [string, ...string[]] {
  const [first, ...rest] = Object.keys(columns);
  if (first === undefined) throw new Error('a list needs a field to sort by');
  return [first, ...rest];
}
