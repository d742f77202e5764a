import { setTimeout as sleep } from 'node:timers/promises';

/** What a client may send between two breaths, bytes: no person types or pastes so much into a menu. */
const BREATH_BYTES = 64 * 1024;
/** What a line counts as: it may ask the database. */
const LINE_BYTES = 4 * 1024;
const BREATH_MS = 100;

/** Keeps who pours into a menu from taking the gateway's time: at most some 640 KB or 160 lines a second. */
export class Pace {
  private taken = 0;

  /** Counts what was handled, and waits when it was much. */
  async breathe(bytes: number, lines: number): Promise<void> {
    this.taken += bytes + lines * LINE_BYTES;
    if (this.taken < BREATH_BYTES) return;
    this.taken = 0;
    await sleep(BREATH_MS);
  }
}
