import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import type { EndReason } from '#libs/contracts';
import { Session } from '#libs/database';
import type { Logger, SessionId } from '#libs/kernel';

/** What is known of a session when it starts. */
export type SessionStart = Pick<
  Session,
  | 'id'
  | 'kind'
  | 'userId'
  | 'username'
  | 'assetId'
  | 'assetName'
  | 'systemUserId'
  | 'systemUsername'
  | 'sourceAddress'
  | 'gatewayId'
  | 'command'
  | 'destination'
  | 'startedAt'
  | 'recordingPath'
>;

/** What is known of it when it has ended. */
export interface SessionEnd {
  endedAt: Date;
  endReason: EndReason;
  endDetail: string | null;
  exitStatus: number | null;
  bytesIn: number;
  bytesOut: number;
  recordingBytes: number;
}

const RETRY_MS = 1_000;
/** Ends that wait while the database is away; some 500 bytes each. */
const MAX_WAITING_ENDS = 100_000;

/** Writes the rows of sessions: starts at once, as no record means no session; ends in batches, tried until written. */
export class SessionJournal {
  private starts: { row: SessionStart; done: () => void; failed: (error: unknown) => void }[] = [];
  private ends = new Map<SessionId, SessionEnd>();
  private flushing: Promise<void> | null = null;
  private stopped = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly logger: Logger,
  ) {}

  /** Resolves when the row stands; sessions that start in the same moment share a statement. */
  begin(row: SessionStart): Promise<void> {
    return new Promise((done, failed) => {
      this.starts.push({ row, done, failed });
      if (this.starts.length === 1) setImmediate(() => void this.writeStarts());
    });
  }

  /** Notes the end; it is written soon, and again until the database took it. */
  end(id: SessionId, end: SessionEnd): void {
    if (this.ends.size >= MAX_WAITING_ENDS)
      this.logger.error({ session: id }, 'end of session lost: too many wait');
    else this.ends.set(id, end);
    this.flushing ??= this.flushEnds();
  }

  /** Waits until what was noted is written, at most `timeoutMs`. */
  async close(timeoutMs: number): Promise<void> {
    const end = Date.now() + timeoutMs;
    while ((this.flushing ?? this.ends.size > 0) && Date.now() < end) await sleep(20);
    this.stopped = true;
  }

  private async writeStarts(): Promise<void> {
    const batch = this.starts;
    this.starts = [];
    try {
      await this.dataSource.getRepository(Session).insert(batch.map(({ row }) => row));
      for (const { done } of batch) done();
    } catch (error) {
      for (const { failed } of batch) failed(error);
    }
  }

  private async flushEnds(): Promise<void> {
    while (this.ends.size > 0 && !this.stopped) {
      const batch = [...this.ends].slice(0, 500);
      try {
        await this.writeEnds(batch);
        for (const [id] of batch) this.ends.delete(id);
      } catch (error) {
        this.logger.warn({ err: error, waiting: this.ends.size }, 'ends of sessions wait for the database');
        await sleep(RETRY_MS);
      }
    }
    this.flushing = null;
  }

  private async writeEnds(batch: [SessionId, SessionEnd][]): Promise<void> {
    const columns = batch.map(([id, end]) => ({ id, ...end }));
    await this.dataSource.query(
      `UPDATE sessions s SET ended_at = e."endedAt", end_reason = e."endReason", end_detail = e."endDetail",
              exit_status = e."exitStatus", bytes_in = e."bytesIn", bytes_out = e."bytesOut",
              recording_bytes = e."recordingBytes"
       FROM json_to_recordset($1::json) AS e(id uuid, "endedAt" timestamptz, "endReason" text, "endDetail" text,
              "exitStatus" int, "bytesIn" bigint, "bytesOut" bigint, "recordingBytes" bigint)
       WHERE s.id = e.id AND (s.ended_at IS NULL OR s.end_reason = 'gateway_lost')
         AND NOT EXISTS (SELECT FROM audit_seals a WHERE a.kind = 'session' AND a.row_id = s.id)`,
      [JSON.stringify(columns)],
    );
  }
}
