import { hostname } from 'node:os';
import { systemActor, type Config, type GatewayId, type Logger } from '#libs/kernel';
import type { AuditSpool, GapListener, OperationJournal, SpoolGap } from '#libs/session-audit';
import type { SessionRegistry } from './session-registry.js';
import type { Said } from './session-words.js';
import { Session } from './session.js';

/** What it needs of its gateway. */
export interface KeepingParts {
  gatewayId: GatewayId;
  policy: Config['recording'];
  spool: AuditSpool;
  operations: OperationJournal;
  registry: Pick<SessionRegistry, 'live'>;
  logger: Logger;
}

/**
 * What becomes of sessions whose records can be kept nowhere. `strict`: they end, and none begins. `best-effort`: they go on,
 * their users are told, and what is missing stands in the operations. See docs/adr/0013.
 */
export class RecordKeeping {
  /** Whose users don't know it yet. */
  private readonly interrupted = new WeakSet<Session>();

  constructor(private readonly parts: KeepingParts) {
    parts.spool.listen({
      inDanger: (error) => {
        this.inDanger(error);
      },
      outOfDanger: (gap) => {
        if (gap) this.noteGap(gap);
      },
    });
  }

  /** Why no session may begin now, for its user; null: it may. */
  get refusal(): Said | null {
    if (this.parts.policy === 'best-effort' || this.parts.spool.inDanger === null) return null;
    return (words) => words.noRecords;
  }

  /** Hears of a disk that fails a recording; null: the session must end then. */
  gapsOf(session: Session): GapListener | null {
    const { policy, operations, logger } = this.parts;
    if (policy === 'strict') return null;
    const { username, systemUsername, assetName } = session.grant.terms;
    return {
      began: (error) => {
        logger.error({ err: error, session: session.id }, 'a recording has a gap');
        this.interrupted.add(session);
        this.tell(session);
      },
      ended: ({ from, to, bytes, reason }) => {
        operations.note(systemActor, {
          action: 'session.recording-gap',
          subjectType: 'session',
          subjectId: session.id,
          subjectName: `${username}: ${systemUsername}@${assetName}`,
          after: { from, to, bytes, reason },
        });
      },
    };
  }

  /** Tells the session's user, once it runs, that it is not recorded now. */
  tell(session: Session): void {
    if (session.state !== 'open' || !this.interrupted.delete(session)) return;
    session.say((words) => words.recordingInterrupted);
  }

  private inDanger(error: Error): void {
    const { policy, registry } = this.parts;
    if (policy === 'strict') {
      for (const session of [...registry.live()])
        void session.end('recording_failed', error.message, null, (words) => words.recordsLost);
      return;
    }
    for (const session of registry.live())
      if (session instanceof Session) session.say((words) => words.recordsMayGap);
  }

  private noteGap({ from, to, lost }: SpoolGap): void {
    const { operations, gatewayId } = this.parts;
    operations.note(systemActor, {
      action: 'audit.gap',
      subjectType: 'gateway',
      subjectId: gatewayId,
      subjectName: hostname(),
      after: { from, to, lost },
    });
  }
}
