import { computed, signal } from '@angular/core';
import type { TerminalSize } from '#libs/contracts';
import type { MonitorScreen } from '../monitor/monitor-screen';
import { type Recording, resizeOf } from './recording';

/** How many times faster than it was a recording can be played. */
export const SPEEDS = [1, 2, 4, 8, 16] as const;
export type Speed = (typeof SPEEDS)[number];

/** A pause in the recording that is longer is cut to this where pauses are skipped. Seconds. */
export const LONGEST_PAUSE = 2;
/** So much output is given to the terminal at a time. Characters. */
const SLICE = 256 * 1024;
/**
 * Plays a recording on a screen. Times are seconds of the recording, pauses that are skipped count too. A jump back draws
 * all from the beginning: only that gives exactly the screen of that moment, and a terminal takes tens of MB a second.
 */
export class Player {
  private readonly place = signal(0);
  private readonly running = signal(false);
  private readonly jumping = signal(false);
  private next = 0;
  private quietSince = 0;
  private lastTick = 0;
  private jumps = 0;
  private isDrawing = false;
  private timer = 0;
  private isDisposed = false;

  /** The moment that is shown. */
  readonly position = this.place.asReadonly();
  readonly isPlaying = this.running.asReadonly();
  readonly speed = signal<Speed>(1);
  readonly skipsPauses = signal(true);
  /** It waits for what has not come yet, or for a far jump. */
  readonly isWaiting = computed(
    () => this.jumping() || (this.running() && !this.recording.isWhole() && this.place() >= this.duration()),
  );

  constructor(
    private readonly recording: Recording,
    private readonly screen: MonitorScreen,
  ) {
    this.screen.begin(this.size());
  }

  /** Length of what is there. */
  duration(): number {
    return this.recording.loaded();
  }

  /** Plays on; at the end, from the beginning. */
  play(): void {
    if (this.running() || this.isDisposed) return;
    if (this.recording.isWhole() && this.place() >= this.duration()) void this.jump(0);
    this.running.set(true);
    this.lastTick = performance.now();
    this.schedule();
  }

  pause(): void {
    this.running.set(false);
    cancelAnimationFrame(this.timer);
  }

  /** Shows this moment, played or not; of several jumps the last one counts. */
  async jump(to: number): Promise<void> {
    const jump = ++this.jumps;
    this.jumping.set(true);
    this.place.set(Math.max(0, to));
    while (this.isDrawing) await pause();
    while (!this.isOver(jump) && !this.recording.isWhole() && to > this.duration()) await pause();
    if (this.isOver(jump)) return;
    const target = Math.min(Math.max(0, to), this.duration());
    this.isDrawing = true;
    try {
      if (this.indexAfter(target) < this.next) {
        this.next = 0;
        this.screen.begin(this.size());
      }
      while (!this.isOver(jump) && (await this.draw(target)));
    } finally {
      this.isDrawing = false;
    }
    if (this.isOver(jump)) return;
    this.place.set(target);
    this.quietSince = target;
    this.lastTick = performance.now();
    this.jumping.set(false);
  }

  dispose(): void {
    this.isDisposed = true;
    this.pause();
  }

  /** Another jump came, or nobody looks any more. */
  private isOver(jump: number): boolean {
    return jump !== this.jumps || this.isDisposed;
  }

  private size(): TerminalSize {
    return this.recording.size() ?? { columns: 80, rows: 24 };
  }

  private schedule(): void {
    this.timer = requestAnimationFrame(() => void this.tick());
  }

  private async tick(): Promise<void> {
    if (!this.running()) return;
    const now = performance.now();
    const passed = ((now - this.lastTick) / 1000) * this.speed();
    this.lastTick = now;
    if (!this.jumping() && !this.isDrawing) await this.advance(this.place() + passed);
    if (this.running()) this.schedule();
  }

  private async advance(moment: number): Promise<void> {
    const next = this.recording.events[this.next];
    const isLong = this.skipsPauses() && next && next.at > moment && moment - this.quietSince > LONGEST_PAUSE;
    const to = Math.min(isLong ? next.at : moment, this.duration());
    this.isDrawing = true;
    try {
      while ((await this.draw(to)) && !this.jumping());
    } finally {
      this.isDrawing = false;
    }
    if (this.jumping()) return;
    this.place.set(to);
    if (to >= this.duration() && this.recording.isWhole()) this.pause();
  }

  /** Draws one piece of what comes until then; whether there is more. */
  private async draw(until: number): Promise<boolean> {
    const { events } = this.recording;
    let output = '';
    for (let event = events[this.next]; event && event.at <= until; event = events[this.next]) {
      if (event.code === 'r' && output !== '') break;
      this.next++;
      this.quietSince = event.at;
      if (event.code === 'r') this.screen.resize(resizeOf(event.data));
      else output += event.data;
      if (output.length >= SLICE) break;
    }
    if (output !== '') await this.screen.show(output);
    return (events[this.next]?.at ?? Infinity) <= until;
  }

  /** The first event after the moment. */
  private indexAfter(moment: number): number {
    const { events } = this.recording;
    let [low, high] = [0, events.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((events[middle]?.at ?? Infinity) <= moment) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

const pause = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 30));
