import type { ChildProcess } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { endProcess, PYTHON, spawnBound } from '../hosts/index.js';

const BRIDGE = fileURLToPath(new URL('../../../test/gateway/pty_bridge.py', import.meta.url));

/** `ssh` on a real terminal, byte by byte, to which `rz` or `sz` can be put as a terminal program does. */
export class RawTerminal {
  private readonly child: ChildProcess;
  private readonly input: Writable;
  private readonly output: Readable;
  private shown = '';
  private look: () => void = () => undefined;

  constructor(args: readonly string[]) {
    this.child = spawnBound(PYTHON, [BRIDGE, '50', '120', 'ssh', ...args], {
      stdio: ['pipe', 'pipe', 'inherit', 'pipe'],
      env: { ...process.env, TERM: 'xterm-256color', LC_ALL: 'C.UTF-8' },
    });
    const { stdin, stdout } = this.child;
    if (!stdin || !stdout) throw new Error('no pipes');
    this.input = stdin;
    this.output = stdout;
    for (const stream of [stdin, this.child.stdio[3]]) stream?.on('error', () => undefined); // ssh may end first
    stdout.on('data', (chunk: Buffer) => {
      this.shown += chunk.toString('latin1');
      this.look();
    });
  }

  type(keys: string | Buffer): void {
    this.input.write(keys);
  }

  line(text: string): void {
    this.type(`${text}\r`);
  }

  /** Waits until what was shown since the last match matches; gives all of that up to the match's end. */
  waitFor(wanted: RegExp | string, patience = 15_000): Promise<string> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(
          new Error(`Never came: ${String(wanted)}. Shown: ${JSON.stringify(this.shown.slice(-3_000))}`),
        );
      }, patience);
      this.look = () => {
        const found = typeof wanted === 'string' ? this.shown.indexOf(wanted) : this.shown.search(wanted);
        if (found < 0) return;
        const length =
          typeof wanted === 'string' ? wanted.length : (wanted.exec(this.shown)?.[0].length ?? 0);
        const seen = this.shown.slice(0, found + length);
        this.shown = this.shown.slice(found + length);
        clearTimeout(timer);
        this.look = () => undefined;
        resolve(Buffer.from(seen, 'latin1').toString());
      };
      this.look();
    });
  }

  /** Lets `rz` or `sz` talk over the terminal until it ends or `until` says so; gives its status. */
  async put(
    program: string,
    args: readonly string[],
    cwd: string,
    until?: Promise<void>,
  ): Promise<number | null> {
    const own = spawnBound(program, args, { cwd, stdio: ['pipe', 'pipe', 'ignore'] });
    const { stdin, stdout } = own;
    if (!stdin || !stdout) throw new Error('no pipes');
    stdin.on('error', () => undefined); // it ends when it has its files
    const toOwn = (chunk: Buffer): void => void stdin.write(chunk);
    this.output.on('data', toOwn);
    stdout.on('data', (chunk: Buffer) => void this.input.write(chunk));
    const ended = new Promise<number | null>((resolve) => own.once('close', resolve));
    await Promise.race([ended, until ?? ended]);
    this.output.off('data', toOwn);
    if (until) await endProcess(own, 'SIGKILL', 1_000);
    return ended;
  }

  async close(): Promise<void> {
    this.child.stdin?.end();
    await endProcess(this.child, 'SIGTERM', 2_000);
  }
}
