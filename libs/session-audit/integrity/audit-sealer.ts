import type { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';
import { RecurringWork, type Logger } from '#libs/kernel';
import type { RecordingStore } from '../recording-store.js';
import type { CoveredRows } from './covered-rows.js';
import { QUEUED_ROWS, rowHash, ZERO_HASH, type QueuedRow, type RowValues, type SealContent } from './seal.js';
import type { SealChain } from './seal-chain.js';

/** How long a finished row waits for its seal at most, while the database answers. */
const EVERY_MS = 5_000;
/** Rows that are sealed in one transaction. */
const AT_ONCE = 2_000;
/** What a lost gateway had in hand may get its real end when it comes back; from then on it stands still. */
const LOST_WAIT = `interval '24 hours'`;
/** A stopped batch execution, and one whose last results come together, settles within this time. */
const BATCH_WAIT = `interval '10 seconds'`;
/** A recording that was written to so recently may not be closed yet. */
const SETTLED_MS = 3_000;

const queuedRow = z.array(z.object({ seq: z.string(), kind: z.enum(QUEUED_ROWS), rowId: z.string() }));
type Queued = z.infer<typeof queuedRow>[number];
const keyRow = z.array(z.object({ kind: z.string(), rowId: z.string() }));

/**
 * Seals finished audit rows and recordings every few seconds: one process at a time takes what waits, adds its links to
 * the chain and signs. Nobody who writes an audit row waits for it.
 */
export class AuditSealer {
  /** Seals what waits. */
  readonly recurring: RecurringWork;

  constructor(
    private readonly dataSource: DataSource,
    private readonly rows: CoveredRows,
    private readonly chain: SealChain,
    private readonly recordings: RecordingStore,
    logger: Logger,
  ) {
    this.recurring = new RecurringWork(
      () => this.seal(),
      { firstMs: EVERY_MS, everyMs: EVERY_MS },
      (error) => logger.error({ err: error }, 'audit rows wait for their seal'),
    );
  }

  /** Seals all that may be sealed now; gives how many links were added. */
  async seal(): Promise<number> {
    let added = 0;
    for (;;) {
      const before = await this.takeQueued();
      if (before.length === 0) return added;
      added += await this.sealSome(before);
      if (before.length < AT_ONCE) return added;
    }
  }

  /** What is due, the oldest first. What may still change is put off. */
  private async takeQueued(): Promise<Queued[]> {
    // one statement: what is taken for lost meanwhile is not seen as ended at all
    const rows: unknown = await this.dataSource.query(
      `WITH put_off AS (
         UPDATE audit_queue q SET not_before = q.queued_at + ${LOST_WAIT}
         WHERE q.kind IN ('session', 'batch') AND q.not_before <= now() AND q.queued_at > now() - ${LOST_WAIT} AND
           (EXISTS (SELECT FROM sessions s WHERE q.kind = 'session' AND s.id = q.row_id AND s.end_reason = 'gateway_lost')
            OR EXISTS (SELECT FROM batch_results r WHERE q.kind = 'batch' AND r.execution_id = q.row_id AND r.failure = 'gateway_lost'))
         RETURNING q.seq
       )
       SELECT seq, kind, row_id AS "rowId" FROM audit_queue
       WHERE not_before <= now() AND (kind <> 'batch' OR queued_at <= now() - ${BATCH_WAIT})
         AND NOT EXISTS (SELECT FROM put_off p WHERE p.seq = audit_queue.seq)
       ORDER BY audit_queue.seq LIMIT ${AT_ONCE}`,
    );
    return queuedRow.parse(rows);
  }

  private async sealSome(taken: readonly Queued[]): Promise<number> {
    const { recorded, unsettled } = await this.readRecordings(taken);
    const { made, count } = await this.dataSource.transaction(async (manager) => {
      await this.chain.lock(manager);
      const queued = await this.stillQueued(manager, taken);
      const isEarly = ({ kind, rowId }: Queued): boolean => kind === 'session' && unsettled.has(rowId);
      const due = queued.filter((one) => !isEarly(one));
      const contents = await this.contentsOf(manager, due, recorded);
      const seqs = due.map(({ seq }) => seq);
      await manager.query('DELETE FROM audit_queue WHERE seq = ANY($1::bigint[])', [seqs]);
      await this.postpone(manager, queued.filter(isEarly));
      const checkpoint = contents.length > 0 ? await this.chain.extend(manager, contents) : null;
      return { made: checkpoint, count: contents.length };
    });
    if (made) this.chain.settle(made);
    return count;
  }

  private async postpone(manager: EntityManager, early: readonly Queued[]): Promise<void> {
    if (early.length === 0) return;
    const seqs = early.map(({ seq }) => seq);
    await manager.query(
      `UPDATE audit_queue SET not_before = now() + interval '3 seconds' WHERE seq = ANY($1::bigint[])`,
      [seqs],
    );
  }

  /** Others may have sealed them meanwhile. */
  private async stillQueued(manager: EntityManager, taken: readonly Queued[]): Promise<Queued[]> {
    const rows: unknown = await manager.query(
      `SELECT seq, kind, row_id AS "rowId" FROM audit_queue WHERE seq = ANY($1::bigint[]) ORDER BY audit_queue.seq`,
      [taken.map(({ seq }) => seq)],
    );
    return queuedRow.parse(rows);
  }

  /** Hashes the recordings of these sessions, before anything is locked. */
  private async readRecordings(
    taken: readonly Queued[],
  ): Promise<{ recorded: Map<string, SealContent>; unsettled: Set<string> }> {
    const ids = taken.filter(({ kind }) => kind === 'session').map(({ rowId }) => rowId);
    const recorded = new Map<string, SealContent>();
    const unsettled = new Set<string>();
    for (const [rowId, values] of await this.rows.read(this.dataSource, 'session', ids)) {
      const path = values['recording_path'] ?? null;
      if (path === null) continue;
      const content = await this.recordingContent(rowId, path);
      if (content === null) unsettled.add(rowId);
      else recorded.set(rowId, content);
    }
    return { recorded, unsettled };
  }

  /** null: it may still be written to. */
  private async recordingContent(rowId: string, path: string): Promise<SealContent | null> {
    const changedAt = await this.recordings.changedAt(path);
    if (changedAt !== null && Date.now() - changedAt.getTime() < SETTLED_MS) return null;
    const digest = changedAt === null ? null : await this.recordings.digest(path);
    const body = JSON.stringify({ path, bytes: digest?.bytes ?? 0, missing: digest === null });
    return { kind: 'recording', rowId, hash: digest?.sha256 ?? ZERO_HASH, body };
  }

  /**
   * One link for each row, in their order; that of a recording follows its session's. A row is sealed once; the start of
   * a session that is sealed whole needs no link of its own.
   */
  private async contentsOf(
    manager: EntityManager,
    queued: readonly Queued[],
    recorded: ReadonlyMap<string, SealContent>,
  ): Promise<SealContent[]> {
    const done = await this.sealed(manager, queued);
    const read = new Map<QueuedRow, Map<string, RowValues>>();
    for (const kind of QUEUED_ROWS) {
      const ids = queued.filter((one) => one.kind === kind).map(({ rowId }) => rowId);
      if (ids.length > 0) read.set(kind, await this.rows.read(manager, kind, ids));
    }
    const ended = new Set(queued.filter(({ kind }) => kind === 'session').map(({ rowId }) => rowId));
    const contents: SealContent[] = [];
    for (const { kind, rowId } of queued) {
      if (done.has(`${kind} ${rowId}`) || (kind === 'session-start' && ended.has(rowId))) continue;
      done.add(`${kind} ${rowId}`);
      const values = read.get(kind)?.get(rowId);
      const gone = { hash: ZERO_HASH, body: JSON.stringify({ gone: true }) };
      contents.push({ kind, rowId, ...(values ? { hash: rowHash(kind, rowId, values), body: null } : gone) });
      const recording = kind === 'session' ? recorded.get(rowId) : undefined;
      if (recording) contents.push(recording);
    }
    return contents;
  }

  private async sealed(manager: EntityManager, queued: readonly Queued[]): Promise<Set<string>> {
    const rows: unknown = await manager.query(
      `SELECT s.kind, s.row_id AS "rowId" FROM audit_seals s
       JOIN unnest($1::text[], $2::uuid[]) AS q(kind, row_id) ON q.kind = s.kind AND q.row_id = s.row_id`,
      [queued.map(({ kind }) => kind), queued.map(({ rowId }) => rowId)],
    );
    return new Set(keyRow.parse(rows).map(({ kind, rowId }) => `${kind} ${rowId}`));
  }
}
