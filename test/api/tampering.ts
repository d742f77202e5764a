import type { DataSource } from 'typeorm';

const TABLES = [
  'sessions',
  'commands',
  'file_transfers',
  'operations',
  'login_attempts',
  'batch_executions',
  'batch_results',
  'audit_seals',
  'audit_checkpoints',
  'audit_queue',
];

/** Does something to the audit's tables past the product, has a look at it, and takes it back. */
export async function whileTampered<T>(
  database: DataSource,
  tamper: () => Promise<unknown>,
  look: () => Promise<T>,
): Promise<T> {
  for (const table of TABLES) await database.query(`CREATE TABLE kept_${table} AS TABLE ${table}`);
  try {
    await tamper();
    return await look();
  } finally {
    for (const table of TABLES) {
      await database.query(`ALTER TABLE ${table} DISABLE TRIGGER USER`);
      await database.query(`DELETE FROM ${table}`);
      await database.query(`INSERT INTO ${table} SELECT * FROM kept_${table}`);
      await database.query(`ALTER TABLE ${table} ENABLE TRIGGER USER`);
      await database.query(`DROP TABLE kept_${table}`);
    }
  }
}
