import { randomUUID } from 'node:crypto';
import type { Logger } from '#libs/kernel';
import type { RecordingPlace, RecordingSoFar } from '#libs/session-audit';
import type { WatchableScreen } from '../../session/session.js';
import type { ScreenDesk } from './screen-desk.js';
import type { KnownScreen, ScreenSource } from './screen-messages.js';

const LOOK_EVERY_MS = 2_000;
/** A session's screen is kept anew when so much has been shown since. */
const KEEP_EVERY_BYTES = 1024 * 1024;
/** More than this since then isn't read: such a flood has scrolled all away. */
const FLOOD_BYTES = 8 * 1024 * 1024;
/** The thread rests so many times as long as it worked. */
const REST_TIMES = 3;
/** CAN ends a sequence that was cut (ECMA-48). */
const NEW_LINE = Buffer.from('\x18\r\n');

/** A session as far as its screen is concerned. */
export interface ShownSession {
  readonly id: string;
  /** Bytes of its output so far. */
  readonly shownBytes: number;
  /** null: it shows none. */
  screen(): WatchableScreen | null;
}

interface KeptScreen {
  place: RecordingPlace;
  screen: KnownScreen;
}

/**
 * Knows from where the screen of a session can be found soon, however long it lasts: of those that showed much it keeps
 * the screen at a place of the recording. One is made at a time, and the byte path knows nothing of it.
 */
export class ScreenKeeper {
  private readonly kept = new WeakMap<ShownSession, KeptScreen>();
  private readonly timer: NodeJS.Timeout;
  private isBusy = false;
  private restUntil = 0;

  constructor(
    private readonly live: () => Iterable<ShownSession>,
    private readonly screens: ScreenDesk,
    private readonly logger: Logger,
  ) {
    this.timer = setInterval(() => {
      this.look();
    }, LOOK_EVERY_MS);
    this.timer.unref();
  }

  close(): void {
    clearInterval(this.timer);
  }

  /** All that the session has shown when this is called; what it holds back of a character too. @throws the file system's error */
  async sourceOf(session: ShownSession, screen: WatchableScreen): Promise<ScreenSource> {
    const size = screen.size();
    const recorded = await screen.recorded();
    return { ...this.beginningOf(session, recorded), ...size, held: recorded.held };
  }

  private beginningOf(
    session: ShownSession,
    { path, offset, shown, first, recent }: RecordingSoFar,
  ): Pick<ScreenSource, 'path' | 'from' | 'to' | 'known'> {
    const kept = this.kept.get(session);
    if (!kept) {
      return { path, from: shown <= FLOOD_BYTES ? first : recent, to: offset, known: null };
    }
    const { place, screen } = kept;
    if (shown - place.shown <= FLOOD_BYTES) return { path, from: place, to: offset, known: screen };
    const known = { ...screen, data: Buffer.concat([screen.data, NEW_LINE]) };
    return { path, from: recent, to: offset, known };
  }

  private look(): void {
    if (this.isBusy || Date.now() < this.restUntil) return;
    let due: { session: ShownSession; since: number } | null = null;
    for (const session of this.live()) {
      const since = session.shownBytes - (this.kept.get(session)?.place.shown ?? 0);
      if (since >= KEEP_EVERY_BYTES && since > (due?.since ?? 0)) due = { session, since };
    }
    const screen = due?.session.screen();
    if (due && screen) void this.keep(due.session, screen);
  }

  private async keep(session: ShownSession, screen: WatchableScreen): Promise<void> {
    this.isBusy = true;
    const begun = Date.now();
    try {
      const recorded = await screen.recorded();
      const { columns, rows, offset, shown } = recorded;
      const source = { ...this.beginningOf(session, recorded), columns, rows, held: new Uint8Array(0) };
      const made = await this.screens.ask({
        key: randomUUID(),
        source,
        events: [],
        wantsScreen: true,
        isLast: true,
      });
      if (made) this.kept.set(session, { place: { offset, shown, columns, rows }, screen: made });
    } catch (error) {
      this.logger.warn({ err: error, session: session.id }, 'the screen of a session could not be kept');
    }
    this.restUntil = Date.now() + (Date.now() - begun) * REST_TIMES;
    this.isBusy = false;
  }
}
