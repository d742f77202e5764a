import { z } from 'zod';

/** What may wait in a spool. Rows of tables first, then changes of rows. */
export const SPOOL_KINDS = [
  'command',
  'file-transfer',
  'operation',
  'login',
  'session-end',
  'batch-outcome',
  'batch-close',
] as const;

/** One of {@link SPOOL_KINDS}. */
export type SpoolKind = (typeof SPOOL_KINDS)[number];

/** One record that waits for the database, in the words of the code. */
export interface SpoolEntry {
  kind: SpoolKind;
  record: Record<string, unknown>;
}

const line = z.object({ k: z.enum(SPOOL_KINDS), r: z.record(z.string(), z.unknown()) });

/** The entry as one line of a spool's file, JSON. What PostgreSQL's text can't hold becomes U+FFFD. */
export function lineOf(kind: SpoolKind, record: object): string {
  return `${JSON.stringify({ k: kind, r: record }, (_key, value: unknown) => storable(value))}\n`;
}

/** The entry of a line; null: it is none. */
export function entryOf(text: string): SpoolEntry | null {
  try {
    const { k: kind, r: record } = line.parse(JSON.parse(text));
    return { kind, record };
  } catch {
    return null; // cut by a crash, or no work of ours: the caller says so
  }
}

/** PostgreSQL's text holds no NUL, and no half of a surrogate pair. */
function storable(value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll('\0', '\ufffd').toWellFormed() : value;
}
