import { ReusedBytes } from '#libs/kernel';
import type { Tap } from '../tap.js';
import type { SessionParcel, TapEvent } from './detector-messages.js';

/** Of a burst of output the detector sees this much from its beginning and its end. */
const HEAD_BYTES = 16 * 1024;
const TAIL_BYTES = 32 * 1024;
/** What waits for the detector's thread, at most. */
const WAITING_BYTES = 512 * 1024;
/** Screen modes set in what is left out, the last of them. */
const MODES = 32;
const MODE = new RegExp(`\u001b${/\[\?[\d;]{1,16}[hl]/.source}`, 'g');

/** What the tap asks of its desk. */
export interface CommandTapOwner {
  /** There is something to fetch. */
  wake(tap: CommandTap): void;
  /** Nothing was ever typed, and nothing will be. */
  leave(tap: CommandTap): void;
}

/**
 * Collects what the command detector must see of a session: all that is typed, and of long output its beginning and its
 * end. Until somebody types, only the end of the output is kept.
 */
export class CommandTap implements Tap {
  private events: TapEvent[] = [];
  /** Bytes of the events. */
  private bytes: ReusedBytes | null = null;
  private headBytes = 0;
  private tail: Uint8Array[] = [];
  private tailBytes = 0;
  private modes: string[] = [];
  private isGapped = false;
  private hasInput = false;
  private isOver = false;
  private whenDone: (() => void) | null = null;

  constructor(
    readonly session: string,
    private columns: number,
    private rows: number,
    private readonly owner: CommandTapOwner,
  ) {}

  output(chunk: Buffer): boolean {
    if (this.hasInput && this.headBytes + chunk.length <= HEAD_BYTES && this.tail.length === 0) {
      this.headBytes += chunk.length;
      this.addBytes('output', Date.now(), chunk);
    } else this.addToTail(chunk);
    if (this.hasInput) this.owner.wake(this);
    return true;
  }

  input(chunk: Buffer): void {
    this.hasInput = true;
    this.endBurst();
    this.addBytes('input', Date.now(), chunk);
    this.owner.wake(this);
  }

  resized(columns: number, rows: number): void {
    this.columns = columns;
    this.rows = rows;
    if (!this.hasInput) return;
    this.endBurst();
    this.events.push({ kind: 'resized', at: Date.now(), columns, rows });
    this.owner.wake(this);
  }

  /** The session is over; resolves when its last command is noted, or after `timeoutMs`. */
  close(timeoutMs = 1_000): Promise<void> {
    this.isOver = true;
    if (!this.hasInput) {
      this.owner.leave(this);
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, timeoutMs);
      this.whenDone = () => {
        clearTimeout(timer);
        resolve();
      };
      this.owner.wake(this);
    });
  }

  /** Takes what has been collected. */
  take(): SessionParcel {
    this.endBurst();
    const { session, columns, rows, isOver } = this;
    const { events } = this;
    // a view would take all the memory that it lies in along to the other thread
    const bytes = new Uint8Array(this.bytes?.view() ?? []);
    this.events = [];
    this.bytes?.release();
    this.bytes = null;
    return { session, columns, rows, events, bytes, isOver };
  }

  /** The detector has seen all. */
  done(): void {
    this.whenDone?.();
  }

  private addToTail(chunk: Buffer): void {
    // what may lie here for hours must not hold the whole packet
    this.tail.push(this.hasInput ? chunk : Buffer.from(chunk));
    this.tailBytes += chunk.length;
    while (this.tail[0] && this.tailBytes - this.tail[0].length >= TAIL_BYTES) {
      const dropped = this.tail.shift();
      if (!dropped) break;
      this.tailBytes -= dropped.length;
      this.isGapped = true;
      this.keepModes(dropped);
    }
  }

  /** A change to the other screen must not be missed. */
  private keepModes(dropped: Uint8Array): void {
    const bytes = Buffer.from(dropped.buffer, dropped.byteOffset, dropped.byteLength);
    if (!bytes.includes('\x1b[?')) return;
    this.modes.push(...(bytes.toString('latin1').match(MODE) ?? []));
    this.modes = this.modes.slice(-MODES);
  }

  private endBurst(): void {
    this.headBytes = 0;
    if (this.tail.length === 0) return;
    const at = Date.now();
    if (this.isGapped) {
      this.events.push({ kind: 'gap', at, keys: false });
      // CAN ends a sequence that was cut (ECMA-48)
      this.addBytes('output', at, Buffer.from(`\x18${this.modes.join('')}\r\n`));
    }
    for (const bytes of this.tail) this.addBytes('output', at, bytes);
    this.tail = [];
    this.tailBytes = 0;
    this.modes = [];
    this.isGapped = false;
  }

  /** Beyond what may wait, only that something is missing is kept. */
  private addBytes(kind: 'output' | 'input', at: number, bytes: Uint8Array): void {
    if ((this.bytes?.length ?? 0) + bytes.length > WAITING_BYTES) {
      const keys = kind === 'input';
      const last = this.events.at(-1);
      if (last?.kind === 'gap') last.keys ||= keys;
      else this.events.push({ kind: 'gap', at, keys });
      return;
    }
    this.bytes ??= new ReusedBytes();
    this.bytes.add(bytes);
    this.events.push({ kind, at, length: bytes.length });
  }
}
