import type { DataSource } from 'typeorm';
import type { EndReason } from '#libs/contracts';
import { Session } from '#libs/database';
import { inTime, type SessionId } from '#libs/kernel';
import type { AuditSpool } from './spool/audit-spool.js';

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

/** The row of a session that starts is not waited for longer. */
const BEGIN_MS = 5_000;

/** Writes the rows of sessions: starts at once, as no record means no session; ends by way of the spool. */
export class SessionJournal {
  private starts: { row: SessionStart; done: () => void; failed: (error: unknown) => void }[] = [];

  constructor(
    private readonly dataSource: DataSource,
    private readonly spool: AuditSpool,
  ) {}

  /**
   * Resolves when the row stands; sessions that start in the same moment share a statement.
   * @throws TooLate, the database's error
   */
  begin(row: SessionStart): Promise<void> {
    const written = new Promise<void>((done, failed) => {
      this.starts.push({ row, done, failed });
      if (this.starts.length === 1) setImmediate(() => void this.writeStarts());
    });
    return inTime(written, BEGIN_MS, 'the database did not take the row of the session in time');
  }

  /** Notes the end; it is written soon, and again until the database took it. */
  end(id: SessionId, end: SessionEnd): void {
    this.spool.note('session-end', { id, ...end });
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
}
