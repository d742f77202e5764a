import { randomBytes, randomUUID, timingSafeEqual } from 'node:crypto';
import { Readable, Writable } from 'node:stream';
import {
  TERMINAL_DETACHED_MS,
  TERMINAL_WINDOW_BYTES,
  type TerminalEnded,
  type TerminalServerEvents,
  type TerminalSize,
} from '#libs/contracts';
import type { UserId } from '#libs/kernel';
import type { Downstream, DownstreamListener, Exit, Pty } from '../session/downstream.js';

/** Where a terminal sends to: the socket it is attached to now. */
export interface TerminalSocket {
  emit<E extends keyof TerminalServerEvents>(event: E, ...values: Parameters<TerminalServerEvents[E]>): void;
}

/** Typed but not taken by the asset; more ends the terminal, as a socket can't be held back. */
const MAX_UNREAD_INPUT = 8 * 1024 * 1024;

/**
 * A web terminal as a downstream. It outlives its socket: output that the console has not reported as shown
 * is kept, at most one window, and sent again on the next socket.
 */
export class WebTerminal implements Downstream {
  readonly id = randomUUID();
  readonly resumeToken = randomBytes(32).toString('base64url');
  readonly kind = 'web';
  readonly readAhead = TERMINAL_WINDOW_BYTES;
  readonly command = null;
  readonly environment: Record<string, string>;
  readonly input: Readable;
  readonly output: Writable;

  private socket: TerminalSocket | null = null;
  private listener: DownstreamListener | null = null;
  /** Sent but not reported as shown, oldest first; `firstOffset` is where it begins. */
  private readonly unshown: Buffer[] = [];
  private firstOffset = 0;
  private sentOffset = 0;
  private waitingWrite: (() => void) | null = null;
  private detachTimer: NodeJS.Timeout | null = null;
  private lastNotice = '';
  private ended: TerminalEnded | null = null;
  /** All output has been sent once. */
  private drained = false;
  private isClosed = false;
  private size: TerminalSize;

  constructor(
    readonly userId: UserId,
    readonly sourceAddress: string,
    size: TerminalSize,
    private readonly onGone: () => void,
  ) {
    this.size = size;
    this.environment = { LANG: 'C.UTF-8' };
    this.input = new Readable({ read: () => undefined, highWaterMark: MAX_UNREAD_INPUT });
    this.output = new Writable({
      highWaterMark: 64 * 1024,
      write: (chunk: Buffer, _encoding, done) => {
        this.send(chunk, done);
      },
      final: (done) => {
        this.drained = true;
        this.tellEnded();
        done();
      },
    });
  }

  get isGone(): boolean {
    return this.isClosed;
  }

  get errorOutput(): Writable {
    return this.output;
  }

  get pty(): Pty {
    return { term: 'xterm-256color', ...this.size, widthPixels: 0, heightPixels: 0, modes: {} };
  }

  /** Whether the token is this terminal's, in constant time. */
  hasToken(token: string): boolean {
    const [given, own] = [Buffer.from(token), Buffer.from(this.resumeToken)];
    return given.length === own.length && timingSafeEqual(given, own);
  }

  /** Sends to this socket from now on, beginning with what `received` bytes do not cover. */
  attach(socket: TerminalSocket, received: number): void {
    if (this.detachTimer) clearTimeout(this.detachTimer);
    this.detachTimer = null;
    this.socket = socket;
    this.shown(received);
    let offset = this.firstOffset;
    for (const chunk of this.unshown) {
      socket.emit('output', offset, chunk);
      offset += chunk.length;
    }
    this.tellEnded();
  }

  /** The socket is gone; the session lives on for a while. */
  detach(socket: TerminalSocket): void {
    if (this.socket !== socket) return;
    this.socket = null;
    this.detachTimer = setTimeout(() => {
      this.leave();
    }, TERMINAL_DETACHED_MS);
  }

  /** The person closed the terminal. */
  close(): void {
    if (this.detachTimer) clearTimeout(this.detachTimer);
    this.leave();
  }

  private leave(): void {
    this.isClosed = true;
    this.listener?.closed();
    this.onGone();
  }

  /** Keys from the console. */
  type(data: Uint8Array): void {
    if (!this.ended && !this.input.push(Buffer.from(data))) this.listener?.closed();
  }

  resize(size: TerminalSize): void {
    if (size.columns === this.size.columns && size.rows === this.size.rows) return;
    this.size = size;
    this.listener?.resized(this.pty);
  }

  /** The console has shown this many bytes in all. */
  shown(total: number): void {
    let [first] = this.unshown;
    while (first && this.firstOffset + first.length <= total) {
      this.firstOffset += first.length;
      this.unshown.shift();
      [first] = this.unshown;
    }
    if (first && total > this.firstOffset) {
      this.unshown[0] = first.subarray(total - this.firstOffset);
      this.firstOffset = total;
    }
    this.goOn();
  }

  /** The last line to the person. */
  get said(): string {
    return this.lastNotice;
  }

  listen(listener: DownstreamListener | null): void {
    this.listener = listener;
  }

  notice(text: string): void {
    this.lastNotice = text;
    if (this.output.writable) this.output.write(Buffer.from(`\r\n${text}\r\n`));
  }

  finish(exit: Exit): void {
    const reason = exit === null ? 'ended' : 'status' in exit ? 'exit' : 'signal';
    this.ended = { reason, message: this.lastNotice };
    this.input.destroy();
    // the terminal is kept for a socket that comes back to read the last lines
    this.output.end();
  }

  private send(chunk: Buffer, done: () => void): void {
    this.unshown.push(chunk);
    this.socket?.emit('output', this.sentOffset, chunk);
    this.sentOffset += chunk.length;
    this.waitingWrite = done;
    this.goOn();
  }

  private goOn(): void {
    if (!this.waitingWrite || this.sentOffset - this.firstOffset >= TERMINAL_WINDOW_BYTES) return;
    const done = this.waitingWrite;
    this.waitingWrite = null;
    done();
  }

  private tellEnded(): void {
    if (this.ended && this.drained) this.socket?.emit('ended', this.ended);
  }
}
