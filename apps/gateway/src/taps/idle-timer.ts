import type { Tap } from './tap.js';

/** Ends a session in which nobody typed for a time, whatever it showed meanwhile. */
export class IdleTimer implements Tap {
  private lastAt = Date.now();
  private readonly timer: NodeJS.Timeout;

  /** Looks four times within `timeoutMs`. */
  constructor(timeoutMs: number, onIdle: () => void) {
    this.timer = setInterval(
      () => {
        if (Date.now() - this.lastAt >= timeoutMs) onIdle();
      },
      Math.max(50, timeoutMs / 4),
    );
    this.timer.unref();
  }

  output(): boolean {
    // a program that prints by itself is nobody at work
    return true;
  }

  input(): void {
    this.lastAt = Date.now();
  }

  resized(): void {
    // a window that is moved is no work
  }

  stop(): void {
    clearInterval(this.timer);
  }
}
