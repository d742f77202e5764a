import type { Tap } from '../taps/tap.js';
import type { Pty } from './downstream.js';

/** Sizes that follow each other faster than this are one: a window that is dragged, or a client that means harm. */
const SETTLE_MS = 20;

/**
 * Passes on the sizes of a terminal: the first at once, of those that follow at once only the last, before what is typed
 * after it.
 */
export class SettledSize implements Tap {
  private waiting: Pty | null = null;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private last: Pty | null,
    private readonly pass: (pty: Pty) => void,
  ) {}

  take(pty: Pty): void {
    this.waiting = pty;
    if (!this.timer) this.settle();
  }

  input(): void {
    this.flush();
  }

  output(): boolean {
    return true;
  }

  resized(): void {
    // it is what passes it on
  }

  /** Passes nothing on any more. */
  stop(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.waiting = null;
  }

  private settle(): void {
    this.timer = null;
    if (!this.flush()) return;
    this.timer = setTimeout(() => {
      this.settle();
    }, SETTLE_MS);
  }

  /** Whether there was another size. */
  private flush(): boolean {
    const { waiting, last } = this;
    this.waiting = null;
    if (!waiting || (last && isSame(waiting, last))) return false;
    this.last = waiting;
    this.pass(waiting);
    return true;
  }
}

function isSame(one: Pty, other: Pty): boolean {
  return (
    one.columns === other.columns &&
    one.rows === other.rows &&
    one.widthPixels === other.widthPixels &&
    one.heightPixels === other.heightPixels
  );
}
