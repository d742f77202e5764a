import { signal } from '@angular/core';
import { type Socket, io } from 'socket.io-client';
import {
  MONITOR_NAMESPACE,
  type MonitorClientEvents,
  type MonitorEnded,
  type MonitorServerEvents,
  SESSION_PARAMETER,
  SOCKET_PATH,
  type TerminalSize,
  type WatchReply,
} from '#libs/contracts';

/** Where a watch stands. `code` and `reason` are stable, `message` is the gateway's own sentence. */
export type WatchState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'watching' }
  /** The network is away; it comes back by itself. */
  | { readonly kind: 'cut' }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string }
  | ({ readonly kind: 'ended' } & MonitorEnded);

/** What shows the watched terminal. */
export interface WatchedScreen {
  /** Empties it, at this size. */
  begin(size: TerminalSize): void;
  resize(size: TerminalSize): void;
  /** Calls `shown` when the bytes have been drawn. */
  write(data: Uint8Array, shown: () => void): void;
}

const REPLY_MS = 20_000;
const REPORT_BYTES = 32 * 1024;

/** Watches one session over one socket, after docs/PROTOCOL.monitor.md. Sends nothing to the session. */
export class MonitorLine {
  private readonly socket: Socket<MonitorServerEvents, MonitorClientEvents>;
  private readonly current = signal<WatchState>({ kind: 'connecting' });
  private readonly names = signal<readonly string[]>([]);
  private received = 0;
  private reported = 0;

  readonly state = this.current.asReadonly();
  /** Who watches this session, oneself too. */
  readonly watchers = this.names.asReadonly();

  /** `base` is the address of the console, with a slash at its end. */
  constructor(
    private readonly session: string,
    private readonly screen: WatchedScreen,
    base: URL,
  ) {
    this.socket = io(`${base.origin}${MONITOR_NAMESPACE}`, {
      path: `${base.pathname.replace(/\/$/, '')}${SOCKET_PATH}`,
      transports: ['websocket'],
      forceNew: true,
      query: { [SESSION_PARAMETER]: session },
      reconnectionDelay: 500,
      reconnectionDelayMax: 2000,
      timeout: 5000,
    });
    this.socket.on('connect', () => this.watch());
    this.socket.on('disconnect', (reason) => this.lose(reason));
    this.socket.on('connect_error', (error) => {
      // An active socket tries again by itself; one that isn't was turned away by the gateway.
      if (!this.socket.active) this.refuse(error.message, error.message);
    });
    this.socket.on('screen', ({ columns, rows, data }) => {
      this.screen.begin({ columns, rows });
      this.show(data, true);
    });
    this.socket.on('output', (data) => this.show(data, false));
    this.socket.on('resized', (size) => this.screen.resize(size));
    this.socket.on('watchers', (names) => this.names.set(names));
    this.socket.on('ended', (ended) => this.finish({ kind: 'ended', ...ended }));
  }

  /** Watches no longer. */
  close(): void {
    this.socket.disconnect();
  }

  private watch(): void {
    this.received = 0;
    this.reported = 0;
    const answered = (late: Error | null, answer: WatchReply): void => {
      if (late) {
        // No answer in time: socket.io connects again and this runs again.
        if (this.socket.connected) this.socket.io.engine.close();
      } else if (answer.ok) this.current.set({ kind: 'watching' });
      else this.refuse(answer.code, answer.message);
    };
    this.socket.timeout(REPLY_MS).emit('watch', { sessionId: this.session }, answered);
  }

  private show(bytes: Uint8Array, isScreen: boolean): void {
    const data = new Uint8Array(bytes);
    this.received += data.length;
    const total = this.received;
    this.screen.write(data, () => {
      if (!isScreen && total - this.reported < REPORT_BYTES) return;
      // what was shown before a cut is none of the new socket's
      if (total > this.received) return;
      this.reported = total;
      this.socket.emit('received', total);
    });
  }

  private lose(reason: string): void {
    if (this.current().kind !== 'watching') return;
    this.names.set([]);
    // the gateway closes the sockets of those who may no longer watch
    if (reason === 'io server disconnect') this.refuse('withdrawn', reason);
    else this.current.set({ kind: 'cut' });
  }

  private refuse(code: string, message: string): void {
    this.finish({ kind: 'refused', code, message });
  }

  private finish(state: WatchState): void {
    this.current.set(state);
    this.names.set([]);
    this.socket.disconnect();
  }
}
