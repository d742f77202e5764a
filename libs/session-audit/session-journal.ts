import type { DataSource } from 'typeorm';
import type { EndReason } from '#libs/contracts';
import { Session } from '#libs/database';
import { Gathered, inTime } from '#libs/kernel';
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
  private readonly starts = new Gathered((rows: SessionStart[]) => this.writeStarts(rows));

  constructor(
    private readonly dataSource: DataSource,
    private readonly spool: AuditSpool,
  ) {}

  /**
   * Resolves when the row stands; sessions that start in the same moment share a statement.
   * @throws TooLate, the database's error
   */
  begin(row: SessionStart): Promise<void> {
    return inTime(this.starts.ask(row), BEGIN_MS, 'the database did not take the row of the session in time');
  }

  /**
   * Notes the whole row of a session that has ended; it is written soon, and again until the database took it. The start
   * may come to the database after it, or not at all.
   */
  end(start: SessionStart, end: SessionEnd): void {
    this.spool.note('session-end', { ...start, ...end });
  }

  private async writeStarts(rows: SessionStart[]): Promise<undefined[]> {
    // one that nobody waited for any more may have its end before it
    await this.dataSource
      .createQueryBuilder()
      .insert()
      .into(Session)
      .values(rows)
      .orIgnore()
      .updateEntity(false)
      .execute();
    return rows.map(() => undefined);
  }
}
