import type { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';
import type { RecordingStore } from '../recording-store.js';
import type { AuditKey } from './audit-key.js';
import type { CoveredRows } from './covered-rows.js';
import {
  checkpoint,
  seal,
  QUEUED_ROWS,
  type Checkpoint,
  type RowValues,
  type QueuedRow,
  type SealLink,
} from './seal.js';
import type { AuditSource, SealedRecord } from './verify.js';

/** Links that are read at once, with their rows. */
const AT_ONCE = 1_000;

const SEAL_COLUMNS = `seq, kind, row_id AS "rowId", encode(hash, 'hex') AS hash, body, encode(chain, 'hex') AS chain`;
const CHECKPOINT_COLUMNS = `seq, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at,
  encode(chain, 'hex') AS chain, key_id AS "keyId", signature`;

const countRow = z.tuple([z.object({ count: z.number() })]);

/** How far sealing has come. */
export interface SealingState {
  checkpoint: Checkpoint | null;
  /** Finished rows that have no seal yet. */
  waiting: number;
}

/** The running installation's audit, as its database and recordings folder have it at one moment. */
export class LiveAudit implements AuditSource {
  private constructor(
    private readonly manager: EntityManager,
    private readonly rows: CoveredRows,
    private readonly head: Checkpoint | null,
    private readonly recordings: RecordingStore | null,
  ) {}

  /** The newest checkpoint, and what waits. */
  static async state(dataSource: DataSource): Promise<SealingState> {
    const found: unknown = await dataSource.query(
      `SELECT ${CHECKPOINT_COLUMNS} FROM audit_checkpoints ORDER BY audit_checkpoints.seq DESC LIMIT 1`,
    );
    const waiting = countRow.parse(await dataSource.query('SELECT count(*)::int AS count FROM audit_queue'));
    return { checkpoint: checkpoint.array().parse(found)[0] ?? null, waiting: waiting[0].count };
  }

  /**
   * Shows the audit of one moment to `use`. @param recordings null: their files are not looked at
   */
  static look<T>(
    dataSource: DataSource,
    key: AuditKey,
    rows: CoveredRows,
    recordings: RecordingStore | null,
    use: (audit: LiveAudit) => Promise<T>,
  ): Promise<T> {
    // read first: what is sealed after this is in the database's picture or not, what was before is
    const head = key.head();
    return dataSource.transaction('REPEATABLE READ', async (manager) => {
      await manager.query('SET TRANSACTION READ ONLY');
      return use(new LiveAudit(manager, rows, head, recordings));
    });
  }

  async checkpoints(): Promise<Checkpoint[]> {
    const rows: unknown = await this.manager.query(
      `SELECT ${CHECKPOINT_COLUMNS} FROM audit_checkpoints ORDER BY audit_checkpoints.seq`,
    );
    return [...checkpoint.array().parse(rows), ...(this.head ? [this.head] : [])];
  }

  async end(): Promise<null> {
    return null; // the checkpoint that is kept outside of the database is one of checkpoints()
  }

  deletions(): AsyncGenerator<SealLink> {
    return this.links("AND kind = 'deletion'");
  }

  async *records(): AsyncGenerator<SealedRecord> {
    let batch: SealLink[] = [];
    for await (const link of this.links('')) {
      if (batch.push(link) < AT_ONCE) continue;
      yield* await this.withRows(batch);
      batch = [];
    }
    yield* await this.withRows(batch);
  }

  recording(path: string): Promise<{ bytes: number; sha256: string } | null | 'unread'> {
    return this.recordings === null ? Promise.resolve('unread') : this.recordings.digest(path);
  }

  stray(): Promise<{ kind: QueuedRow; rowId: string } | null> {
    return this.rows.stray(this.manager);
  }

  private async *links(condition: string): AsyncGenerator<SealLink> {
    let after = 0;
    for (;;) {
      const rows: unknown = await this.manager.query(
        `SELECT ${SEAL_COLUMNS} FROM audit_seals WHERE audit_seals.seq > $1 ${condition}
         ORDER BY audit_seals.seq LIMIT ${AT_ONCE}`,
        [after],
      );
      const links = seal.array().parse(rows);
      yield* links;
      const last = links.at(-1);
      if (!last || links.length < AT_ONCE) return;
      after = last.seq;
    }
  }

  private async withRows(links: readonly SealLink[]): Promise<SealedRecord[]> {
    const found = new Map<string, Map<string, RowValues>>();
    for (const kind of QUEUED_ROWS) {
      const ids = links.filter((link) => link.kind === kind).map(({ rowId }) => rowId);
      if (ids.length > 0) found.set(kind, await this.rows.read(this.manager, kind, ids));
    }
    return links.map((link) => ({ link, values: found.get(link.kind)?.get(link.rowId) ?? null }));
  }
}
