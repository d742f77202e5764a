import { z } from 'zod';
import { rangeOf, type Page, type PageRequest, type SqlSource } from '#libs/database';
import { ValidationFailed } from '#libs/kernel';

/** Among millions nobody needs the exact number, and to count them takes seconds. */
const COUNT_UP_TO = 10_000;
/** Those in which a text stands are read to be counted. */
const COUNT_FOUND_UP_TO = 1_000;

/** A page of something that only grows at its end, and where the next one begins. */
export interface TimelinePage<T> extends Page<T> {
  /** Give it as `cursor` for the rows that follow; null: there are none. */
  nextCursor: string | null;
  /** `total` is how many were counted, and there may be more. */
  totalIsLeast: boolean;
}

/** Which part of a timeline is asked for. A cursor goes before a page number. */
export interface TimelineRequest extends PageRequest {
  cursor?: string | undefined;
  /** Inclusive, ISO 8601. */
  from?: string | undefined;
  /** Exclusive, ISO 8601. */
  to?: string | undefined;
  /** How many there are in all, where it is known already: they aren't counted again. */
  counted?: number | undefined;
}

/** A timeline as SQL; `where` may name parameters, `$1` onwards. */
export interface TimelineSql {
  columns: string;
  table: string;
  where: string;
  /** Column of the time; the order is that and the id. */
  at: string;
  /** Whether a text within the rows is searched: fewer are counted, in their order. */
  isSearch?: boolean;
  /** Whether they are counted in their order, where the database would read the whole table to find the first of them. */
  inOrder?: boolean;
}

/** The latest first, unless `sort` is the bare field. */
const goesForwards = ({ sort }: TimelineRequest): boolean => sort !== undefined && !sort.startsWith('-');

/** The order of a timeline by that column. */
export function timelineOrder(at: string, request: TimelineRequest): string {
  const direction = goesForwards(request) ? 'ASC' : 'DESC';
  return `ORDER BY ${at} ${direction}, id ${direction}`;
}

const position = z.tuple([z.iso.datetime(), z.uuid()]);
const countRow = z.tuple([z.object({ total: z.number() })]);

/**
 * Reads one page, the latest first unless `sort` is the bare field. Of more than 10,000 rows (1,000 in a search) the total
 * is that number.
 * @throws ValidationFailed at `cursor`
 */
export async function readTimeline<T extends { id: string }>(
  source: SqlSource,
  row: z.ZodType<T>,
  timeOf: (item: T) => Date,
  sql: TimelineSql,
  parameters: unknown[],
  request: TimelineRequest,
): Promise<TimelinePage<T>> {
  const { columns, table, where, at } = sql;
  const { offset, limit } = rangeOf(request);
  const isForwards = goesForwards(request);
  const after = request.cursor === undefined ? null : parseCursor(request.cursor);
  const next = parameters.length + 1;
  const beyond = after ? `AND (${at}, id) ${isForwards ? '>' : '<'} ($${next}, $${next + 1})` : '';
  const order = timelineOrder(at, request);
  const found = await source.query(
    `SELECT ${columns} FROM ${table} WHERE ${where} ${beyond}
     ${order} OFFSET ${after ? 0 : offset} LIMIT ${limit + 1}`,
    [...parameters, ...(after ?? [])],
  );
  const rows = row.array().parse(found);
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const isEnd = rows.length <= limit;
  const countUpTo = sql.isSearch ? COUNT_FOUND_UP_TO : COUNT_UP_TO;
  // the page that holds the last row says how many there are
  const seen = isEnd && !after && (rows.length > 0 || offset === 0) ? offset + rows.length : undefined;
  const total = request.counted ?? seen ?? (await count(source, sql, order, countUpTo, parameters));
  return {
    items,
    total: after ? total : Math.max(total, offset + items.length),
    totalIsLeast: seen === undefined && total >= countUpTo,
    nextCursor: last && !isEnd ? makeCursor(timeOf(last), last.id) : null,
  };
}

/**
 * A search counts in the order of the page, by the same index: else the database takes the index of words, and reads all of
 * it for a word that is everywhere.
 */
async function count(
  source: SqlSource,
  { table, where, isSearch = false, inOrder = isSearch }: TimelineSql,
  order: string,
  upTo: number,
  parameters: unknown[],
): Promise<number> {
  const counted = await source.query(
    `SELECT count(*)::int AS total
     FROM (SELECT FROM ${table} WHERE ${where} ${inOrder ? order : ''} LIMIT ${upTo}) AS counted`,
    parameters,
  );
  return countRow.parse(counted)[0].total;
}

function makeCursor(at: Date, id: string): string {
  return Buffer.from(JSON.stringify([at.toISOString(), id])).toString('base64url');
}

function parseCursor(cursor: string): [string, string] {
  try {
    return position.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
  } catch {
    const message = 'This is no cursor of ours: take nextCursor of the page before.';
    throw ValidationFailed.field('cursor', 'not_a_cursor', message);
  }
}
