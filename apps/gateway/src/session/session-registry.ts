import type { Authorizer, Decision } from '#libs/authorization';
import type { CommandDesk } from '../taps/commands/command-desk.js';
import type { ControlBus } from '#libs/database';
import type { Config, Logger, SessionId, UserId } from '#libs/kernel';
import type { SessionArchive } from '#libs/session-audit';
import { AccessCheck } from './access-check.js';
import { PersonPlaces } from './person-places.js';
import type { LiveSession } from './session.js';
import type { Said } from './session-words.js';

/** Sessions of one check at most; more are checked in turns. */
const CHECK_BATCH = 500;
const EXPIRY_TICK_MS = 250;
/** How long a session may go on after the end of its grant while nobody can say whether there is another one. */
const UNCHECKED_MS = 5_000;
/** Changes that come in a burst are one check. */
const SETTLE_MS = 50;
/** How far back it is looked for what was told while the bus was away. */
const MISSED_MS = 24 * 3600_000;
const ASK_AGAIN_MS = 5_000;

/** What holds for all sessions. */
export interface SessionTerms {
  /** The longest that one may last; null: as long as it will. */
  limitMs: number | null;
  /** What becomes of one whose grant ends while the database is away. See docs/adr/0013. */
  policy: Config['recording'];
  /** How many one person may have at once. */
  perPerson: number;
}

/** The live sessions of this gateway: ends what is terminated and what is no longer granted. */
export class SessionRegistry {
  private readonly sessions = new Map<SessionId, LiveSession>();
  private readonly check: AccessCheck<LiveSession>;
  private readonly ticker: NodeJS.Timeout;
  private settling: NodeJS.Timeout | null = null;
  private isStopping = false;
  private readonly places: PersonPlaces;

  constructor(
    private readonly authorizer: Authorizer,
    bus: ControlBus,
    private readonly logger: Logger,
    /** Where the commands of the sessions are watched. */
    readonly commands: CommandDesk,
    private readonly terms: SessionTerms,
    private readonly archive: Pick<SessionArchive, 'terminatedSince'>,
  ) {
    this.places = new PersonPlaces(terms.perPerson);
    this.check = new AccessCheck({
      all: () => [...this.sessions.values()],
      due: () => this.expiredSince(0),
      ask: (sessions) => this.recheck(sessions),
      logger,
    });
    bus.on('session.terminate', ({ sessionId, by }) => {
      this.terminate(sessionId, by);
    });
    bus.on('access.changed', () => {
      this.checkSoon();
    });
    bus.on('user.changed', () => {
      this.checkSoon();
    });
    bus.onResync(() => {
      this.checkSoon();
      void this.endMissed();
    });
    this.ticker = setInterval(() => {
      this.check.tick();
      this.endUnchecked();
    }, EXPIRY_TICK_MS);
    this.ticker.unref();
  }

  /** Why this person may begin none now; null: they may. */
  refusalOf(userId: UserId): Said | null {
    if (this.isStopping) return (words) => words.restarting;
    const { max } = this.places;
    return this.places.countOf(userId) < max ? null : (words) => words.tooMany(max);
  }

  get size(): number {
    return this.sessions.size;
  }

  /** All of them. */
  live(): Iterable<LiveSession> {
    return this.sessions.values();
  }

  /** The session of this id, if this gateway has it. */
  find(sessionId: string): LiveSession | null {
    return [...this.sessions.values()].find(({ id }) => id === sessionId) ?? null;
  }

  add(session: LiveSession): void {
    this.sessions.set(session.id, session);
    const leave = this.places.take(session.grant.terms.userId);
    const { limitMs } = this.terms;
    const timer = limitMs === null ? null : setTimeout(() => void limit(session), limitMs);
    timer?.unref();
    void session.whenEnded().then(() => {
      if (timer) clearTimeout(timer);
      this.sessions.delete(session.id);
      leave?.();
    });
  }

  /** Ends all, for a gateway that stops; none begins any more. */
  async endAll(): Promise<void> {
    this.isStopping = true;
    clearInterval(this.ticker);
    await Promise.all(
      [...this.sessions.values()].map((session) =>
        session.end('gateway_stopped', null, null, (words) => words.restarting),
      ),
    );
  }

  private terminate(sessionId: string, by: string): void {
    void this.find(sessionId)?.end('terminated', by, null, (words) => words.endedBy(by));
  }

  /** Whoever ended a session while the bus was away was told that it ends. */
  private async endMissed(): Promise<void> {
    const since = new Date(Date.now() - MISSED_MS);
    try {
      const missed = await this.archive.terminatedSince(since, [...this.sessions.keys()]);
      for (const { sessionId, by } of missed) this.terminate(sessionId, by);
    } catch (error) {
      this.logger.warn({ err: error }, 'sessions that were ended meanwhile are looked for again');
      setTimeout(() => void this.endMissed(), ASK_AGAIN_MS).unref();
    }
  }

  private checkSoon(): void {
    this.settling ??= setTimeout(() => {
      this.settling = null;
      this.check.checkAll();
    }, SETTLE_MS);
  }

  /** Those whose grant ended so long ago, in milliseconds. */
  private expiredSince(ms: number): LiveSession[] {
    const before = Date.now() - ms;
    return [...this.sessions.values()].filter(({ grant }) => {
      const { validUntil } = grant.terms;
      return validUntil !== null && validUntil.getTime() <= before;
    });
  }

  private endUnchecked(): void {
    if (this.terms.policy !== 'strict' || !this.check.isFailing) return;
    for (const session of this.expiredSince(UNCHECKED_MS))
      void session.end('access_revoked', 'not_checkable', null, (words) => words.notCheckable);
  }

  /** Asks the authorizer for every session again and ends those that it no longer grants. */
  private async recheck(sessions: LiveSession[]): Promise<void> {
    for (let start = 0; start < sessions.length; start += CHECK_BATCH) {
      const batch = sessions.slice(start, start + CHECK_BATCH);
      const decisions = await this.authorizer.authorizeAll(batch.map(({ grant }) => grant.terms));
      batch.forEach((session, index) => {
        const decision = decisions[index];
        const allowed = decision?.granted ? decision.grant.terms.actions : null;
        if (decision?.granted && session.needs.every((action) => allowed?.has(action)))
          session.grant = decision.grant;
        else void session.end('access_revoked', reasonOf(decision), null, (words) => words.withdrawn);
      });
    }
  }
}

function limit(session: LiveSession): Promise<void> {
  return session.end('session_limit', null, null, (words) => words.longest);
}

function reasonOf(decision: Decision | undefined): string | null {
  if (!decision) return null;
  return decision.granted ? 'action_not_allowed' : decision.reason;
}
