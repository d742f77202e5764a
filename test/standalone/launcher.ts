/** A process that runs an embedded PostgreSQL until it is told or made to end; for tests that kill it. */
import { startEmbeddedPostgres } from '../../apps/standalone/src/embedded-postgres.js';

const dataDir = process.argv[2];
if (dataDir === undefined) throw new Error('Usage: launcher.js <data folder>');
const postgres = await startEmbeddedPostgres({ dataDir, throwaway: true });
process.on('SIGTERM', () => {
  void postgres.stop().then(() => process.exit(0));
});
process.send?.({ url: postgres.url });
