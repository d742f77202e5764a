import type { DataSource } from 'typeorm';
import { z } from 'zod';
import type { Transaction, UnitOfWork } from '#libs/database';
import { systemActor } from '#libs/kernel';
import type { CoveredRows } from '../integrity/covered-rows.js';
import { recordingBody, rowHash, type Checkpoint } from '../integrity/seal.js';
import type { SealChain } from '../integrity/seal-chain.js';
import type { RecordingStore } from '../recording-store.js';
import { writeDown } from './deletion.js';

/** Recordings that one transaction takes. */
const AT_ONCE = 500;

const dueRows = z.array(
  z.object({ id: z.string(), at: z.date(), seq: z.coerce.number(), body: z.string(), hash: z.string() }),
);
type DueRow = z.infer<typeof dueRows>[number];
const sealedRows = z.array(z.object({ id: z.string(), body: z.string() }));

/** Deletes recordings: first their deletion is written down, then the files go; a crash in between is made good. */
export class RecordingRetention {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly rows: CoveredRows,
    private readonly chain: SealChain,
    private readonly store: RecordingStore,
  ) {}

  /** Those of sessions from before `cutoff`; gives how many. */
  deleteBefore(cutoff: Date): Promise<number> {
    return this.deleteWhere('k.at < $1', cutoff);
  }

  /** The oldest, until all together have at most so many bytes; gives how many. */
  deleteBeyond(bytes: number): Promise<number> {
    return this.deleteWhere('k.newer_bytes > $1', bytes);
  }

  private async deleteWhere(condition: string, value: Date | number): Promise<number> {
    await this.removeFiles();
    let deleted = 0;
    for (;;) {
      const { made, count } = await this.unitOfWork.run(systemActor, (tx) =>
        this.deleteSome(tx, condition, value),
      );
      if (made) this.chain.settle(made);
      await this.removeFiles();
      deleted += count;
      if (count < AT_ONCE) return deleted;
    }
  }

  private async deleteSome(
    tx: Transaction,
    condition: string,
    value: Date | number,
  ): Promise<{ made: Checkpoint | null; count: number }> {
    await this.chain.lock(tx.manager);
    const rows: unknown = await tx.manager.query(
      `SELECT k.id, k.at, k.seq, k.body, encode(s.hash, 'hex') AS hash FROM (
         SELECT t.id, t.started_at AS at, r.seq, r.body,
           sum(t.recording_bytes) OVER (ORDER BY t.started_at DESC, t.id DESC) AS newer_bytes
         FROM sessions t JOIN audit_seals r ON r.kind = 'recording' AND r.row_id = t.id
         WHERE NOT EXISTS (SELECT FROM deleted_recordings d WHERE d.session_id = t.id)
       ) k JOIN audit_seals s ON s.kind = 'session' AND s.row_id = k.id
       WHERE ${condition} ORDER BY k.at, k.id LIMIT ${AT_ONCE}`,
      [value],
    );
    const due = await this.unchanged(tx, dueRows.parse(rows));
    if (due.length === 0) return { made: null, count: 0 };
    const files = due.map(({ id, body }) => ({ id, ...recordingBody.parse(JSON.parse(body)) }));
    await tx.manager.query(
      'INSERT INTO deleted_recordings (session_id, path) SELECT * FROM unnest($1::uuid[], $2::text[])',
      [files.map(({ id }) => id), files.map(({ path }) => path)],
    );
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    const made = await writeDown(tx, this.chain, { of: 'recording', places: due, bytes });
    return { made, count: due.length };
  }

  /** A session that is not as it was sealed keeps its recording. */
  private async unchanged(tx: Transaction, due: readonly DueRow[]): Promise<DueRow[]> {
    const ids = due.map(({ id }) => id);
    const read = await this.rows.read(tx.manager, 'session', ids);
    return due.filter(({ id, hash }) => {
      const values = read.get(id);
      return values !== undefined && rowHash('session', id, values) === hash;
    });
  }

  private async removeFiles(): Promise<void> {
    const rows: unknown = await this.dataSource.query(
      `SELECT d.session_id AS id, r.body FROM deleted_recordings d
         JOIN audit_seals r ON r.kind = 'recording' AND r.row_id = d.session_id WHERE NOT d.file_removed`,
    );
    // the path is the sealed one: no other file goes because somebody wrote its name here
    const left = sealedRows.parse(rows);
    for (const { body } of left) await this.store.remove(recordingBody.parse(JSON.parse(body)).path);
    await this.dataSource.query(
      'UPDATE deleted_recordings SET file_removed = true WHERE session_id = ANY($1::uuid[])',
      [left.map(({ id }) => id)],
    );
  }
}
