import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { inTime, type Logger } from '#libs/kernel';
import { entryOf, lineOf, SPOOL_KINDS, type SpoolEntry, type SpoolKind } from './spool-entry.js';
import type { SpoolStatements } from './spool-statements.js';

/** A statement or a connection that takes longer has failed. */
const PATIENCE_MS = 10_000;
const CONNECT_MS = 5_000;
/** Classes of SQLSTATE that a record is to blame for: data exception, integrity constraint violation. */
const REFUSED = /^2[23]/;

/** Where and how a spool writes. */
export interface SpoolTarget {
  databaseUrl: string;
  statements: SpoolStatements;
  logger: Logger;
  /** Records that the database refuses for good go there; null: only to the log. */
  refusedFile: () => string | null;
}

/**
 * Writes spooled records, over a connection of its own: a database that takes connections and doesn't answer holds up
 * nobody else, and is known after {@link PATIENCE_MS}.
 */
export class SpoolWriter {
  private client: pg.Client | null = null;

  constructor(private readonly target: SpoolTarget) {}

  /**
   * Writes the records of these lines; `again`: some of them may have been written long ago.
   * @throws when the database can't be reached or doesn't answer: nothing is lost, try again
   */
  async write(lines: readonly string[], mode: 'once' | 'again'): Promise<void> {
    const entries = lines.map(entryOf).filter((entry) => entry !== null);
    const unreadable = lines.length - entries.length;
    if (unreadable > 0) this.target.logger.error({ unreadable }, 'lines of a spool are no audit records');
    for (const { kind, records } of runsOf(entries)) await this.writeRun(kind, records, mode);
  }

  /** Lets go of the connection. */
  async close(): Promise<void> {
    await Promise.race([this.client?.end().catch(() => undefined), sleep(1_000, undefined, { ref: false })]); // it is left in any case
    this.client = null;
  }

  private async writeRun(
    kind: SpoolKind,
    records: SpoolEntry['record'][],
    mode: 'once' | 'again',
  ): Promise<void> {
    try {
      await this.query(this.target.statements[kind][mode], JSON.stringify(records));
    } catch (error) {
      if (!isRefusal(error)) throw error;
      const [only, ...others] = records;
      // one bad record must not hold up all that follow it
      if (others.length > 0) for (const record of records) await this.writeRun(kind, [record], mode);
      else if (only) await this.setAside(kind, only, error);
    }
  }

  private async setAside(kind: SpoolKind, record: SpoolEntry['record'], error: unknown): Promise<void> {
    const { logger } = this.target;
    const refusedFile = this.target.refusedFile();
    logger.error({ err: error, kind, id: record['id'], refusedFile }, 'the database refuses an audit record');
    if (refusedFile !== null) await appendFile(refusedFile, lineOf(kind, record), { mode: 0o600 });
  }

  private async query(sql: string, json: string): Promise<void> {
    const client = await this.connected();
    try {
      await inTime(
        client.query(sql, [json]),
        PATIENCE_MS,
        `the database did not answer in ${PATIENCE_MS} ms`,
      );
    } catch (error) {
      if (!isRefusal(error)) this.drop(client);
      throw error;
    }
  }

  private async connected(): Promise<pg.Client> {
    if (this.client) return this.client;
    const client = new pg.Client({
      connectionString: this.target.databaseUrl,
      application_name: 'gatehouse-spool',
      connectionTimeoutMillis: CONNECT_MS,
      keepAlive: true,
      options: '-c jit=off',
    });
    client.on('error', () => {
      if (this.client === client) this.client = null;
    });
    await client.connect();
    this.client = client;
    return client;
  }

  private drop(client: pg.Client): void {
    if (this.client === client) this.client = null;
    client.end().catch(() => undefined); // it is broken already
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof pg.DatabaseError && REFUSED.test(error.code ?? '');
}

/** All of one kind share a statement; that an outcome is written before its batch execution is closed, the order of kinds says. */
function runsOf(entries: readonly SpoolEntry[]): { kind: SpoolKind; records: SpoolEntry['record'][] }[] {
  return SPOOL_KINDS.map((kind) => ({
    kind,
    records: entries.filter((entry) => entry.kind === kind).map(({ record }) => record),
  })).filter(({ records }) => records.length > 0);
}
