import { createHash } from 'node:crypto';
import { createReadStream, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { openForSync } from './hashed-file.js';

const FORMAT = 'gatehouse-backup-1';
const MANIFEST = 'manifest.json';
/** In the form of sha256sum(1), which can check it too. */
const SUMS = 'SHA256SUMS';

const manifest = z.object({
  format: z.literal(FORMAT),
  /** Of Gatehouse. */
  version: z.string(),
  createdAt: z.iso.datetime(),
  /** All that made the schema, in their order. */
  migrations: z.array(z.string()).min(1),
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()), rows: z.number() })),
  sequences: z.array(z.object({ name: z.string(), lastValue: z.string(), isCalled: z.boolean() })),
  /** Permissions of folders and files of keys, by their path below the backup. */
  modes: z.record(z.string(), z.number()),
  files: z.number(),
  /** SHA-256 of the list of files. */
  sums: z.string(),
});

/** What a backup says of itself. */
export type Manifest = z.infer<typeof manifest>;

/** A file of the backup, by its path below it. */
export interface BackedUpFile {
  path: string;
  sha256: string;
}

/** Writes list and manifest: with them the backup is whole. */
export async function sealBackup(
  folder: string,
  files: readonly BackedUpFile[],
  said: Omit<Manifest, 'format' | 'files' | 'sums'>,
): Promise<void> {
  const list = files.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join('');
  await writeSynced(join(folder, SUMS), list);
  const sums = createHash('sha256').update(list).digest('hex');
  const whole: Manifest = { format: FORMAT, ...said, files: files.length, sums };
  await writeSynced(join(folder, MANIFEST), `${JSON.stringify(whole, null, 2)}\n`);
}

/**
 * Reads a backup and compares every file with its sum.
 * @throws Error that names what is missing or isn't as it was written
 */
export async function readBackup(folder: string): Promise<{ manifest: Manifest; files: BackedUpFile[] }> {
  const found = manifest.safeParse(parsed(folder));
  if (!found.success) throw new Error(`${folder} is no backup that this version reads: see its ${MANIFEST}.`);
  const list = text(folder, SUMS);
  if (createHash('sha256').update(list).digest('hex') !== found.data.sums)
    throw new Error(`${SUMS} of the backup is not as it was written.`);
  const files = list
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => ({ sha256: line.slice(0, 64), path: line.slice(66) }));
  for (const { path, sha256 } of files) {
    const now = await sumOf(join(folder, path));
    if (now !== sha256)
      throw new Error(`${path} of the backup ${now === null ? 'is missing' : 'is not as it was written'}.`);
  }
  return { manifest: found.data, files };
}

/** Where a table's rows lie. */
export const tableFile = (table: string): string => `database/${table}.jsonl.gz`;

function parsed(folder: string): unknown {
  try {
    return JSON.parse(text(folder, MANIFEST));
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

function text(folder: string, name: string): string {
  try {
    return readFileSync(join(folder, name), 'utf8');
  } catch (error) {
    const isAway = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    const why = isAway ? `it has no ${name}` : error instanceof Error ? error.message : String(error);
    throw new Error(`${folder} is no backup: ${why}.`, { cause: error });
  }
}

async function sumOf(path: string): Promise<string | null> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
    return hash.digest('hex');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
    throw error;
  }
}

async function writeSynced(path: string, content: string): Promise<void> {
  await writeFile(path, content, { mode: 0o600, flag: 'wx' });
  await openForSync(path);
}
