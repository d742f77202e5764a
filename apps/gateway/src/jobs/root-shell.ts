import { randomBytes } from 'node:crypto';
import type ssh2 from 'ssh2';
import {
  execWith,
  ExecFailure,
  harmless,
  MAX_STDERR,
  type ExecLimits,
  type ExecOutcome,
} from './bounded-exec.js';

/** Longer than any shell needs to say how a program ended, after the mark. Bytes. */
const ENDING_ROOM = 64;

/**
 * A POSIX shell on an asset that reads its program from its standard input, piece by piece: one process for many
 * scripts. Scripts and what they read stand on no command line; what they read is a here-document, which some shells
 * keep in a file of root's alone, already without a name, while it is read.
 */
export class RootShell {
  private turn: Promise<unknown> = Promise.resolve();
  private readonly running = new Set<(reason: ExecFailure['reason']) => void>();
  private gone = false;

  private constructor(private readonly channel: ssh2.ClientChannel) {
    channel.on('error', () => undefined); // what is fed to a shell that has ended
    channel.once('close', () => {
      this.gone = true;
      for (const fail of this.running) fail('lost');
    });
    channel.resume();
    channel.stderr.resume();
  }

  /**
   * Starts it by a command whose end is a shell that reads standard input. Whether it runs anything shows with the
   * first script.
   * @throws ExecFailure when no command can be run
   */
  static start(client: ssh2.Client, command: string, timeoutMs: number): Promise<RootShell> {
    return execWith<RootShell>(client, command, timeoutMs, (channel, done) => {
      done(new RootShell(channel));
    });
  }

  /**
   * Runs a script in a subshell, after those before it, and gathers what it writes, within the limits. After a failure
   * the shell is of no more use.
   * @param input what the script reads: whole lines, so a last one without its newline gets one
   * @throws ExecFailure
   */
  run(script: string, input: string, limits: ExecLimits): Promise<ExecOutcome> {
    return this.next((mark) => frameOf(script, input, mark, newMark()), limits);
  }

  /**
   * Runs a program in the shell itself, which may put another shell in its place, and gathers what it writes. Not for
   * programs that read.
   * @param program gets what it must run at its end, which may stand between double quotes
   * @throws ExecFailure
   */
  become(program: (ended: string) => string, limits: ExecLimits): Promise<ExecOutcome> {
    return this.next((mark) => `{\n${program(endedBy(mark))}\n}\n`, limits);
  }

  private next(frame: (mark: string) => string, limits: ExecLimits): Promise<ExecOutcome> {
    const outcome = this.turn.then(() => this.once(frame, limits));
    this.turn = outcome.catch(() => undefined);
    return outcome;
  }

  private once(frame: (mark: string) => string, limits: ExecLimits): Promise<ExecOutcome> {
    const mark = newMark();
    const stdout = new MarkedStream(mark, limits.maxBytes);
    const stderr = new MarkedStream(mark, MAX_STDERR);
    return new Promise((resolve, reject) => {
      const settle = (finish: () => void): void => {
        clearTimeout(timer);
        this.running.delete(fail);
        this.channel.off('data', hear);
        this.channel.stderr.off('data', overhear);
        finish();
      };
      const fail = (reason: ExecFailure['reason']): void => {
        settle(() => {
          const said = { stdout: stdout.text(), stderr: stderr.text() };
          reject(ExecFailure.of(reason, undefined, said));
        });
      };
      const look = (): void => {
        if (stdout.isOver) fail('too-much-output');
        else if (stdout.ending !== null && stderr.ending !== null) {
          const status = Number(stdout.ending);
          settle(() => {
            resolve({ status, stdout: stdout.text(), stderr: stderr.text() });
          });
        }
      };
      const hear = (chunk: Buffer): void => {
        stdout.take(chunk);
        look();
      };
      const overhear = (chunk: Buffer): void => {
        stderr.take(chunk);
        look();
      };
      const timer = setTimeout(() => {
        fail('timeout');
      }, limits.timeoutMs);
      this.running.add(fail);
      this.channel.on('data', hear);
      this.channel.stderr.on('data', overhear);
      if (this.gone) fail('lost');
      else this.channel.write(frame(mark));
    });
  }
}

const newMark = (): string => randomBytes(8).toString('hex');

/**
 * What the shell reads for one script. It stands in braces, so that a shell which gets only a part, as the connection
 * breaks off, runs nothing of it. Who only echoes what it is fed doesn't show the mark: quotes stand in its middle.
 */
export function frameOf(script: string, input: string, mark: string, end: string): string {
  const lines = input === '' || input.endsWith('\n') ? input : `${input}\n`;
  const reads = lines === '' ? '</dev/null\n' : `<<'${end}'\n${lines}${end}\n`;
  return `{ (\n${script}\n) ${reads}${endedBy(mark)}\n}\n`;
}

/** Says on both streams that a script has ended, and how. */
function endedBy(mark: string): string {
  const said = `echo '${mark.slice(0, 8)}''${mark.slice(8)}'`;
  return `${said} $?; ${said} >&2`;
}

/** What comes before a mark, up to a size, and what stands behind it on its line. */
class MarkedStream {
  /** The rest of the mark's line; null until it has come. */
  ending: string | null = null;
  private readonly chunks: Buffer[] = [];
  private kept = 0;
  private heard = 0;
  private markAt: number | null = null;
  private tail = '';

  constructor(
    private readonly mark: string,
    private readonly maxBytes: number,
  ) {}

  /** More has come than may. */
  get isOver(): boolean {
    const most = this.maxBytes + (this.markAt === null ? this.mark.length : 0);
    return (this.markAt ?? this.heard) > most || (this.ending === null && this.heard > most + ENDING_ROOM);
  }

  take(chunk: Buffer): void {
    const room = this.maxBytes + this.mark.length - this.kept;
    // a copy: ssh2's chunk is a window into a larger packet
    if (room > 0) this.chunks.push(Buffer.from(chunk.subarray(0, room)));
    this.kept += Math.min(Math.max(room, 0), chunk.length);
    const seen = this.tail + chunk.toString('latin1');
    this.heard += chunk.length;
    const at = seen.indexOf(this.mark);
    if (at === -1) {
      this.tail = seen.slice(1 - this.mark.length);
      return;
    }
    this.markAt = this.heard - seen.length + at;
    this.tail = seen.slice(at);
    const newline = this.tail.indexOf('\n');
    if (newline !== -1) this.ending ??= this.tail.slice(this.mark.length, newline).trim();
  }

  /** What came before the mark, harmless to show. */
  text(): string {
    const bytes = Buffer.concat(this.chunks).subarray(0, Math.min(this.markAt ?? Infinity, this.maxBytes));
    return harmless(bytes.toString('utf8'));
  }
}
