import type { OnApplicationShutdown } from '@nestjs/common';
import type { Actor, Logger, SessionId } from '#libs/kernel';
import type { MonitorSettings, SessionArchive } from '#libs/session-audit';
import type { SessionRegistry } from '../../session/session-registry.js';
import { Session } from '../../session/session.js';
import { ScreenDesk } from './screen-desk.js';
import { ScreenKeeper } from './screen-keeper.js';
import { WatchedSession } from './watched-session.js';
import { Watcher, type WatcherSocket } from './watcher.js';

/** Who may watch one session at once. */
const MAX_WATCHERS = 50;

/** Somebody at a session: they may leave, and say how much they have shown. */
export interface Watching {
  received(total: number): void;
  leave(): void;
}

/** Why nobody watches: `code` is stable, `message` is for the person. */
export interface WatchRefusal {
  code: 'not_here' | 'no_terminal' | 'too_many';
  message: string;
}

const NOT_HERE = { code: 'not_here', message: 'This session has ended, or another gateway has it.' } as const;
const NO_TERMINAL = { code: 'no_terminal', message: 'This session shows no terminal.' } as const;
const TOO_MANY = {
  code: 'too_many',
  message: `${MAX_WATCHERS} people watch this session already.`,
} as const;

/** Lets auditors watch the terminals of this gateway's sessions. */
export class MonitorDesk implements OnApplicationShutdown {
  private readonly watched = new Map<SessionId, WatchedSession>();
  private readonly screens: ScreenDesk;
  private readonly keeper: ScreenKeeper;

  constructor(
    private readonly registry: SessionRegistry,
    private readonly archive: Pick<SessionArchive, 'noteWatch' | 'noteWatchEnd'>,
    private readonly logger: Logger,
    private readonly settings: Pick<MonitorSettings, 'get'>,
  ) {
    this.screens = new ScreenDesk(logger);
    this.keeper = new ScreenKeeper(() => sessionsOf(registry), this.screens, logger);
  }

  onApplicationShutdown(): void {
    this.keeper.close();
  }

  /** Who watches stands in the operations log before they see anything. */
  async watch(actor: Actor, sessionId: string, socket: WatcherSocket): Promise<Watching | WatchRefusal> {
    const session = this.registry.find(sessionId);
    const refusal = this.refusalFor(session);
    if (refusal) return refusal;
    if (!(session instanceof Session)) return NO_TERMINAL;
    const { tellsWatched } = await this.settings.get();
    await this.archive.noteWatch(actor, session.id);
    const since = Date.now();
    const watched = this.watched.get(session.id) ?? this.begin(session, tellsWatched);
    if (!watched) return NOT_HERE;
    const watcher = new Watcher(actor.username, socket);
    watched.add(watcher);
    return {
      received: (total) => {
        watched.received(watcher, total);
      },
      leave: () => {
        if (!watched.remove(watcher)) return;
        const { username, systemUsername, assetName } = session.grant.terms;
        const watchedOne = { id: session.id, username, systemUsername, assetName };
        this.archive.noteWatchEnd(actor, watchedOne, Date.now() - since);
        if (watched.watcherCount === 0) this.stop(session.id, watched);
      },
    };
  }

  private refusalFor(session: unknown): WatchRefusal | null {
    if (session === null) return NOT_HERE;
    if (!(session instanceof Session) || !session.screen()) return NO_TERMINAL;
    return (this.watched.get(session.id)?.watcherCount ?? 0) >= MAX_WATCHERS ? TOO_MANY : null;
  }

  /** @param tells whether who is watched hears of it */
  private begin(session: Session, tells: boolean): WatchedSession | null {
    const screen = session.screen();
    if (!screen) return null;
    const watched = new WatchedSession(
      screen,
      () => this.keeper.sourceOf(session, screen),
      this.screens,
      (error) => {
        this.logger.error(
          { err: error, session: session.id },
          'a watched screen was lost; it is looked for again',
        );
      },
    );
    this.watched.set(session.id, watched);
    if (tells) session.say((words) => words.watched);
    void session.whenEnded().then(() => {
      const how = session.howItEnded();
      watched.end({ reason: how?.reason ?? 'internal_error', detail: how?.detail ?? null });
      this.watched.delete(session.id);
    });
    return watched;
  }

  private stop(id: SessionId, watched: WatchedSession): void {
    watched.stop();
    if (this.watched.get(id) === watched) this.watched.delete(id);
  }
}

function* sessionsOf(registry: SessionRegistry): Generator<Session> {
  for (const session of registry.live()) if (session instanceof Session) yield session;
}
