import { signal } from '@angular/core';
import { type Socket, io } from 'socket.io-client';
import {
  GATEWAY_PARAMETER,
  type OpenTerminal,
  SOCKET_PATH,
  TERMINAL_DETACHED_MS,
  TERMINAL_NAMESPACE,
  type TerminalClientEvents,
  type TerminalReply,
  type TerminalServerEvents,
  type TerminalSize,
} from '#libs/contracts';

/** Where a terminal stands. `code` and `reason` are stable, `message` is the gateway's own sentence. */
export type LineState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** The network is away; the session goes on and comes back by itself. */
  | { readonly kind: 'cut' }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | { readonly kind: 'ended'; readonly reason: string; readonly message: string };

/** What shows a terminal's output. */
export interface Screen {
  size(): TerminalSize;
  /** Calls `shown` when the bytes have been drawn. */
  write(data: Uint8Array, shown: () => void): void;
}

/** Asset and system user of a terminal. */
export type TerminalTarget = Pick<OpenTerminal, 'assetId' | 'systemUserId'>;

const REPLY_MS = 60_000;
const REPORT_BYTES = 32 * 1024;
const INPUT_BYTES = 32 * 1024;

/**
 * One web terminal over one socket, after docs/PROTOCOL.terminal.md: opens it, takes it up again after a cut,
 * shows no byte twice, tells the gateway how much was shown.
 */
export class TerminalLine {
  private readonly socket: Socket<TerminalServerEvents, TerminalClientEvents>;
  private readonly current = signal<LineState>({ kind: 'connecting' });
  private ticket: { terminalId: string; resumeToken: string } | null = null;
  private accepted = 0;
  private shown = 0;
  private reported = 0;
  private cutAt = 0;
  private readonly isRecorded = signal(false);
  private readonly opened = signal<number | null>(null);

  readonly state = this.current.asReadonly();
  readonly recorded = this.isRecorded.asReadonly();
  /** When the session began, in milliseconds since 1970. */
  readonly openedAt = this.opened.asReadonly();

  /** `base` is the address of the console, with a slash at its end. */
  constructor(
    private readonly target: TerminalTarget,
    private readonly screen: Screen,
    base: URL,
  ) {
    this.socket = io(`${base.origin}${TERMINAL_NAMESPACE}`, {
      path: `${base.pathname.replace(/\/$/, '')}${SOCKET_PATH}`,
      transports: ['websocket'],
      forceNew: true,
      reconnectionDelay: 500,
      reconnectionDelayMax: 2000,
      timeout: 5000,
    });
    this.socket.on('connect', () => this.take());
    this.socket.on('disconnect', () => this.lose());
    this.socket.on('connect_error', (error) => this.refusedAtTheDoor(error));
    this.socket.on('output', (offset, data) => this.accept(offset, new Uint8Array(data)));
    this.socket.on('ended', ({ reason, message }) => this.finish({ kind: 'ended', reason, message }));
  }

  /** Sends keys or a paste. What is typed while the line isn't live is dropped: nobody types blindly. */
  send(data: Uint8Array): void {
    if (this.current().kind !== 'live') return;
    for (let start = 0; start < data.length; start += INPUT_BYTES) {
      this.socket.emit('input', data.subarray(start, start + INPUT_BYTES));
    }
  }

  /** Tells the asset a new size. */
  resize(size: TerminalSize): void {
    if (this.current().kind === 'live') this.socket.emit('resize', size);
  }

  /** Ends the session and the line. */
  close(): void {
    if (this.socket.connected) this.socket.emit('close');
    this.socket.disconnect();
  }

  /** The browser knows that it is offline: no need to wait until the socket notices. */
  suspectCut(): void {
    if (this.current().kind === 'live') this.socket.io.engine.close();
  }

  private take(): void {
    const size = this.screen.size();
    const line = this.socket.timeout(REPLY_MS);
    const answered = (late: Error | null, answer: TerminalReply): void => {
      if (late) {
        // No answer in time: socket.io connects again and this runs again. When cut meanwhile it does so anyway.
        if (this.socket.connected) this.socket.io.engine.close();
      } else if (answer.ok) this.begin(answer);
      else this.finish({ kind: 'refused', code: answer.code, message: answer.message });
    };
    if (this.ticket) line.emit('resume', { ...this.ticket, ...size, received: this.accepted }, answered);
    else line.emit('open', { ...this.target, ...size }, answered);
  }

  private begin(answer: TerminalReply & { ok: true }): void {
    this.ticket = { terminalId: answer.terminalId, resumeToken: answer.resumeToken };
    this.socket.io.opts.query = { [GATEWAY_PARAMETER]: answer.gatewayId };
    this.isRecorded.set(answer.recorded);
    if (this.opened() === null) this.opened.set(Date.now());
    this.current.set({ kind: 'live' });
  }

  private lose(): void {
    const kind = this.current().kind;
    if (kind !== 'live') return;
    this.cutAt = Date.now();
    this.current.set({ kind: 'cut' });
  }

  private refusedAtTheDoor(error: Error): void {
    if (this.ticket && Date.now() - this.cutAt > TERMINAL_DETACHED_MS) {
      this.finish({ kind: 'refused', code: 'gone', message: 'This terminal has ended.' });
      return;
    }
    // An active socket tries again by itself; one that isn't was turned away by the gateway.
    if (!this.socket.active) this.finish({ kind: 'refused', code: error.message, message: error.message });
  }

  private finish(state: LineState): void {
    this.current.set(state);
    this.socket.disconnect();
  }

  private accept(offset: number, data: Uint8Array): void {
    const known = this.accepted - offset;
    if (known >= data.length) return;
    const fresh = known > 0 ? data.subarray(known) : data;
    this.accepted = offset + data.length;
    const end = this.accepted;
    this.screen.write(fresh, () => this.report(end));
  }

  private report(end: number): void {
    this.shown = end;
    if (this.shown - this.reported < REPORT_BYTES || this.current().kind !== 'live') return;
    this.reported = this.shown;
    this.socket.emit('received', this.shown);
  }
}
