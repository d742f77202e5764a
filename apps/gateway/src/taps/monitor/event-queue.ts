import type { ScreenEvent } from './screen-messages.js';

/** Screen modes set in what is left out, the last of them. */
const MODES = 32;
const MODE = new RegExp(`\u001b${/\[\?[\d;]{1,16}[hl]/.source}`, 'g');

/** What happened, for whoever is slower than it: bounded, and when too much waits the oldest output is left out. */
export class EventQueue {
  private events: ScreenEvent[] = [];
  private bytes = 0;
  private modes: string[] = [];
  private isGapped = false;

  constructor(private readonly limitBytes: number) {}

  /** Whether all that happened is in it. */
  get isWhole(): boolean {
    return !this.isGapped;
  }

  get length(): number {
    return this.events.length;
  }

  get size(): number {
    return this.bytes;
  }

  add(event: ScreenEvent): void {
    this.events.push(event);
    if (event.kind !== 'output') return;
    this.bytes += event.bytes.length;
    if (this.bytes > this.limitBytes) this.shorten();
  }

  /** All, without taking it; only of a queue that is whole. */
  peek(): ScreenEvent[] {
    return joined(this.events);
  }

  /** Takes all, output that follows output as one. Where something was left out a terminal goes on in the right modes, on a line of its own. */
  take(): ScreenEvent[] {
    const { events, modes } = this;
    // CAN ends a sequence that was cut (ECMA-48)
    const bridge = this.isGapped ? Buffer.from(`\x18${modes.join('')}\r\n`) : null;
    this.events = [];
    this.bytes = 0;
    this.modes = [];
    this.isGapped = false;
    return joined(bridge ? [{ kind: 'output', bytes: bridge }, ...events] : events);
  }

  /** Down to half, so that it isn't done for each chunk. Sizes stay, the last of them counts. */
  private shorten(): void {
    this.isGapped = true;
    const kept: ScreenEvent[] = [];
    const sizes: ScreenEvent[] = [];
    let dropping = true;
    for (const event of this.events) {
      dropping &&= this.bytes > this.limitBytes / 2;
      if (!dropping) kept.push(event);
      else if (event.kind === 'output') this.drop(event.bytes);
      else sizes.push(event);
    }
    this.events = [...sizes.slice(-1), ...kept];
  }

  private drop(dropped: Uint8Array): void {
    this.bytes -= dropped.length;
    const bytes = Buffer.from(dropped.buffer, dropped.byteOffset, dropped.byteLength);
    if (!bytes.includes('\x1b[?')) return;
    this.modes.push(...(bytes.toString('latin1').match(MODE) ?? []));
    this.modes = this.modes.slice(-MODES);
  }
}

function joined(events: readonly ScreenEvent[]): ScreenEvent[] {
  const all: ScreenEvent[] = [];
  let run: Uint8Array[] = [];
  const close = (): void => {
    if (run.length > 0) all.push({ kind: 'output', bytes: Buffer.concat(run) });
    run = [];
  };
  for (const event of events) {
    if (event.kind === 'output') run.push(event.bytes);
    else {
      close();
      all.push(event);
    }
  }
  close();
  return all;
}
