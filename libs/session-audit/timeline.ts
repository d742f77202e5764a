import { z } from 'zod';
import { rangeOf, type Page, type PageRequest, type SqlSource } from '#libs/database';
import { ValidationFailed } from '#libs/kernel';

/** Among millions nobody needs the exact number, and to count them takes seconds. */
const COUNT_UP_TO = 10_000;

/** A page of something that only grows at its end, and where the next one begins. */
export interface TimelinePage<T> extends Page<T> {
  /** Give it as `cursor` for the rows that follow; null: there are none. */
  nextCursor: string | null;
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
}

const position = z.tuple([z.iso.datetime(), z.uuid()]);
const countRow = z.tuple([z.object({ total: z.number() })]);

/** Reads one page, the latest first unless `sort` is the bare field; of more than 10,000 rows the total is 10,000. @throws ValidationFailed at `cursor` */
export async function readTimeline<T extends { id: string }>(
  source: SqlSource,
  row: z.ZodType<T>,
  timeOf: (item: T) => Date,
  { columns, table, where, at }: TimelineSql,
  parameters: unknown[],
  request: TimelineRequest,
): Promise<TimelinePage<T>> {
  const { offset, limit } = rangeOf(request);
  const isForwards = request.sort !== undefined && !request.sort.startsWith('-');
  const after = request.cursor === undefined ? null : parseCursor(request.cursor);
  const next = parameters.length + 1;
  const beyond = after ? `AND (${at}, id) ${isForwards ? '>' : '<'} ($${next}, $${next + 1})` : '';
  const direction = isForwards ? 'ASC' : 'DESC';
  const found = await source.query(
    `SELECT ${columns} FROM ${table} WHERE ${where} ${beyond}
     ORDER BY ${at} ${direction}, id ${direction} OFFSET ${after ? 0 : offset} LIMIT ${limit + 1}`,
    [...parameters, ...(after ?? [])],
  );
  const rows = row.array().parse(found);
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return {
    items,
    total: request.counted ?? (await count(source, table, where, parameters)),
    nextCursor: last && rows.length > limit ? makeCursor(timeOf(last), last.id) : null,
  };
}

async function count(
  source: SqlSource,
  table: string,
  where: string,
  parameters: unknown[],
): Promise<number> {
  const counted = await source.query(
    `SELECT count(*)::int AS total FROM (SELECT FROM ${table} WHERE ${where} LIMIT ${COUNT_UP_TO}) AS counted`,
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
    throw ValidationFailed.field('cursor', 'wrong_form', message);
  }
}
