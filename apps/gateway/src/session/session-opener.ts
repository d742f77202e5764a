import type { Authorizer, Decision, Grant } from '#libs/authorization';
import { ACTIONS, type Action, type SessionKind } from '#libs/contracts';
import {
  inTime,
  newId,
  type AssetId,
  type Clock,
  type GatewayId,
  type Logger,
  type SessionId,
  type SystemUserId,
  type UserId,
} from '#libs/kernel';
import type {
  RecordingStore,
  SessionEnd,
  SessionJournal,
  SessionStart,
  TransferJournal,
} from '#libs/session-audit';
import { readTransferCommand } from '../files/transfer-command.js';
import { gateOf, noteRefusal } from '../files/transfer-gates.js';
import type { CommandTap } from '../taps/commands/command-tap.js';
import { runsWhatItIsFed, type FedLines } from '../taps/commands/fed-lines.js';
import { IdleTimer } from '../taps/idle-timer.js';
import { Recorder } from '../taps/recorder.js';
import { ConnectFailure } from './connect-failure.js';
import type { Downstream } from './downstream.js';
import { namesOf, noteRefusedForward } from './refused-forward.js';
import type { PersonTurns } from './person-turns.js';
import type { RecordKeeping } from './record-keeping.js';
import type { RefusalQuota } from './refusal-quota.js';
import type { SessionRegistry } from './session-registry.js';
import { IN_RECORDS, wordsTo, type Said } from './session-words.js';
import { Session } from './session.js';
import type { UpstreamPool } from './upstream-pool.js';

/** Sessions whose record is another: each file of theirs has one, the batch execution keeps their output, or they are one. */
const RECORDED_ELSEWHERE: readonly SessionKind[] = ['sftp', 'scp', 'batch', 'forward', 'files'];

/** A database that doesn't say whether somebody may is not waited for longer. */
const DECIDE_MS = 5_000;
const GONE = 'The client went away before the session began.';

/** Who wants what where. */
export interface SessionWish {
  userId: UserId;
  assetId: AssetId;
  systemUserId: SystemUserId;
  action: Action;
  /** `host:port` to reach from the asset, for the action `forward`. */
  destination?: string | undefined;
  /** Is enough where the first isn't allowed. */
  orAction?: Action | undefined;
  /** Is needed beside it. */
  andAction?: Action | undefined;
  /** Of the user's profile, for what is said where it can't be looked up; null: as their client says. */
  language?: string | null;
}

/** How it went: refused, or a session, which may be over again. */
export type Attempt = { session: Session; refusal: null } | { session: null; refusal: Said };

/** What the opener needs of this gateway. */
export interface OpenerParts {
  gatewayId: GatewayId;
  authorizer: Authorizer;
  journal: SessionJournal;
  transfers: TransferJournal;
  recordings: RecordingStore;
  registry: SessionRegistry;
  keeping: RecordKeeping;
  clock: Clock;
  logger: Logger;
  turns: PersonTurns;
  refusals: RefusalQuota;
  idleTimeoutMs: number;
}

/** The one way to a session, for every kind of downstream: grant, then record and connection, then bytes. */
export class SessionOpener {
  constructor(private readonly parts: OpenerParts) {}

  /**
   * Opens a session and resolves once it runs. A refusal or failure is told on the downstream, which is
   * then finished, and gives null.
   */
  async open(wish: SessionWish, downstream: Downstream, pool: UpstreamPool): Promise<Session | null> {
    const { session } = await this.attempt(wish, downstream, pool);
    return session?.state === 'open' ? session : null;
  }

  /** The same for whoever wants to know how it went: the session says why it did not come about. */
  async attempt(
    wish: SessionWish,
    downstream: Downstream,
    pool: UpstreamPool,
    onBegun: (session: Session) => void = () => undefined,
  ): Promise<Attempt> {
    const { logger, clock } = this.parts;
    const language = wish.language ?? null;
    const decision = await this.decideNow(wish);
    if (decision instanceof Unavailable) {
      logger.info({ ...wish, reason: 'unavailable' }, 'session refused');
      return this.refuse(downstream, decision.said, language);
    }
    if (!decision.granted) {
      logger.info({ ...wish, reason: decision.reason }, 'session refused');
      await this.noteDenial(wish, downstream, decision.message);
      return this.refuse(downstream, (words) => words.refused(decision), decision.about.language ?? language);
    }
    // nobody would end it; whoever lent the downstream waits for its end
    if (downstream.isGone) {
      downstream.finish(null);
      return { session: null, refusal: (words) => words.only(GONE) };
    }
    // while it was decided the gateway began to stop: who ends its sessions has gone through them
    const refusal = this.parts.registry.refusalOf(wish.userId);
    if (refusal !== null) {
      logger.info({ ...wish, reason: refusal(IN_RECORDS) }, 'session refused');
      return this.refuse(downstream, refusal, decision.grant.terms.language);
    }
    const id = newId<SessionId>();
    const withAgent = downstream.openAgent !== undefined && decision.grant.terms.actions.has('agent');
    const needs: Action[] = [
      ...(wish.andAction ? [wish.andAction] : []),
      ...(withAgent ? ['agent' as const] : []),
    ];
    const startedAt = clock.now();
    const row = this.row(id, decision.grant, downstream, startedAt);
    const end = (how: SessionEnd): void => {
      this.parts.journal.end(row, how);
    };
    const session = new Session(id, decision.grant, downstream, startedAt, end, needs);
    this.parts.registry.add(session);
    onBegun(session);
    await this.start(session, row, pool, withAgent);
    return { session, refusal: null };
  }

  /** Tells it in the person's language; whoever keeps a record or shows it to others picks their own. */
  private refuse(downstream: Downstream, said: Said, language: string | null): Attempt {
    downstream.notice(said(wordsTo(language, downstream)));
    downstream.finish({ status: 1 });
    return { session: null, refusal: said };
  }

  /** Without a database nothing is known, and without records nothing begins. */
  private async decideNow(wish: SessionWish): Promise<Decision | Unavailable> {
    const { keeping, logger } = this.parts;
    if (keeping.refusal !== null) return new Unavailable(keeping.refusal);
    const decided = inTime(this.decide(wish), DECIDE_MS, 'authorization took too long');
    return decided.catch((error: unknown) => {
      logger.error({ err: error }, 'authorization failed');
      return new Unavailable((words) => words.cannotCheck);
    });
  }

  private async decide(wish: SessionWish): Promise<Decision> {
    const { authorizer } = this.parts;
    const { orAction, andAction, language: _, ...first } = wish;
    let decision = await authorizer.authorize(first);
    if (!decision.granted && decision.reason === 'action_not_allowed' && orAction) {
      decision = await authorizer.authorize({ ...first, action: orAction });
    }
    if (!decision.granted || !andAction || decision.grant.terms.actions.has(andAction)) return decision;
    return authorizer.authorize({ ...first, action: andAction });
  }

  private async noteDenial(wish: SessionWish, downstream: Downstream, message: string): Promise<void> {
    if (downstream.destination === undefined) await this.noteRefusal(wish, downstream);
    else await noteRefusedForward(this.parts, wish, downstream, message);
  }

  /** A transfer that the rules don't allow is a record too, where they allow anything else there. */
  private async noteRefusal(wish: SessionWish, { command, sourceAddress }: Downstream): Promise<void> {
    const transfer = command === null ? null : readTransferCommand(command);
    if (!transfer || command === null) return;
    const { transfers, authorizer, logger, refusals } = this.parts;
    if (refusals.take(wish.userId) === 'over') return;
    const others = ACTIONS.map((action) => ({ ...wish, action }));
    const decisions = await authorizer.authorizeAll(others).catch((error: unknown) => {
      logger.warn({ err: error }, 'a refused transfer leaves no record');
      return [];
    });
    const known = decisions.find((decision) => decision.granted);
    if (!known?.granted) return;
    const who = { terms: known.grant.terms, sourceAddress };
    noteRefusal({ ...transfer, command }, who, wish.action, transfers);
  }

  private async start(
    session: Session,
    start: SessionStart,
    pool: UpstreamPool,
    withAgent: boolean,
  ): Promise<void> {
    const { grant } = session;
    const path = start.recordingPath;
    const [lease, recorder, row] = await Promise.allSettled([
      pool.lease(grant, {
        isSession: session.downstream.destination === undefined,
        agent: withAgent ? (session.downstream.openAgent ?? null) : null,
      }),
      path === null ? null : this.startRecorder(session, path),
      this.parts.journal.begin(start),
    ]);
    const close = async (): Promise<void> => {
      if (lease.status === 'fulfilled') lease.value.release();
      if (recorder.status === 'fulfilled') await recorder.value?.close();
    };
    if (lease.status === 'rejected' || recorder.status === 'rejected' || row.status === 'rejected') {
      await close();
      const rejected = [row, recorder, lease].find((result) => result.status === 'rejected');
      await this.failed(session, rejected?.reason);
      return;
    }
    const { command } = session.downstream;
    if (command !== null) recorder.value?.mark(command);
    const commands = this.commandsOf(session, recorder.value);
    const idle = session.downstream.pty ? [this.idleTimer(session)] : [];
    const taps = [recorder.value, commands, ...idle].filter((tap) => tap !== null);
    const gate = gateOf(session, this.parts.transfers);
    const parts = { lease: lease.value, recorder: recorder.value, taps, commands, gate };
    try {
      const opened = session.state === 'connecting' && (await session.open(parts));
      if (opened) this.parts.keeping.tell(session);
      else await Promise.all([close(), commands?.close()]);
    } catch (error) {
      await Promise.all([close(), commands?.close()]);
      await this.failed(session, error);
    }
  }

  /** Its commands: the one that it is, and those that are entered in its terminal or fed to its shell. */
  private commandsOf(session: Session, recorder: Recorder | null): CommandTap | FedLines | null {
    const { pty, command } = session.downstream;
    if (!recorder) return null;
    const origin = { id: session.id, terms: session.grant.terms, recorder };
    if (command !== null) this.parts.registry.commands.noteExec(origin, command);
    if (pty) return this.parts.registry.commands.watch(origin, pty);
    return runsWhatItIsFed(command) ? this.parts.registry.commands.hear(origin) : null;
  }

  private async failed(session: Session, error: unknown): Promise<void> {
    if (error instanceof ConnectFailure) {
      await session.end('connect_failed', `${error.step}: ${error.message}`, { status: 255 }, (words) =>
        words.failed(error, session.grant.terms.assetName),
      );
      return;
    }
    this.parts.logger.error({ err: error, session: session.id }, 'session could not start');
    await session.end(
      'recording_failed',
      error instanceof Error ? error.message : null,
      { status: 255 },
      (words) => words.noRecord,
    );
  }

  private startRecorder(session: Session, path: string): Promise<Recorder> {
    const { downstream, grant, startedAt } = session;
    const { columns = 80, rows = 24, term = 'dumb' } = downstream.pty ?? {};
    const title = `${grant.terms.systemUsername}@${grant.terms.assetName}`;
    const header = { columns, rows, startedAt, title, terminal: term };
    return Recorder.start(this.parts.recordings, path, header, downstream.pty !== null, {
      gaps: this.parts.keeping.gapsOf(session),
      recordingFailed: (error) => {
        this.parts.logger.error({ err: error, session: session.id }, 'recording failed');
        void session.end('recording_failed', error.message, null, (words) => words.recordingFailed);
      },
      relieved: () => {
        session.relieved();
      },
    });
  }

  private idleTimer(session: Session): IdleTimer {
    const timer = new IdleTimer(this.parts.idleTimeoutMs, () => {
      void session.end('idle_timeout', null, null, (words) => words.idle);
    });
    void session.whenEnded().then(() => {
      timer.stop();
    });
    return timer;
  }

  private row(id: SessionId, grant: Grant, downstream: Downstream, startedAt: Date): SessionStart {
    const { kind, sourceAddress, command, destination = null } = downstream;
    const isRecorded = !RECORDED_ELSEWHERE.includes(kind);
    return {
      ...namesOf(grant.terms),
      id,
      kind,
      sourceAddress,
      gatewayId: this.parts.gatewayId,
      command: storable(command),
      destination,
      startedAt,
      recordingPath: isRecorded ? this.parts.recordings.pathFor(id, startedAt) : null,
    };
  }
}

/** Nobody can say now whether it may be. */
class Unavailable {
  constructor(readonly said: Said) {}
}

/** PostgreSQL's text holds no NUL; a command with one is stored with the replacement character. */
function storable(command: string | null): string | null {
  return command?.replaceAll('\0', '\ufffd') ?? null;
}
