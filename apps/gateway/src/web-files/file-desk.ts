import type { TransferProtocol } from '#libs/contracts';
import type { AssetId, SystemUserId, UserId } from '#libs/kernel';
import type { SessionOpener } from '../session/session-opener.js';
import type { UpstreamPool } from '../session/upstream-pool.js';
import { FileFailure } from './file-failure.js';
import { FileSession } from './file-session.js';

/** Sessions over files of one user at once. */
const MAX_SESSIONS = 100;

/** Who works with files where. */
export interface FilePlace {
  userId: UserId;
  assetId: AssetId;
  systemUserId: SystemUserId;
  sourceAddress: string;
  /** How the files come to or from the user; absent: `web`. */
  protocol?: TransferProtocol | undefined;
}

/** A session that somebody works in until they leave it. */
export interface EnteredSession {
  session: FileSession;
  leave: () => void;
}

/** The sessions in which consoles, tools and the menu work with files: one for each user and place, kept while it is in use. */
export class FileDesk {
  private readonly sessions = new Map<string, { session: FileSession; opened: Promise<void> }>();

  constructor(
    private readonly opener: Pick<SessionOpener, 'open'>,
    private readonly makePool: () => UpstreamPool,
  ) {}

  /** Does something in a session of this place. @throws FileFailure */
  async use<T>(place: FilePlace, work: (session: FileSession) => Promise<T>): Promise<T> {
    const { session, leave } = await this.enter(place);
    try {
      return await work(session);
    } finally {
      leave();
    }
  }

  /** A session of this place, to be left. @throws FileFailure */
  async enter(place: FilePlace): Promise<EnteredSession> {
    const { session, opened } = this.entryFor(place);
    const leave = session.enter();
    try {
      await opened;
      return { session, leave };
    } catch (error) {
      leave();
      throw error;
    }
  }

  private entryFor(place: FilePlace): { session: FileSession; opened: Promise<void> } {
    const { userId, assetId, systemUserId, sourceAddress, protocol = 'web' } = place;
    const key = [userId, assetId, systemUserId, sourceAddress, protocol].join(' ');
    const known = this.sessions.get(key);
    if (known) return known;
    this.makeRoom(userId);
    if (this.ownOf(userId).length >= MAX_SESSIONS)
      throw new FileFailure(
        'too_many',
        `You work with files on ${MAX_SESSIONS} places; try again in a minute.`,
      );
    const session = new FileSession(sourceAddress, protocol, () => {
      if (this.sessions.get(key)?.session === session) this.sessions.delete(key);
    });
    const entry = { session, opened: this.open(place, session) };
    entry.opened.catch(() => undefined); // whoever uses it hears of it
    this.sessions.set(key, entry);
    return entry;
  }

  private ownOf(userId: UserId): FileSession[] {
    return [...this.sessions]
      .filter(([key]) => key.startsWith(`${userId} `))
      .map(([, { session }]) => session);
  }

  /** Who goes from place to place doesn't wait for those that they left. */
  private makeRoom(userId: UserId): void {
    const own = this.ownOf(userId);
    if (own.length >= MAX_SESSIONS) own.find(({ isIdle }) => isIdle)?.leave();
  }

  private async open(place: FilePlace, session: FileSession): Promise<void> {
    const { userId, assetId, systemUserId } = place;
    const rights = { action: 'download', orAction: 'upload' } as const;
    const pool = this.makePool();
    const opened = await this.opener.open(
      { userId, assetId, systemUserId, ...rights },
      session.downstream,
      pool,
    );
    if (!opened) {
      pool.close();
      throw new FileFailure('not_opened', session.endedBecause ?? 'The session could not be opened.');
    }
    session.allowed = () => opened.grant.terms.actions;
    void opened.whenEnded().then(() => {
      pool.close();
    });
  }
}
