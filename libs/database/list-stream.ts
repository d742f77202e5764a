import type { DataSource, QueryRunner } from 'typeorm';
import { z } from 'zod';
import { Unavailable } from '#libs/kernel';
import type { ListSql } from './list-page.js';

/** Rows that are in memory at once. */
const BATCH = 1_000;
/** A reader who stops reading holds a connection and old row versions: not for longer. */
const IDLE_MS = 60_000;
/** Each holds one of the process's connections. */
const OPEN_AT_MOST = 3;
let opened = 0;

const countRow = z.tuple([z.object({ total: z.number() })]);

/**
 * A whole list of any length, as it was at one moment, read through a cursor: rows that change meanwhile stand there
 * once, as they were. Every row is checked, as by `readPage`. Whoever opens it reads it to its end or closes it; one
 * that nobody reads closes by itself.
 */
export class ListStream<T> {
  private idle: NodeJS.Timeout | null = null;
  private isOpen = true;

  private constructor(
    private readonly runner: QueryRunner,
    private readonly row: z.ZodType<T>,
    readonly total: number,
  ) {
    this.wait();
  }

  /** @throws Unavailable when too many are open */
  static async open<T>(
    dataSource: DataSource,
    row: z.ZodType<T>,
    { columns, from, order }: ListSql,
    parameters: unknown[],
  ): Promise<ListStream<T>> {
    if (opened >= OPEN_AT_MOST)
      throw new Unavailable('Too many lists are being exported; try again in a moment.');
    opened++;
    const runner = dataSource.createQueryRunner();
    try {
      await runner.startTransaction('REPEATABLE READ');
      const counted: unknown = await runner.query(`SELECT count(*)::int AS total FROM ${from}`, parameters);
      await runner.query(
        `DECLARE listed NO SCROLL CURSOR FOR SELECT ${columns} FROM ${from} ORDER BY ${order}`,
        parameters,
      );
      return new ListStream(runner, row, countRow.parse(counted)[0].total);
    } catch (error) {
      await release(runner);
      throw error;
    }
  }

  /** The rows in batches; leaving early closes the list. */
  async *batches(): AsyncGenerator<T[], void> {
    try {
      for (;;) {
        if (!this.isOpen) throw new Error('nobody read the list for too long: it is closed');
        const rows = this.row.array().parse(await this.runner.query(`FETCH ${BATCH} FROM listed`));
        this.wait();
        if (rows.length === 0) return;
        yield rows;
      }
    } finally {
      await this.close();
    }
  }

  /** Gives the connection back. */
  async close(): Promise<void> {
    if (!this.isOpen) return;
    this.isOpen = false;
    if (this.idle) clearTimeout(this.idle);
    await release(this.runner);
  }

  private wait(): void {
    if (this.idle) clearTimeout(this.idle);
    this.idle = setTimeout(() => void this.close(), IDLE_MS).unref();
  }
}

async function release(runner: QueryRunner): Promise<void> {
  opened--;
  try {
    if (runner.isTransactionActive) await runner.rollbackTransaction();
  } catch {
    // the connection is gone, and its transaction with it
  }
  await runner.release();
}
