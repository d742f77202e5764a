import { hash as digest } from 'node:crypto';
import { z } from 'zod';

/** Kinds of audit rows that are sealed. A batch execution is one record, with its results. */
export const SEALED_ROWS = ['session', 'command', 'file-transfer', 'operation', 'login', 'batch'] as const;
export type SealedRow = (typeof SEALED_ROWS)[number];

/** What waits for its seal: those rows when they are finished, and sessions when they start. */
export const QUEUED_ROWS = [...SEALED_ROWS, 'session-start'] as const;
export type QueuedRow = (typeof QUEUED_ROWS)[number];

/** All kinds of links: rows, recordings, deletions by retention, and a break that the sealer found. */
export const SEAL_KINDS = [...QUEUED_ROWS, 'recording', 'deletion', 'break'] as const;
export type SealKind = (typeof SEAL_KINDS)[number];

/** SHA-256 as hexadecimal digits. */
const hashText = z.string().regex(/^[0-9a-f]{64}$/);

/** What the first link stands on, and the hash of what has none. */
export const ZERO_HASH = '0'.repeat(64);

/** What a link says. `body` is JSON, see {@link recordingBody}, {@link deletionBody}. A
 * break's names the signed link that the chain no longer had when the sealer looked, or behind which there were links that
 * nobody signed, see {@link breakBody}. */
export interface SealContent {
  kind: SealKind;
  rowId: string;
  hash: string;
  body: string | null;
}

/** A link of the chain as it is stored and exported. */
export const seal = z.object({
  seq: z.coerce.number().int().positive(),
  kind: z.enum(SEAL_KINDS),
  rowId: z.string(),
  hash: hashText,
  body: z.string().nullable(),
  chain: hashText,
});
export type SealLink = z.infer<typeof seal>;

/** A signature over the chain up to `seq`. */
export const checkpoint = z.object({
  seq: z.coerce.number().int().nonnegative(),
  /** ISO 8601. */
  at: z.string(),
  chain: hashText,
  keyId: z.string(),
  signature: z.string(),
});
export type Checkpoint = z.infer<typeof checkpoint>;

/** Columns of a row as text, by name. */
export type RowValues = Record<string, string | null>;
/** Checked without a copy of each row: an export has many. */
export const rowValues = z.custom<RowValues>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((text) => text === null || typeof text === 'string'),
);

/** Of a row that was gone before its seal. */
export const goneBody = z.object({ gone: z.literal(true) });
/** Of a recording; `missing`: its file was not there when its session was sealed. */
export const recordingBody = z.object({
  path: z.string(),
  bytes: z.number(),
  missing: z.boolean().default(false),
});
/** Of a deletion: runs of links `[first, how many]` of one kind whose rows or files are gone lawfully. */
export const deletionBody = z.object({
  of: z.enum([...SEALED_ROWS, 'recording']),
  runs: z.array(z.tuple([z.number().int().positive(), z.number().int().positive()])),
});

/** Of a break; `unsigned`: the chain went on behind this link without the sealer. */
export const breakBody = z.object({ seq: z.number(), chain: hashText, unsigned: z.boolean().default(false) });

/** SHA-256 of a text, hexadecimal. */
export function sha256(text: string): string {
  return digest('sha256', text);
}

/** The hash of a row. Columns that are null don't count: one that is added later leaves older rows as they are. */
export function rowHash(kind: QueuedRow, rowId: string, values: RowValues): string {
  const known = Object.entries(values).filter(([, value]) => value !== null);
  known.sort(([one], [other]) => (one < other ? -1 : 1));
  return sha256(JSON.stringify([kind, rowId, known]));
}

/** The chain's value after a link. */
export function chainAfter(before: string, seq: number, { kind, rowId, hash, body }: SealContent): string {
  return sha256(JSON.stringify([before, seq, kind, rowId, hash, body]));
}
