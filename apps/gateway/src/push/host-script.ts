import { HOST_WORDS, isHostWord, tell, type PushStep, type Told } from '#libs/contracts';
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
 * @throws StepFailure with what it wrote to standard error: a line `failed=` with a {@link HostWord} and a line for each
 *   of its gaps (see `DIE`), or the words of some program
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
    throw new StepFailure(step, reasonOf(stderr, status));
  }
  const pairs = stdout.split('\n').flatMap((line) => {
    const at = line.indexOf('=');
    return at > 0 ? [[line.slice(0, at), line.slice(at + 1)] as const] : [];
  });
  return { ...Object.fromEntries(pairs), status: String(status) };
}

/** An asset that makes up a reason of its own can only choose among our words. */
function reasonOf(stderr: string, status: number | null): Told {
  const lines = stderr.split('\n');
  const at = lines.findLastIndex((line) => line.startsWith('failed='));
  const code = lines[at]?.slice('failed='.length) ?? '';
  if (!isHostWord(code)) {
    const said = wordsOf(stderr);
    return said ? tell('asset-said', { said }) : tell('no-reason', { status: status ?? '–' });
  }
  const gaps = lines.slice(at + 1).flatMap((line) => {
    const [, name = '', value = ''] = /^([a-z]+)=(.*)$/.exec(line) ?? [];
    return HOST_WORDS[code].includes(`{${name}}`) ? [[name, wordsOf(value)] as const] : [];
  });
  return tell(code, Object.fromEntries(gaps));
}
