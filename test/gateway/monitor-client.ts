import { io, type Socket } from 'socket.io-client';
import { expect } from 'vitest';
import {
  MONITOR_NAMESPACE,
  SESSION_PARAMETER,
  SOCKET_PATH,
  type MonitorClientEvents,
  type MonitorEnded,
  type MonitorServerEvents,
  type TerminalSize,
  type WatchReply,
} from '#libs/contracts';
import { ScreenModel } from '../../apps/gateway/src/taps/monitor/screen-model.js';

type MonitorSocket = Socket<MonitorServerEvents, MonitorClientEvents>;

/** Where in a terminal's output it got which size. */
export interface Resize extends TerminalSize {
  at: number;
}

/** What stands on a terminal's screen, row for row, with the colours of each cell and the cursor. */
function look({ terminal }: ScreenModel): { cursor: string; rows: string[] } {
  const { active } = terminal.buffer;
  const rows = Array.from({ length: terminal.rows }, (_, row) => {
    const line = active.getLine(active.baseY + row);
    const cells = Array.from({ length: terminal.cols }, (__, column) => {
      const cell = line?.getCell(column);
      if (!cell) return '';
      const style = cell.isAttributeDefault()
        ? ''
        : `<${cell.getFgColor()},${cell.getBgColor()},${cell.isBold()}>`;
      return (cell.getWidth() === 0 ? '' : cell.getChars() || ' ') + style;
    });
    return cells.join('').trimEnd();
  });
  return { cursor: `${active.type} ${active.cursorX},${active.cursorY}`, rows };
}

/** What a terminal of 80 × 24 shows that got this output. */
async function rendered(output: string, resizes: readonly Resize[]): Promise<ReturnType<typeof look>> {
  const model = new ScreenModel(80, 24);
  let from = 0;
  for (const { at, rows, columns } of resizes) {
    await model.write(Buffer.from(output.slice(from, at)));
    model.resize(columns, rows);
    from = at;
  }
  await model.write(Buffer.from(output.slice(from)));
  return look(model);
}

/** The watcher's screen, at rest, is that of the user's own terminal; `output` gives what that has shown by now. */
export async function expectSame(
  client: MonitorClient,
  output: () => string,
  resizes: readonly Resize[] = [],
): Promise<void> {
  await expect
    .poll(async () => ({ watched: client.look(), own: await rendered(output(), resizes) }), {
      timeout: 15_000,
    })
    .toSatisfy(({ watched, own }) => JSON.stringify(watched) === JSON.stringify(own));
}

/** A watcher as the console is one: shows what comes, and says so. */
export class MonitorClient {
  screen = new ScreenModel(80, 24);
  watchers: string[] = [];
  ended: MonitorEnded | null = null;
  gone: string | null = null;
  screens = 0;
  private shown = 0;
  private work: Promise<void> = Promise.resolve();

  /** @param draws whether it keeps what comes; else it only says that it did */
  constructor(
    readonly socket: MonitorSocket,
    private readonly draws = true,
  ) {
    socket.on('screen', ({ columns, rows, data }) => {
      this.screens++;
      this.inTurn(async () => {
        this.screen = new ScreenModel(columns, rows);
        await this.show(data);
      });
    });
    socket.on('output', (data) => this.inTurn(() => this.show(data)));
    socket.on('resized', ({ columns, rows }) =>
      this.inTurn(() => {
        this.screen.resize(columns, rows);
        return Promise.resolve();
      }),
    );
    socket.on('watchers', (names) => (this.watchers = names));
    socket.on('ended', (ended) => (this.ended = ended));
    socket.on('disconnect', (reason) => (this.gone = reason));
  }

  static at(url: string, cookie: string, sessionId?: string, draws = true): MonitorClient {
    const socket: MonitorSocket = io(`${url}${MONITOR_NAMESPACE}`, {
      path: SOCKET_PATH,
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      query: sessionId === undefined ? {} : { [SESSION_PARAMETER]: sessionId },
      extraHeaders: { cookie, origin: url },
    });
    return new MonitorClient(socket, draws);
  }

  /** `connected`, or why not. */
  outcome(): Promise<string> {
    if (this.socket.connected) return Promise.resolve('connected');
    return new Promise((resolve) => {
      this.socket.once('connect', () => resolve('connected'));
      this.socket.once('connect_error', (error) => resolve(error.message));
    });
  }

  watch(sessionId: string): Promise<WatchReply> {
    return this.socket.timeout(20_000).emitWithAck('watch', { sessionId });
  }

  look(): ReturnType<typeof look> {
    return look(this.screen);
  }

  /** The rows without colours. */
  get text(): string {
    const { active } = this.screen.terminal.buffer;
    const row = (at: number) => active.getLine(active.baseY + at)?.translateToString(true) ?? '';
    return Array.from({ length: this.screen.terminal.rows }, (_, at) => row(at)).join('\n');
  }

  /** Reads nothing more from its connection, as a browser that hangs. */
  freeze(): void {
    this.onConnection('pause');
  }

  thaw(): void {
    this.onConnection('resume');
  }

  leave(): void {
    this.socket.disconnect();
  }

  private onConnection(method: 'pause' | 'resume'): void {
    let inner: unknown = this.socket.io.engine;
    for (const part of ['transport', 'ws', '_socket']) {
      inner = inner instanceof Object ? Reflect.get(inner, part) : null;
    }
    const call: unknown = inner instanceof Object ? Reflect.get(inner, method) : null;
    if (!(call instanceof Function)) throw new Error('this connection can not be frozen');
    Reflect.apply(call, inner, []);
  }

  private inTurn(step: () => Promise<void>): void {
    this.work = this.work.then(step);
  }

  private async show(data: Uint8Array): Promise<void> {
    if (this.draws) await this.screen.write(Buffer.from(data));
    this.shown += data.byteLength;
    this.socket.emit('received', this.shown);
  }
}
