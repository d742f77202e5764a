import { randomUUID } from 'node:crypto';
import type { MonitorEnded } from '#libs/contracts';
import type { WatchableScreen } from '../../session/session.js';
import type { Tap } from '../tap.js';
import { EventQueue } from './event-queue.js';
import type { ScreenDesk } from './screen-desk.js';
import type { KnownScreen, ScreenEvent, ScreenSource } from './screen-messages.js';
import type { Watcher } from './watcher.js';

/** What comes within this time goes to the watchers as one. */
const GATHER_MS = 20;
/** More than this within it goes to nobody: watchers get the screen instead. */
const PARCEL_BYTES = 128 * 1024;
/** What waits for the thread that keeps the screen, at most. */
const BACKLOG_BYTES = 1024 * 1024;
const FIND_AGAIN_MS = 1_000;
/** Who can't follow sees the screen so often. */
const SCREEN_EVERY_MS = 250;

/**
 * The watchers of one session, and its screen as long as there are any: it is found from the recording when the first
 * comes, and follows from then on in a thread of its own. The session waits for none of that.
 */
export class WatchedSession implements Tap {
  private readonly watchers = new Set<Watcher>();
  private readonly parcel = new EventQueue(PARCEL_BYTES);
  private readonly backlog = new EventQueue(BACKLOG_BYTES);
  private source: ScreenSource | null = null;
  private gathering: NodeJS.Timeout | null = null;
  private screenTimer: NodeJS.Timeout | null = null;
  private crowdedUntil = 0;
  private isBusy = false;
  private isOver = false;
  private readonly untap: () => void;
  /** By which the thread knows the screen. */
  private readonly key = randomUUID();

  constructor(
    screen: WatchableScreen,
    /** The screen as it is when this is called. */
    private readonly find: () => Promise<ScreenSource>,
    private readonly screens: ScreenDesk,
    private readonly onFailed: (error: unknown) => void,
  ) {
    this.findScreen();
    // in the same turn: what is not in the recording by then comes here
    this.untap = screen.tap(this);
  }

  get watcherCount(): number {
    return this.watchers.size;
  }

  add(watcher: Watcher): void {
    this.watchers.add(watcher);
    this.tellWatchers();
    this.feed();
  }

  /** @returns whether it was there */
  remove(watcher: Watcher): boolean {
    const wasThere = this.watchers.delete(watcher);
    if (wasThere) this.tellWatchers();
    return wasThere;
  }

  /** A watcher has shown more. */
  received(watcher: Watcher, total: number): void {
    watcher.received(total);
    if (watcher.wantsScreen) this.feed();
  }

  output(chunk: Buffer): boolean {
    this.gather({ kind: 'output', bytes: chunk });
    return true;
  }

  input(): void {
    // what is typed is not shown: it holds passwords
  }

  resized(columns: number, rows: number): void {
    this.gather({ kind: 'resized', columns, rows });
  }

  /** The session is over: the last of it is shown, then why. */
  end(how: MonitorEnded): void {
    this.pass();
    for (const watcher of this.watchers) watcher.tell('ended', how);
    this.stop();
  }

  /** Nobody watches any more. */
  stop(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.untap();
    if (this.gathering) clearTimeout(this.gathering);
    if (this.screenTimer) clearTimeout(this.screenTimer);
    if (!this.isBusy) this.forget();
  }

  /** From the recording, which has all until now. */
  private findScreen(): void {
    this.isBusy = true;
    this.backlog.take();
    this.find().then(
      (source) => {
        this.source = source;
        this.isBusy = false;
        if (!this.isOver) this.feed();
      },
      (error: unknown) => {
        this.lost(error);
      },
    );
  }

  private gather(event: ScreenEvent): void {
    this.parcel.add(event);
    this.backlog.add(event);
    this.gathering ??= setTimeout(() => {
      this.pass();
    }, GATHER_MS);
  }

  /** To those who follow at once, to the screen's thread when it is free. */
  private pass(): void {
    this.passOn();
    this.feed();
  }

  private passOn(): void {
    if (this.gathering) clearTimeout(this.gathering);
    this.gathering = null;
    const { isWhole, size } = this.parcel;
    const events = this.parcel.take();
    for (const watcher of this.watchers) watcher.take(events, size, isWhole);
  }

  private feed(): void {
    if (this.isBusy || this.isOver) return;
    const wantsScreen = this.wanting().length > 0 && this.mayShowScreen();
    if (this.backlog.length === 0 && !wantsScreen) return;
    this.isBusy = true;
    const { source } = this;
    this.source = null;
    const request = { key: this.key, events: this.backlog.take(), wantsScreen, isLast: false };
    this.screens.ask(source ? { ...request, source } : request).then(
      (screen) => {
        this.isBusy = false;
        if (this.isOver) this.forget();
        else {
          if (screen) this.showScreen(screen);
          this.feed();
        }
      },
      (error: unknown) => {
        this.lost(error);
      },
    );
  }

  private wanting(): Watcher[] {
    return [...this.watchers].filter((watcher) => watcher.wantsScreen);
  }

  private mayShowScreen(): boolean {
    const wait = this.crowdedUntil - Date.now();
    if (wait <= 0) return true;
    this.screenTimer ??= setTimeout(() => {
      this.screenTimer = null;
      this.feed();
    }, wait);
    return false;
  }

  /** The screen, and what has happened since it was asked for; when that is too much, another screen comes soon. */
  private showScreen(screen: KnownScreen): void {
    this.passOn();
    const { size } = this.backlog;
    const follows = this.backlog.isWhole && size <= PARCEL_BYTES;
    if (!follows) this.crowdedUntil = Date.now() + SCREEN_EVERY_MS;
    const since = follows ? this.backlog.peek() : [];
    for (const watcher of this.wanting()) {
      watcher.show(screen, follows);
      watcher.take(since, size, follows);
    }
  }

  private tellWatchers(): void {
    // who watches in several tabs is one person
    const names = [...new Set([...this.watchers].map(({ username }) => username))];
    for (const watcher of this.watchers) watcher.tell('watchers', names);
  }

  private forget(): void {
    const request = { key: this.key, events: [], wantsScreen: false, isLast: true };
    this.screens.ask(request).catch(() => undefined); // it is forgotten already
  }

  /** The screen can't be shown, or no longer: it is looked for again soon. */
  private lost(error: unknown): void {
    if (this.isOver) return;
    this.onFailed(error);
    for (const watcher of this.watchers) watcher.lose();
    setTimeout(() => {
      if (!this.isOver) this.findScreen();
    }, FIND_AGAIN_MS);
  }
}
