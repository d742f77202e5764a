import type ssh2 from 'ssh2';
import { asTold, type Told } from '#libs/contracts';

/** Of standard error only so much is kept: it is for a person to read. Bytes. */
export const MAX_STDERR = 8 * 1024;

/** How long and how much a command may go on. */
export interface ExecLimits {
  timeoutMs: number;
  /** Of standard output, in bytes. */
  maxBytes: number;
}

/** What a command left behind. Texts are harmless to show: control and direction characters are replaced. */
export interface ExecOutcome {
  /** Exit status; null when a signal ended it. */
  status: number | null;
  stdout: string;
  /** Its beginning, at most 8 KiB. */
  stderr: string;
}

/** A command that did not come to its end. The connection is of no more use then. */
export class ExecFailure extends Error {
  readonly told: Told;

  /** What the command had written until then. */
  readonly said: { stdout: string; stderr: string };

  constructor(
    readonly reason: 'refused' | 'timeout' | 'too-much-output' | 'lost',
    told: string | Told,
    options: ErrorOptions & { said?: ExecFailure['said'] } = {},
  ) {
    super(asTold(told).message, options);
    this.told = asTold(told);
    this.said = options.said ?? { stdout: '', stderr: '' };
    this.name = 'ExecFailure';
  }

  /** One with the words for its reason. */
  static of(reason: ExecFailure['reason'], cause?: Error, said?: ExecFailure['said']): ExecFailure {
    return new ExecFailure(reason, SAID[reason], { ...(cause && { cause }), ...(said && { said }) });
  }
}

const SAID: Record<ExecFailure['reason'], string> = {
  refused: 'it refused to run a command',
  timeout: 'it did not finish in time',
  'too-much-output': 'it wrote more than it may',
  lost: 'the connection broke off',
};

/**
 * Runs a command over an open connection, feeds it `input` and gathers what it writes, within the limits. Nothing that
 * the other side does keeps it longer or makes it keep more. (What hangs over there hangs on: sshd ends no command of
 * root's or sudo's for its client.)
 * @throws ExecFailure
 */
export function boundedExec(
  client: ssh2.Client,
  command: string,
  input: Buffer,
  { timeoutMs, maxBytes }: ExecLimits,
): Promise<ExecOutcome> {
  return execWith<ExecOutcome>(client, command, timeoutMs, (channel, done, fail) => {
    gather(channel, maxBytes, fail, done);
    channel.end(input);
  });
}

/** Whoever works with a command's channel says when it is done, or what failed. */
type ChannelWork<T> = (
  channel: ssh2.ClientChannel,
  done: (result: T) => void,
  fail: (reason: ExecFailure['reason']) => void,
) => void;

/** Starts a command and leaves its channel to `work`, which may take so long. @throws ExecFailure */
export function execWith<T>(
  client: ssh2.Client,
  command: string,
  timeoutMs: number,
  work: ChannelWork<T>,
): Promise<T> {
  return new Promise((resolve, reject) => {
    const settle = (end: () => void): void => {
      clearTimeout(timer);
      client.off('close', lost);
      end();
    };
    const fail = (reason: ExecFailure['reason'], cause?: Error): void => {
      settle(() => {
        reject(ExecFailure.of(reason, cause));
      });
    };
    const lost = (): void => {
      fail('lost');
    };
    const done = (result: T): void => {
      settle(() => {
        resolve(result);
      });
    };
    const timer = setTimeout(() => {
      fail('timeout');
    }, timeoutMs);
    client.once('close', lost);
    try {
      client.exec(command, (error, channel) => {
        if (error) fail('refused', error);
        else work(channel, done, fail);
      });
    } catch (error) {
      fail('lost', error instanceof Error ? error : undefined); // ssh2 throws when the connection has gone
    }
  });
}

function gather(
  channel: ssh2.ClientChannel,
  maxBytes: number,
  fail: (reason: ExecFailure['reason']) => void,
  done: (outcome: ExecOutcome) => void,
): void {
  const stdout = new Gatherer(maxBytes);
  const stderr = new Gatherer(MAX_STDERR);
  let ended: { status: number | null } | null = null;
  channel.on('data', (chunk: Buffer) => {
    if (stdout.take(chunk)) return;
    fail('too-much-output');
  });
  channel.stderr.on('data', (chunk: Buffer) => stderr.take(chunk));
  // a command may end without reading its input
  channel.on('error', () => undefined);
  channel.on('exit', (status: number | null) => {
    ended = { status };
  });
  channel.once('close', () => {
    if (ended) done({ status: ended.status, stdout: stdout.text(), stderr: stderr.text() });
    else fail('lost');
  });
}

class Gatherer {
  private readonly chunks: Buffer[] = [];
  private room: number;

  constructor(maxBytes: number) {
    this.room = maxBytes;
  }

  /** Whether all of it could be kept. */
  take(chunk: Buffer): boolean {
    const kept = chunk.subarray(0, this.room);
    // a copy: ssh2's chunk is a window into a larger packet
    if (kept.length > 0) this.chunks.push(Buffer.from(kept));
    this.room -= kept.length;
    return kept.length === chunk.length;
  }

  text(): string {
    return harmless(Buffer.concat(this.chunks).toString('utf8'));
  }
}

/** Control characters other than newline and tab, and those that turn the direction of text (Unicode UAX 9). */
const HARMFUL = /[^\P{Cc}\n\t]|[\p{Cs}\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** What an asset wrote, safe for a page, a terminal, a log line and the database. */
export function harmless(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(HARMFUL, '\ufffd');
}
