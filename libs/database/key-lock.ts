import type { DataSource, QueryRunner } from 'typeorm';
import { z } from 'zod';

/** Of those who replace keys, and of those who copy keys and rows that belong together. */
const KEY_LOCK = 0x6761_7466;

const taken = z.tuple([z.object({ taken: z.boolean() })]);

/**
 * Does `work` while keys stay as they are (`reader`, any number at once), or alone, to replace them (`writer`). The lock
 * goes with the process.
 * @throws Error `busy` when the other kind is at work
 */
export async function withKeyLock<T>(
  dataSource: DataSource,
  part: 'reader' | 'writer',
  busy: string,
  work: () => Promise<T>,
): Promise<T> {
  const suffix = part === 'reader' ? '_shared' : '';
  const runner: QueryRunner = dataSource.createQueryRunner();
  try {
    const found: unknown = await runner.query(`SELECT pg_try_advisory_lock${suffix}($1) AS taken`, [
      KEY_LOCK,
    ]);
    if (!taken.parse(found)[0].taken) throw new Error(busy);
    try {
      return await work();
    } finally {
      await runner.query(`SELECT pg_advisory_unlock${suffix}($1)`, [KEY_LOCK]);
    }
  } finally {
    await runner.release();
  }
}
