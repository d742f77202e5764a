import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StringDecoder } from 'node:string_decoder';
import { z } from 'zod';
import { RecordingStore } from '../recording-store.js';
import {
  checkpoint,
  rowValues,
  seal,
  SEAL_KINDS,
  type Checkpoint,
  type SealKind,
  type SealLink,
} from './seal.js';
import { parseSuccessions, type Succession } from './key-succession.js';
import type { TrustedKeys } from './trusted-keys.js';
import type { AuditSource, ForgedEnd, SealedRecord } from './verify.js';

/** Links with their rows, one a line, in the order of the chain. */
export const RECORDS_FILE = 'records.jsonl';
/** Part of the line of a link that says what was deleted. */
const DELETION = '"kind":"deletion"';
/** Signed places of the chain, one a line. */
export const CHECKPOINTS_FILE = 'checkpoints.jsonl';
/** Public key (PEM) of the installation. */
export const KEY_FILE = 'public-key.pem';
/** How each signing key was followed by the next, one a line; absent: the key was never replaced. */
export const SUCCESSIONS_FILE = 'successions.jsonl';
/** What the export says of itself, signed. */
export const STATEMENT_FILE = 'export.json';
/** Recordings by their paths. */
export const RECORDINGS_FOLDER = 'recordings';

const signedStatement = z.object({ text: z.string(), keyId: z.string(), signature: z.string() });
const statement = z.object({
  seq: z.number(),
  chain: z.string(),
  at: z.string(),
  hasRecordings: z.boolean(),
  stray: z.object({ kind: z.enum(SEAL_KINDS), rowId: z.string() }).nullable(),
});
const recordLine = seal.extend({ row: rowValues.optional() });

/** A line of an export that is not what an export has there. */
export class UnreadableExport extends Error {}

/** An audit that was exported: needs nothing but its folder and the public key. */
export class ExportFolder implements AuditSource {
  private readonly recordingFiles: RecordingStore;
  private said: z.infer<typeof statement> | null = null;

  /** @throws UnreadableExport when it isn't one */
  constructor(private readonly folder: string) {
    if (!existsSync(join(folder, RECORDS_FILE)))
      throw new UnreadableExport(`${folder} has no ${RECORDS_FILE}`);
    this.recordingFiles = new RecordingStore(folder);
  }

  /** The public key that came with it, PEM; whoever forges an export forges that too. @throws UnreadableExport */
  publicKey(): string {
    return this.read(KEY_FILE);
  }

  /** How each signing key was followed by the next. @throws UnreadableExport */
  successions(): Succession[] {
    if (!existsSync(join(this.folder, SUCCESSIONS_FILE))) return [];
    try {
      return parseSuccessions(this.read(SUCCESSIONS_FILE));
    } catch (error) {
      throw new UnreadableExport(`${SUCCESSIONS_FILE} is not readable`, { cause: error });
    }
  }

  async checkpoints(): Promise<Checkpoint[]> {
    const lines = this.read(CHECKPOINTS_FILE).split('\n');
    return lines
      .filter((line) => line !== '')
      .map((line, index) => parseLine(checkpoint, line, CHECKPOINTS_FILE, index + 1));
  }

  async end(keys: TrustedKeys): Promise<{ seq: number; chain: string } | ForgedEnd> {
    if (!existsSync(join(this.folder, STATEMENT_FILE))) return { fault: 'signature wrong', keyId: null };
    const { text, keyId, signature } = parseLine(
      signedStatement,
      this.read(STATEMENT_FILE),
      STATEMENT_FILE,
      1,
    );
    const said = parseLine(statement, text, STATEMENT_FILE, 1);
    const judged = keys.judgeExport(text, keyId, signature, said.seq);
    if (judged !== 'good') return { fault: judged, keyId };
    this.said = said;
    return { seq: said.seq, chain: said.chain };
  }

  async *deletions(): AsyncGenerator<SealLink> {
    for await (const { link } of this.recordsWith(DELETION)) if (link.kind === 'deletion') yield link;
  }

  records(): AsyncGenerator<SealedRecord> {
    return this.recordsWith('');
  }

  /** Those whose line has this text in it; the others are not read. */
  private async *recordsWith(text: string): AsyncGenerator<SealedRecord> {
    let number = 0;
    for await (const line of linesOf(join(this.folder, RECORDS_FILE))) {
      number += 1;
      if (!line.includes(text)) continue;
      const { row = null, ...link } = parseLine(recordLine, line, RECORDS_FILE, number);
      yield { link, values: row };
    }
  }

  async recording(path: string): Promise<{ bytes: number; sha256: string } | null | 'unread'> {
    return this.said?.hasRecordings === true ? this.recordingFiles.digest(path) : 'unread';
  }

  async stray(): Promise<{ kind: SealKind; rowId: string } | null> {
    return this.said?.stray ?? null;
  }

  private read(name: string): string {
    try {
      return readFileSync(join(this.folder, name), 'utf8');
    } catch (error) {
      throw new UnreadableExport(`${name} can't be read`, { cause: error });
    }
  }
}

/** Lines end with LF alone: texts of records hold other line ends, which node:readline would take for one. */
async function* linesOf(path: string): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of createReadStream(path)) {
    const lines = (rest + decoder.write(z.instanceof(Buffer).parse(chunk))).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

function parseLine<T>(schema: z.ZodType<T>, line: string, file: string, number: number): T {
  try {
    return schema.parse(JSON.parse(line));
  } catch (error) {
    throw new UnreadableExport(`line ${number} of ${file} is not readable`, { cause: error });
  }
}
