import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../apps/standalone/src/embedded-postgres.js';

/** Names the data folder that a test run's databases are copied from, {@link module:cluster-template}. */
export const TEMPLATE_VARIABLE = 'GATEHOUSE_TEST_CLUSTER';

/**
 * Starts a PostgreSQL for a test. In a test run its schema is that of the newest migration already, which saves
 * seconds; elsewhere it is empty. Whoever tests how a database is made calls `startEmbeddedPostgres` instead.
 * @param dataDir an empty folder that PostgreSQL's account, which may be another one, can enter
 */
export async function startThrowAwayPostgres(dataDir: string): Promise<EmbeddedPostgres> {
  const template = process.env[TEMPLATE_VARIABLE];
  if (template !== undefined) copyCluster(template, dataDir);
  return startEmbeddedPostgres({ dataDir, throwaway: true });
}

function copyCluster(from: string, to: string): void {
  const copy = spawnSync('cp', ['-a', '--', join(from, 'postgres'), to], { encoding: 'utf8' });
  if (copy.status !== 0) throw new Error(`The database of ${from} can't be copied: ${copy.stderr}`);
}
