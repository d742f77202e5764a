import { z } from 'zod';
import type { Transaction, UnitOfWork } from '#libs/database';
import { systemActor } from '#libs/kernel';
import type { CoveredRows } from '../integrity/covered-rows.js';
import { rowHash, type Checkpoint, type SealedRow } from '../integrity/seal.js';
import type { SealChain } from '../integrity/seal-chain.js';
import { writeDown } from './deletion.js';

/** Rows that one transaction looks at. */
const AT_ONCE = 2_000;

/** Which time of a row counts. */
const TIME: Readonly<Record<SealedRow, string>> = {
  session: 'started_at',
  command: 'at',
  'file-transfer': 'started_at',
  operation: 'at',
  login: 'at',
  batch: 'created_at',
};

/** Which old rows have to stay still. */
const READY: Partial<Record<SealedRow, string>> = {
  // a session goes after its recording
  session: `NOT EXISTS (SELECT FROM audit_seals r WHERE r.kind = 'recording' AND r.row_id = t.id
    AND NOT EXISTS (SELECT FROM deleted_recordings d WHERE d.session_id = t.id))`,
  // what says that something is missing of a session goes after that session
  operation: `CASE t.action
    WHEN 'session.recording-gap' THEN NOT EXISTS (SELECT FROM sessions s WHERE s.id = t.subject_id::uuid)
    WHEN 'audit.gap' THEN NOT EXISTS (SELECT FROM sessions s WHERE s.gateway_id = t.subject_id::uuid
      AND (t.after->>'from')::timestamptz <= coalesce(s.ended_at, 'infinity')
      AND (t.after->>'to')::timestamptz >= s.started_at)
    ELSE true END`,
};

const dueRows = z.array(
  z.object({
    id: z.string(),
    /** As the database knows it, to the microsecond. */
    moment: z.string(),
    at: z.date(),
    seq: z.coerce.number(),
    hash: z.string(),
  }),
);
type DueRow = z.infer<typeof dueRows>[number];

/** The last row that was looked at. */
type Position = readonly [moment: string, id: string];

const BEGINNING: Position = ['-infinity', '00000000-0000-0000-0000-000000000000'];

/**
 * Deletes old rows that are sealed. One that is not as it was sealed stays, whatever its time says now: else who has the
 * database could make retention remove what they want gone.
 */
export class RowRetention {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly rows: CoveredRows,
    private readonly chain: SealChain,
  ) {}

  /** Deletes rows of a kind from before `cutoff`, some thousand in a transaction; gives how many. */
  async deleteBefore(kind: SealedRow, cutoff: Date): Promise<number> {
    let deleted = 0;
    let after: Position | null = BEGINNING;
    while (after !== null) {
      const from: Position = after;
      const step = await this.unitOfWork.run(systemActor, (tx) => this.deleteSome(tx, kind, cutoff, from));
      if (step.made) this.chain.settle(step.made);
      deleted += step.count;
      after = step.next;
    }
    return deleted;
  }

  private async deleteSome(
    tx: Transaction,
    kind: SealedRow,
    cutoff: Date,
    after: Position,
  ): Promise<{ made: Checkpoint | null; count: number; next: Position | null }> {
    await this.chain.lock(tx.manager);
    const due = await this.due(tx, kind, cutoff, after);
    const last = due.at(-1);
    const next: Position | null = last && due.length === AT_ONCE ? [last.moment, last.id] : null;
    const places = await this.unchanged(tx, kind, due);
    if (places.length === 0) return { made: null, count: 0, next };
    const ids = places.map(({ id }) => id);
    await tx.manager.query(`DELETE FROM "${this.rows.tableOf(kind)}" WHERE id = ANY($1::uuid[])`, [ids]);
    if (kind === 'session') {
      const done = 'DELETE FROM deleted_recordings WHERE file_removed AND session_id = ANY($1::uuid[])';
      await tx.manager.query(done, [ids]);
    }
    return { made: await writeDown(tx, this.chain, { of: kind, places }), count: places.length, next };
  }

  private async due(tx: Transaction, kind: SealedRow, cutoff: Date, after: Position): Promise<DueRow[]> {
    const time = `t."${TIME[kind]}"`;
    const rows: unknown = await tx.manager.query(
      `SELECT t.id, ${time}::text AS moment, ${time} AS at, s.seq, encode(s.hash, 'hex') AS hash
       FROM "${this.rows.tableOf(kind)}" t JOIN audit_seals s ON s.kind = $1 AND s.row_id = t.id
       WHERE ${time} < $2 AND (${time}, t.id) > ($3::timestamptz, $4::uuid) AND ${READY[kind] ?? 'true'}
       ORDER BY ${time}, t.id LIMIT ${AT_ONCE}`,
      [kind, cutoff, ...after],
    );
    return dueRows.parse(rows);
  }

  private async unchanged(tx: Transaction, kind: SealedRow, due: readonly DueRow[]): Promise<DueRow[]> {
    const read = await this.rows.read(
      tx.manager,
      kind,
      due.map(({ id }) => id),
    );
    return due.filter(({ id, hash }) => {
      const values = read.get(id);
      return values !== undefined && rowHash(kind, id, values) === hash;
    });
  }
}
