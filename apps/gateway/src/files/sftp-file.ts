import { ByteRanges } from './byte-ranges.js';
import { OPEN } from './sftp-packets.js';
import { useOf } from './sftp-rules.js';
import type { Transfer, TransferLog } from './transfer.js';

/** A file that the client holds open on the asset, and what passed of it each way. */
export class SftpFile {
  readonly reads: boolean;
  readonly writes: boolean;
  private readonly upload: Transfer | null;
  private download: Transfer | null;
  /** Begins empty, so that what is written in order is all of it. */
  private readonly isFresh: boolean;
  private readonly appends: boolean;
  /** The asset cut it to what was written: as scp, which opens without TRUNC, asks at its end. */
  private isCutToSize = false;
  private writeFailure: string | null = null;
  /** Lowest offset at which the asset said that the file ends. */
  private endAt = Infinity;
  private readonly bytesRead = new ByteRanges();

  constructor(
    private readonly log: TransferLog,
    readonly path: string,
    flags: number,
    /** As the asset told it, before or while the file was open. */
    public size: number | null,
  ) {
    const { reads, writes } = useOf(flags);
    this.reads = reads;
    this.writes = writes;
    this.appends = (flags & OPEN.APPEND) !== 0;
    // without CREAT, EXCL keeps nobody from opening what is there (open(2))
    const isNew = (flags & OPEN.EXCL) !== 0 && (flags & OPEN.CREAT) !== 0;
    this.isFresh = ((flags & OPEN.TRUNC) !== 0 || isNew) && !this.appends;
    this.upload = writes ? log.begin({ direction: 'upload', path }) : null;
    // what is appended stands behind what was there, whatever offset the client gives
    if (this.appends) this.altered();
    // who may read and write has read only when bytes came
    this.download = reads && !writes ? log.begin({ direction: 'download', path }) : null;
  }

  /** Bytes on their way to the asset. */
  written(offset: number, bytes: Buffer): void {
    this.isCutToSize = false;
    this.upload?.take(offset, bytes);
  }

  /** The asset did not take a write. */
  writeFailed(message: string): void {
    this.writeFailure ??= message;
  }

  /** The content is not, or no longer, only what passed here: cut, copied on the asset, written by another handle too. */
  altered(): void {
    this.upload?.spoil('partial');
  }

  /** The file is to be cut or stretched to this size. */
  resizing(size: number): void {
    if (size !== this.upload?.size) this.altered();
  }

  /** The asset did that: where it is what was written from the first byte on, nothing of an older content is left. */
  resized(size: number): void {
    this.isCutToSize = !this.appends && size === this.upload?.size;
  }

  /** Bytes that came from the asset. */
  read(offset: number, bytes: Buffer): void {
    this.download ??= this.log.begin({ direction: 'download', path: this.path });
    this.bytesRead.add(offset, offset + bytes.length);
    this.download.take(offset, bytes);
  }

  /** The asset has no byte at this offset. */
  endSeenAt(offset: number): void {
    this.endAt = Math.min(this.endAt, offset);
  }

  /** The asset answered to CLOSE. */
  closed(failure: string | null): void {
    const failed = this.writeFailure ?? failure;
    if (failed === null) this.upload?.end('complete', null, this.isFresh || this.isCutToSize);
    else this.upload?.end('failed', failed);
    const inOrder = this.download?.inOrder ?? true;
    const read = this.download?.size ?? 0;
    const isWhole = inOrder && (this.endAt === read || this.size === read);
    const isThrough = isWhole || (!inOrder && this.isReadToEnd);
    this.download?.end(isThrough ? 'complete' : 'cut_off', null, isWhole);
  }

  /** Opening failed, or the session is over. */
  lost(result: 'cut_off' | 'failed', detail: string | null = null): void {
    this.upload?.end(result, detail);
    this.download?.end(result, detail);
  }

  /** From somewhere in it without a hole: who has the begin of a file already goes on from there. */
  private get isReadToEnd(): boolean {
    const { run } = this.bytesRead;
    return run !== null && (this.endAt <= run.to || (this.size !== null && this.size <= run.to));
  }
}
