import type { ChildProcess } from 'node:child_process';
import { Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { endProcess, PYTHON, spawnBound } from '../hosts/index.js';

const BRIDGE = fileURLToPath(new URL('../../../test/gateway/pty_bridge.py', import.meta.url));

export interface TerminalOptions {
  rows?: number;
  columns?: number;
  env?: NodeJS.ProcessEnv;
  /** Milliseconds that a wait lasts at most. Default 10 s. */
  patience?: number;
}

/** A program on a real pseudo-terminal, for tests that type and look like a person. */
export class Terminal {
  /** Everything shown so far, escape sequences included. */
  shown = '';
  /** Exit status of the program, once it has ended. */
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcess;
  private readonly sizes: Writable;
  private readonly patience: number;
  private seen = 0;
  private watchers = new Set<() => void>();
  private decoder = new TextDecoder();

  constructor(command: string, args: readonly string[], options: TerminalOptions = {}) {
    const size = [String(options.rows ?? 24), String(options.columns ?? 80)];
    this.patience = options.patience ?? 10_000;
    this.child = spawnBound(PYTHON, [BRIDGE, ...size, command, ...args], {
      stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
      env: { ...process.env, TERM: 'xterm-256color', LC_ALL: 'C.UTF-8', ...options.env },
    });
    const sizes = this.child.stdio[3];
    if (!(sizes instanceof Writable)) throw new Error('The pty bridge has no size channel');
    this.sizes = sizes;
    // The program may end before it has read everything.
    for (const stream of [this.child.stdin, sizes]) stream?.on('error', () => undefined);
    this.child.stdout?.on('data', (chunk: Buffer) => {
      this.shown += this.decoder.decode(chunk, { stream: true });
      for (const look of this.watchers) look();
    });
    this.ended = new Promise((resolve) => {
      this.child.once('close', (status) => {
        resolve(status);
        for (const look of this.watchers) look();
      });
    });
  }

  /** Process id of the bridge; the program is its child. */
  get pid(): number {
    return this.child.pid ?? 0;
  }

  type(keys: string | Buffer): void {
    this.child.stdin?.write(keys);
  }

  /** Types a line and Enter. */
  line(text: string): void {
    this.type(`${text}\r`);
  }

  resize(rows: number, columns: number): void {
    this.sizes.write(`${rows} ${columns}\n`);
  }

  /**
   * Waits until what was shown after the last match matches, and gives the match. Fails with the screen's text when
   * nothing came in time or the program ended.
   */
  waitFor(pattern: RegExp | string, patience = this.patience): Promise<RegExpExecArray> {
    const wanted = typeof pattern === 'string' ? literal(pattern) : pattern;
    return new Promise((resolve, reject) => {
      const done = (): void => {
        clearTimeout(timer);
        this.watchers.delete(look);
      };
      const fail = (why: string): void => {
        done();
        reject(
          new Error(
            `${why} while waiting for ${String(wanted)}. Shown since:\n${this.shown.slice(this.seen)}`,
          ),
        );
      };
      const look = (): void => {
        const match = wanted.exec(this.shown.slice(this.seen));
        if (match) {
          this.seen += match.index + match[0].length;
          done();
          resolve(match);
        } else if (this.child.exitCode !== null) fail('The program ended');
      };
      const timer = setTimeout(() => fail(`Nothing after ${patience} ms`), patience);
      this.watchers.add(look);
      look();
    });
  }

  /** Waits for the program's own end and gives its status. */
  async untilEnded(patience = this.patience): Promise<number | null> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(new Error(`Still running after ${patience} ms. Shown:\n${this.shown.slice(-2000)}`)),
        patience,
      );
    });
    return Promise.race([this.ended, late]).finally(() => clearTimeout(timer));
  }

  /** Ends the program as if the terminal's window were closed. */
  async close(): Promise<void> {
    this.child.stdin?.end();
    await endProcess(this.child, 'SIGTERM', 2000);
  }
}

function literal(text: string): RegExp {
  return new RegExp(text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'));
}
