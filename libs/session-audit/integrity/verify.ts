import {
  breakBody,
  chainAfter,
  deletionBody,
  goneBody,
  recordingBody,
  rowHash,
  ZERO_HASH,
  type Checkpoint,
  type RowValues,
  type SealKind,
  type SealLink,
} from './seal.js';
import type { Judgement, TrustedKeys } from './trusted-keys.js';

/** What can be wrong with a record. */
export const FAULTS = [
  'changed',
  'removed',
  'reordered',
  'returned',
  'truncated',
  'unsigned',
  'signature wrong',
  'key unknown',
  'seal changed',
  'not sealed',
  'recording changed',
  'recording missing',
] as const;
export type Fault = (typeof FAULTS)[number];

/** The first record that is not as it was sealed. */
export interface AuditProblem {
  fault: Fault;
  /** Place in the chain; null: it has none. */
  seq: number | null;
  kind: SealKind | 'checkpoint' | 'export' | null;
  id: string | null;
}

/** A link with the row that it is about; null: the row isn't there. */
export interface SealedRecord {
  link: SealLink;
  values: RowValues | null;
}

/** The end that a source says is not to be believed. */
export interface ForgedEnd {
  fault: Exclude<Judgement, 'good'>;
  /** null: nobody signed it. */
  keyId: string | null;
}

/** Audit as it is to be verified: the running installation's, or an export. */
export interface AuditSource {
  /** Signed places of the chain, in any order. */
  checkpoints(): Promise<readonly Checkpoint[]>;
  /** Where the source says, signed, that the chain ends; null: it doesn't say; else what is wrong with that. */
  end(keys: TrustedKeys): Promise<{ seq: number; chain: string } | null | ForgedEnd>;
  /** Links that say what was deleted. */
  deletions(): AsyncIterable<SealLink>;
  /** All links as they stand there, with their rows. */
  records(): AsyncIterable<SealedRecord>;
  /** The file of a recording; null: it isn't there; `unread`: this source has no recordings. */
  recording(path: string): Promise<{ bytes: number; sha256: string } | null | 'unread'>;
  /** A finished row that was never sealed and doesn't wait for it. */
  stray(): Promise<{ kind: SealKind; rowId: string } | null>;
}

/** What verification found. */
export interface AuditVerdict {
  /** null: whole. */
  problem: AuditProblem | null;
  /** Links that were checked. */
  records: number;
  /** Recordings whose bytes were checked, and how many bytes. */
  recordings: number;
  recordingBytes: number;
  /** Recordings that were gone already when their session was sealed. */
  missingBefore: number;
}

/** Links that are looked through for one that belongs in another's place. */
const LOOK_AHEAD = 1_000;

/** Goes through an audit from its first record to the last and stops at the first that is not as it was sealed. */
export class AuditVerifier {
  private chain = ZERO_HASH;
  private seq = 0;
  private readonly verdict: AuditVerdict = {
    problem: null,
    records: 0,
    recordings: 0,
    recordingBytes: 0,
    missingBefore: 0,
  };
  /** Values of the chain that were signed, by place. */
  private readonly signed = new Map<number, string>();
  private deleted: DeletedLinks = new DeletedLinks([]);
  /** Places of sessions that started, have no row, and of which no end came yet. */
  private readonly started = new Map<string, number>();

  /** @param anchor a checkpoint from elsewhere, that the chain must have */
  constructor(
    private readonly source: AuditSource,
    private readonly keys: TrustedKeys,
    private readonly anchor: Checkpoint | null = null,
  ) {}

  /** What was found. @throws the source's error when it can't be read */
  async verify(): Promise<AuditVerdict> {
    this.verdict.problem = await this.firstProblem();
    return this.verdict;
  }

  private async firstProblem(): Promise<AuditProblem | null> {
    const checkpoints = [...(await this.source.checkpoints()), ...(this.anchor ? [this.anchor] : [])];
    for (const one of checkpoints) {
      const judged = this.keys.judge(one);
      if (judged !== 'good') return fault(judged, one.seq, 'checkpoint', one.keyId);
    }
    const end = await this.source.end(this.keys);
    if (end && 'fault' in end) return fault(end.fault, null, 'export', end.keyId);
    for (const { seq, chain } of end ? [...checkpoints, end] : checkpoints) {
      const same = this.signed.get(seq);
      if (same !== undefined && same !== chain) return fault('seal changed', seq, 'checkpoint', null);
      this.signed.set(seq, chain);
    }
    this.deleted = await DeletedLinks.of(this.source.deletions());
    return (await this.goThrough()) ?? (await this.atTheEnd());
  }

  private async goThrough(): Promise<AuditProblem | null> {
    const records = this.source.records()[Symbol.asyncIterator]();
    for (let next = await records.next(); next.done !== true; next = await records.next()) {
      const found = this.placeFault(next.value.link);
      if (found !== null) return this.explain(next.value.link, found, records);
      const problem = await this.recordFault(next.value);
      if (problem) return problem;
      this.verdict.records += 1;
    }
    return null;
  }

  /** Whether the link stands where it was put; moves on when it does. */
  private placeFault(link: SealLink): Fault | null {
    const expected = this.seq + 1;
    if (link.seq !== expected) return link.seq > expected ? 'removed' : 'reordered';
    if (chainAfter(this.chain, expected, link) !== link.chain) return 'seal changed';
    const signed = this.signed.get(expected);
    if (signed !== undefined && signed !== link.chain) return 'seal changed';
    this.seq = expected;
    this.chain = link.chain;
    return null;
  }

  /** Is the link that belongs here further on? Then somebody changed the order. */
  private async explain(
    here: SealLink,
    found: Fault,
    records: AsyncIterator<SealedRecord>,
  ): Promise<AuditProblem> {
    const place = this.seq + 1;
    const stands = [here];
    for (let next = await records.next(); next.done !== true; next = await records.next()) {
      if (stands.push(next.value.link) >= LOOK_AHEAD) break;
    }
    const chains = new Set(stands.map(({ chain }) => chain));
    const belongs = stands.find((link) => chains.has(chainAfter(this.chain, place, link)));
    if (belongs && belongs !== here) return fault('reordered', place, belongs.kind, belongs.rowId);
    // a link that is missing can't be named but by its place
    if (found === 'removed') return fault(found, place, null, null);
    return fault(found, place, here.kind, here.rowId);
  }

  private async recordFault({ link, values }: SealedRecord): Promise<AuditProblem | null> {
    const at = (found: Fault): AuditProblem => fault(found, link.seq, link.kind, link.rowId);
    if (link.kind === 'deletion') return null;
    if (link.kind === 'break')
      return at(breakBody.parse(parsed(link.body)).unsigned ? 'unsigned' : 'truncated');
    if (link.kind === 'recording') return this.recordingFault(link);
    if (link.body !== null && goneBody.safeParse(JSON.parse(link.body)).success) return at('removed');
    if (link.kind === 'session') this.started.delete(link.rowId);
    if (link.kind === 'session-start' && values === null) {
      // whether the row is gone lawfully is said of the session, further on
      this.started.set(link.rowId, link.seq);
      return null;
    }
    if (this.deleted.has(link)) return values === null ? null : at('returned');
    if (values === null) return at('removed');
    return rowHash(link.kind, link.rowId, values) === link.hash ? null : at('changed');
  }

  private async recordingFault(link: SealLink): Promise<AuditProblem | null> {
    if (this.deleted.has(link)) return null;
    const { path, bytes, missing } = recordingBody.parse(JSON.parse(link.body ?? 'null'));
    if (missing) {
      this.verdict.missingBefore += 1;
      return null;
    }
    const file = await this.source.recording(path);
    if (file === 'unread') return null;
    if (file === null) return fault('recording missing', link.seq, link.kind, link.rowId);
    this.verdict.recordings += 1;
    this.verdict.recordingBytes += file.bytes;
    const isSame = file.bytes === bytes && file.sha256 === link.hash;
    return isSame ? null : fault('recording changed', link.seq, link.kind, link.rowId);
  }

  /** What comes after the last link, or should. */
  private async atTheEnd(): Promise<AuditProblem | null> {
    const last = Math.max(0, ...this.signed.keys());
    if (last > this.seq) return fault('truncated', this.seq + 1, null, null);
    if (this.seq > 0 && !this.signed.has(this.seq)) return fault('unsigned', this.seq, 'checkpoint', null);
    for (const [id, seq] of this.started) return fault('removed', seq, 'session-start', id);
    const stray = await this.source.stray();
    return stray && fault('not sealed', null, stray.kind, stray.rowId);
  }
}

function fault(
  found: Fault,
  seq: number | null,
  kind: AuditProblem['kind'],
  id: string | null,
): AuditProblem {
  return { fault: found, seq, kind, id };
}

function parsed(body: string | null): unknown {
  try {
    return JSON.parse(body ?? 'null');
  } catch {
    return null; // no JSON: as good as nothing
  }
}

/** Links of one kind, one behind the other. */
interface DeletedRun {
  first: number;
  count: number;
  of: SealKind;
}

/** Links whose rows or recordings were deleted by retention. */
class DeletedLinks {
  constructor(private readonly runs: readonly DeletedRun[]) {}

  static async of(links: AsyncIterable<SealLink>): Promise<DeletedLinks> {
    const runs: DeletedRun[] = [];
    for await (const { body, seq } of links) {
      // one that was altered counts for nothing; its place in the chain shows it
      const said = deletionBody.safeParse(parsed(body));
      if (!said.success) continue;
      // what is deleted was sealed before
      for (const [first, count] of said.data.runs)
        if (first + count <= seq) runs.push({ first, count, of: said.data.of });
    }
    return new DeletedLinks(runs.sort((one, other) => one.first - other.first));
  }

  has({ seq, kind }: Pick<SealLink, 'seq' | 'kind'>): boolean {
    let low = 0;
    let high = this.runs.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.runs[middle]?.first ?? 0) <= seq) low = middle + 1;
      else high = middle;
    }
    const run = this.runs[low - 1];
    return run !== undefined && seq < run.first + run.count && run.of === kind;
  }
}
