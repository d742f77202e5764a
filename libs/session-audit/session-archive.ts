import type { Readable } from 'node:stream';
import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { Session, type UnitOfWork } from '#libs/database';
import { DomainError, NotFound, type Actor, type SessionId } from '#libs/kernel';
import type { OperationJournal } from './operation-journal.js';
import type { RecordingStore } from './recording-store.js';
import { readGaps, type SessionGap } from './session-gaps.js';
import {
  SESSION_COLUMNS,
  sessionRecord,
  sessionTimeline,
  type SessionFilter,
  type SessionRecord,
} from './session-rows.js';
import { readTimeline, type TimelinePage } from './timeline.js';

/** What has ended can't be ended. */
export class SessionHasEnded extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'session_has_ended';

  constructor() {
    super('This session has ended already.');
  }
}

const terminationRows = z.array(z.object({ sessionId: z.string(), by: z.string() }));

/** What the operations log says of a session. */
type WatchedSession = Pick<SessionRecord, 'id' | 'username' | 'systemUsername' | 'assetName'>;

/** Sessions under way and past: lists, recordings, and ending one by force. */
export class SessionArchive {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly recordings: RecordingStore,
    private readonly operations: OperationJournal,
  ) {}

  /** One page of the sessions that match, the latest first. */
  list(filter: SessionFilter): Promise<TimelinePage<SessionRecord>> {
    const { sql, parameters } = sessionTimeline(filter);
    return readTimeline(
      this.dataSource,
      sessionRecord,
      (session) => session.startedAt,
      sql,
      parameters,
      filter,
    );
  }

  /** @throws NotFound */
  async get(id: SessionId): Promise<SessionRecord> {
    const rows: unknown = await this.dataSource.query(
      `SELECT ${SESSION_COLUMNS} FROM sessions WHERE id = $1`,
      [id],
    );
    const [found] = sessionRecord.array().parse(rows);
    if (!found) throw new NotFound('session');
    return found;
  }

  /** What is missing of it, as a disk or the database failed; the first first. */
  gapsOf(id: SessionId): Promise<SessionGap[]> {
    return readGaps(this.dataSource, id);
  }

  /**
   * The recording as asciicast v2 text; that of a session under way ends where it has come to. Who looked at it stands
   * in the operations log. @throws NotFound when there is none
   */
  async openRecording(actor: Actor, id: SessionId): Promise<Readable> {
    const session = await this.get(id);
    if (session.recordingPath === null) throw new NotFound('recording');
    const recording = await this.recordings.open(session.recordingPath);
    await this.unitOfWork.run(actor, (tx) => tx.record(operation('session.replay', session)));
    return recording;
  }

  /** That somebody begins to watch the session as it runs. @throws NotFound */
  async noteWatch(actor: Actor, id: SessionId): Promise<void> {
    const session = await this.get(id);
    await this.unitOfWork.run(actor, (tx) => tx.record(operation('session.watch', session)));
  }

  /** That they stopped, after so long. */
  noteWatchEnd(actor: Actor, session: WatchedSession, lastedMs: number): void {
    const after = { seconds: Math.round(lastedMs / 1000) };
    this.operations.note(actor, { ...operation('session.unwatch', session), after });
  }

  /** Has the gateway that holds the session end it. @throws NotFound, SessionHasEnded */
  async terminate(actor: Actor, id: SessionId): Promise<void> {
    await this.unitOfWork.run(actor, async (tx) => {
      const session = await tx.of(Session).findOneBy({ id });
      if (!session) throw new NotFound('session');
      if (session.endedAt !== null) throw new SessionHasEnded();
      await tx.record(operation('session.terminate', session));
      await tx.notify('session.terminate', { sessionId: id, by: actor.username });
    });
  }

  /** Which of these were to be ended since then, and by whom: for a gateway that may not have heard of it. */
  async terminatedSince(
    since: Date,
    ids: readonly SessionId[],
  ): Promise<{ sessionId: string; by: string }[]> {
    if (ids.length === 0) return [];
    const rows: unknown = await this.dataSource.query(
      `SELECT DISTINCT ON (subject_id) subject_id AS "sessionId", actor_name AS by FROM operations
       WHERE at >= $1 AND action = 'session.terminate' AND subject_id = ANY($2::text[]) ORDER BY subject_id, at`,
      [since, ids],
    );
    return terminationRows.parse(rows);
  }
}

function operation(action: string, session: WatchedSession) {
  const subjectName = `${session.username}: ${session.systemUsername}@${session.assetName}`;
  return { action, subjectType: 'session', subjectId: session.id, subjectName };
}
