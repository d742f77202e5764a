import { Readable, type Writable } from 'node:stream';
import { endProcess, spawnBound } from './bound-process.js';

/** What a finished program left behind. */
export interface Outcome {
  /** Exit status; null when a signal ended it. */
  status: number | null;
  signal: NodeJS.Signals | null;
  stdout: Buffer;
  stderr: string;
  /** Standard output as text. */
  text: string;
}

export interface RunOptions {
  /** Standard input: text, bytes or a stream. Absent: empty. */
  input?: string | Buffer | Readable;
  env?: NodeJS.ProcessEnv;
  cwd?: string;
  /** Milliseconds until the program is killed and the run fails. Default 30 s. */
  timeout?: number;
}

/** Runs a program to its end and gives what it wrote. A program that is not done in time is killed: an error. */
export async function run(
  command: string,
  args: readonly string[],
  options: RunOptions = {},
): Promise<Outcome> {
  const child = spawnBound(command, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: options.env ?? process.env,
    cwd: options.cwd,
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => stdout.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.push(chunk));
  feed(child.stdin, options.input);

  const timeout = options.timeout ?? 30_000;
  const late = new AbortController();
  const timer = setTimeout(() => {
    late.abort();
    void endProcess(child);
  }, timeout);
  const [status, signal] = await new Promise<[number | null, NodeJS.Signals | null]>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, reason) => resolve([code, reason]));
  }).finally(() => clearTimeout(timer));

  const output = Buffer.concat(stdout);
  const errors = Buffer.concat(stderr).toString();
  if (late.signal.aborted) {
    const shown = `${output.subarray(-2000).toString()}\n${errors.slice(-2000)}`;
    throw new Error(`${command} ${args.join(' ').slice(0, 300)} was not done after ${timeout} ms:\n${shown}`);
  }
  return { status, signal, stdout: output, stderr: errors, text: output.toString() };
}

function feed(stdin: Writable | null | undefined, input: RunOptions['input']): void {
  if (!stdin) return;
  // A program may end without reading its input: that is its right.
  stdin.on('error', () => undefined);
  if (input instanceof Readable) input.pipe(stdin);
  else stdin.end(input);
}
