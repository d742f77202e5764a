import type { PushStep } from '#libs/contracts';
import type { ScriptOptions } from '../jobs/admin-connection.js';
import type { ExecOutcome } from '../jobs/bounded-exec.js';
import { StepFailure } from '../jobs/run-worker.js';

const SAID_LIMIT = 500;

/** The first words of what an asset said, on one line: they are told to people and kept. */
export function wordsOf(said: string): string {
  const line = said.trim().replace(/\s+/g, ' ');
  return line.length > SAID_LIMIT ? `${line.slice(0, SAID_LIMIT)}…` : line;
}

/** One value a line, as the scripts read them. @throws TypeError when one would be two lines */
export function linesOf(...values: readonly string[]): string {
  if (values.some((value) => /[\n\0]/.test(value))) throw new TypeError('a value of a script is one line');
  return values.map((value) => `${value}\n`).join('');
}

/** A script of a step, and what it reads. */
export interface StepOptions extends ScriptOptions {
  step: PushStep;
}

/** What runs the scripts of a push as root on an asset: a connection of ours, or a playbook. Close it always. */
export interface StepHost {
  /** A status other than 0 is an answer. @throws StepFailure, ExecFailure */
  run(script: string, options: StepOptions): Promise<ExecOutcome>;
  close(): void;
}

/** What a script said as `name=value` lines. */
export type ScriptAnswer = Readonly<Record<string, string>>;

/**
 * Runs a script of a push step as root.
 * @param statuses further exit statuses that are answers, given as `status`
 * @throws StepFailure with what it wrote to standard error
 */
export async function runStep(
  host: StepHost,
  step: PushStep,
  script: string,
  input: string,
  statuses: readonly number[] = [],
): Promise<ScriptAnswer> {
  const { status, stdout, stderr } = await host.run(script, { step, input, maxBytes: 64 * 1024 });
  if (status !== 0 && !(status !== null && statuses.includes(status))) {
    throw new StepFailure(step, wordsOf(stderr) || `The asset gave no reason (status ${status ?? 'none'}).`);
  }
  const pairs = stdout.split('\n').flatMap((line) => {
    const at = line.indexOf('=');
    return at > 0 ? [[line.slice(0, at), line.slice(at + 1)] as const] : [];
  });
  return { ...Object.fromEntries(pairs), status: String(status) };
}
