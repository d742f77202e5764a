import { MONITOR_WINDOW_BYTES, type MonitorServerEvents } from '#libs/contracts';
import type { KnownScreen, ScreenEvent } from './screen-messages.js';

/** Where a watcher's picture goes. */
export interface WatcherSocket {
  emit<E extends keyof MonitorServerEvents>(event: E, ...values: Parameters<MonitorServerEvents[E]>): void;
}

/**
 * Somebody who watches a session. What is sent and not yet shown is bounded; who lags behind gets nothing more until
 * there is room, and then the screen as it is by then.
 */
export class Watcher {
  private sent = 0;
  private shown = 0;
  private follows = false;

  constructor(
    readonly username: string,
    private readonly socket: WatcherSocket,
  ) {}

  /** Whether the screen must be sent before any output, and can be. */
  get wantsScreen(): boolean {
    return !this.follows && this.sent - this.shown < MONITOR_WINDOW_BYTES / 2;
  }

  /** The whole screen; `follows`: all that happens from here on comes. */
  show(screen: KnownScreen, follows: boolean): void {
    this.follows = follows;
    this.sent += screen.data.length;
    this.socket.emit('screen', screen);
  }

  /** What happened, in its order; `isWhole`: nothing of it is missing. */
  take(events: readonly ScreenEvent[], bytes: number, isWhole: boolean): void {
    this.follows &&= isWhole && this.sent - this.shown + bytes <= MONITOR_WINDOW_BYTES;
    if (!this.follows) return;
    this.sent += bytes;
    for (const event of events) {
      if (event.kind === 'output') this.socket.emit('output', event.bytes);
      else this.socket.emit('resized', { columns: event.columns, rows: event.rows });
    }
  }

  /** What it shows is no longer followed. */
  lose(): void {
    this.follows = false;
  }

  /** It has shown so many bytes in all. */
  received(total: number): void {
    this.shown = Math.min(this.sent, Math.max(this.shown, total));
  }

  tell<E extends 'watchers' | 'ended'>(event: E, ...values: Parameters<MonitorServerEvents[E]>): void {
    this.socket.emit(event, ...values);
  }
}
