import { createHash, type Hash } from 'node:crypto';
import type {
  DigestGap,
  FileChange,
  TransferDirection,
  TransferProtocol,
  TransferResult,
} from '#libs/contracts';
import type { GrantTerms } from '#libs/authorization';
import { newId, type FileTransferId, type SessionId } from '#libs/kernel';
import type { TransferJournal, TransferRecord } from '#libs/session-audit';

/** What all transfers of a session have in common. */
export interface TransferOrigin {
  terms: Readonly<GrantTerms>;
  sessionId: SessionId | null;
  sourceAddress: string;
  protocol: TransferProtocol;
  /** Command line, where the transfer is one. */
  command: string | null;
}

/** Where a file goes or comes from. */
export interface TransferSubject {
  direction: TransferDirection;
  path: string;
  /** See the column of the same name. */
  name?: string | null;
}

/** What is changed on an asset, and how. */
export interface ChangeSubject {
  change: FileChange;
  path: string;
  /** See the column of the same name. */
  target: string | null;
}

/** How something that was asked of an asset ends, once. */
export interface Ending {
  end(result: TransferResult, detail?: string | null): void;
}

/** Refusals of one session that are noted; who goes on trying tells nothing new. */
const MAX_REFUSALS = 1_000;

/** The transfers of one session: begins their records. */
export class TransferLog {
  private refusals = 0;

  constructor(
    private readonly origin: TransferOrigin,
    private readonly journal: Pick<TransferJournal, 'note'>,
    /** Where a file belongs that is written under another path first. */
    private readonly destinations: ReadonlyMap<string, string> = new Map(),
  ) {}

  /** A file begins to pass. */
  begin(subject: TransferSubject): Transfer {
    const { direction, name = null } = subject;
    const path = this.destinations.get(subject.path) ?? subject.path;
    const rest = { direction, path, name, change: null, target: null };
    return new Transfer({ ...this.opening(), ...rest }, this.journal);
  }

  /**
   * A change passes on to the asset; it ends with the asset's answer. What moves a file from where it was written to its
   * place is part of its upload, and a record of its own only where it fails.
   */
  change(subject: ChangeSubject): Ending {
    const isPlacing = this.destinations.has(subject.path) || this.destinations.has(subject.target ?? '');
    const opening: Opening = { ...this.opening(), ...subject, direction: 'change', name: null };
    return {
      end: (result, detail = null) => {
        if (isPlacing && result === 'complete') return;
        const nothing = { size: 0, sha256: null, digestGap: null };
        this.journal.note({ ...opening, ...nothing, result, detail, endedAt: new Date() });
      },
    };
  }

  /** Something was asked for that the rules don't allow. */
  refuse(subject: TransferSubject | ChangeSubject, detail: string): void {
    if (++this.refusals > MAX_REFUSALS) return;
    const refused = 'change' in subject ? this.change(subject) : this.begin(subject);
    refused.end('refused', detail);
  }

  private opening() {
    const { terms, ...rest } = this.origin;
    const { userId, username, assetId, assetName, systemUserId, systemUsername } = terms;
    const names = { userId, username, assetId, assetName, systemUserId, systemUsername };
    return { id: newId<FileTransferId>(), ...names, ...rest, startedAt: new Date() };
  }
}

type Opening = Omit<TransferRecord, 'size' | 'sha256' | 'digestGap' | 'result' | 'detail' | 'endedAt'>;

/** One file under way: counts and digests its bytes as they pass, until it is ended, once. */
export class Transfer implements Ending {
  /** Bytes that passed. */
  size = 0;
  private hash: Hash | null = createHash('sha256');
  private gap: DigestGap | null = null;
  private over = false;

  constructor(
    private readonly opening: Opening,
    private readonly journal: Pick<TransferJournal, 'note'>,
  ) {}

  /** The bytes so far are one run from the first on. */
  get inOrder(): boolean {
    return this.gap === null;
  }

  /** Bytes of the file, as they stand in it at `offset`. */
  take(offset: number, bytes: Buffer): void {
    if (offset !== this.size) this.spoil('out_of_order');
    this.size += bytes.length;
    this.hash?.update(bytes);
  }

  /** Bytes of a stream whose files are not visible. */
  count(bytes: number): void {
    this.size += bytes;
  }

  /** No digest can be given any more. */
  spoil(gap: DigestGap): void {
    this.gap ??= gap;
    this.hash = null;
  }

  /** Notes the record. A whole file that is complete has a digest, one that was cut off that of the bytes that passed. */
  end(result: TransferResult, detail: string | null = null, whole = false): void {
    if (this.over) return;
    this.over = true;
    if (result === 'cut_off' && this.size > 0) this.gap ??= 'partial';
    else if (result !== 'complete' || !whole) this.spoil('partial');
    this.journal.note({
      ...this.opening,
      size: this.size,
      sha256: this.hash?.digest('hex') ?? null,
      digestGap: result === 'refused' ? null : this.gap,
      result,
      detail,
      endedAt: new Date(),
    });
  }
}
