import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

/** For verifiers; below the data folder: a line of JSON for each time that the signing key was replaced. */
const SUCCESSIONS_FILE = 'keys/audit.successions.jsonl';

/** A signing key took another's place: signed by both. */
const succession = z.object({
  /** Public keys, PEM. */
  from: z.string(),
  to: z.string(),
  /** The last place in the chain that the former key signs. */
  seq: z.number().int().nonnegative(),
  /** ISO 8601. */
  at: z.string(),
  fromSignature: z.string(),
  toSignature: z.string(),
});
export type Succession = z.infer<typeof succession>;

/** What both keys sign. */
export function successionText({
  from,
  to,
  seq,
  at,
}: Omit<Succession, 'fromSignature' | 'toSignature'>): string {
  return JSON.stringify([from, to, seq, at]);
}

/** The lines of a file of successions. @throws SyntaxError or ZodError at one that isn't one */
export function parseSuccessions(text: string): Succession[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => succession.parse(JSON.parse(line)));
}

/** One as it is stored. */
export function successionLine(one: Succession): string {
  return `${JSON.stringify(one)}\n`;
}

/** Where the installation keeps them. */
export function successionsFile(dataDir: string): string {
  return join(dataDir, SUCCESSIONS_FILE);
}

/** The text of the installation's successions; empty: the key was never replaced. */
export function readSuccessions(dataDir: string): string {
  try {
    return readFileSync(successionsFile(dataDir), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  }
}
