import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { promisify } from 'node:util';
import { constants, gzip, gzipSync } from 'node:zlib';

const gzipElsewhere = promisify(gzip);

/** Lines up to this are compressed at once: that takes 15 to 45 µs, to hand them to another thread 100 and many objects. */
const AT_ONCE_BYTES = 4 * 1024;
/** With a window and tables as large as such lines need (zlib's manual, deflateInit2). */
const AT_ONCE = { level: constants.Z_BEST_SPEED, windowBits: 12, memLevel: 5, chunkSize: 1024 };
const ELSEWHERE = { level: constants.Z_BEST_SPEED, memLevel: 8 };

/** Output that is missing in a recording, as the disk failed: shown from then until then. */
export interface RecordingGap {
  from: Date;
  to: Date;
  /** Of output. */
  bytes: number;
  /** What the file system said first. */
  reason: string;
}

/** Hears of a disk that fails, where recording goes on as well as it can. */
export interface GapListener {
  began(error: Error): void;
  ended(gap: RecordingGap): void;
}

/** Lines of one segment. */
export interface Segment {
  lines: Buffer;
  /** Bytes of output in them. */
  shown: number;
  /** Their time in the recording, seconds. */
  seconds: number;
  /** The same as a moment. */
  at: Date;
}

/**
 * The file of one recording: segments, each an own gzip member. With a listener for gaps it leaves out what the disk doesn't
 * take, tries again with each segment, and a marker says what is missing; without one the disk's error is thrown.
 */
export class RecordingFile {
  /** Size of the file: whole segments. */
  bytes = 0;
  private file: FileHandle | null = null;
  private gap: Omit<RecordingGap, 'to'> | null = null;

  private constructor(
    private readonly path: string,
    private readonly header: Buffer,
    private readonly gaps: GapListener | null,
  ) {}

  /** Makes the file with its header line. @throws the file system's error, unless gaps are heard */
  static async create(path: string, header: Buffer, gaps: GapListener | null): Promise<RecordingFile> {
    const recording = new RecordingFile(path, header, gaps);
    try {
      await recording.make();
    } catch (error) {
      recording.leaveOut(error, 0, new Date());
    }
    return recording;
  }

  /** @throws the file system's error, unless gaps are heard */
  async append({ lines, shown, seconds, at }: Segment): Promise<void> {
    const { gap } = this;
    try {
      const file = this.file ?? (await this.make());
      await this.write(file, gap ? Buffer.concat([gapLine(gap, seconds), lines]) : lines);
    } catch (error) {
      this.leaveOut(error, shown, at);
      return;
    }
    if (gap) this.endGap(gap, at);
  }

  async close(): Promise<void> {
    if (this.gap) this.endGap(this.gap, new Date());
    await this.file?.close();
  }

  private async make(): Promise<FileHandle> {
    await mkdir(dirname(this.path), { recursive: true, mode: 0o700 });
    // each write goes to the end, also after a failed one was cut away
    const file = await open(this.path, this.gap ? 'a' : 'ax', 0o600);
    try {
      if (this.gap) await file.truncate(0);
      await this.write(file, this.header);
    } catch (error) {
      await file.close();
      throw error;
    }
    this.file = file;
    return file;
  }

  private async write(file: FileHandle, lines: Buffer): Promise<void> {
    const isSmall = lines.length <= AT_ONCE_BYTES;
    const segment = isSmall ? gzipSync(lines, AT_ONCE) : await gzipElsewhere(lines, ELSEWHERE);
    try {
      await file.appendFile(segment);
    } catch (error) {
      // a part of a member would spoil those that may follow
      if (this.gaps) await file.truncate(this.bytes).catch(() => undefined); // the disk's first failure is the one to tell
      throw error;
    }
    this.bytes += segment.length;
  }

  private leaveOut(thrown: unknown, shown: number, at: Date): void {
    if (!this.gaps) throw thrown;
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    if (!this.gap) {
      this.gap = { from: at, bytes: 0, reason: error.message };
      this.gaps.began(error);
    }
    this.gap.bytes += shown;
  }

  private endGap(gap: Omit<RecordingGap, 'to'>, to: Date): void {
    this.gap = null;
    this.gaps?.ended({ ...gap, to });
  }
}

function gapLine({ bytes, reason }: Omit<RecordingGap, 'to'>, seconds: number): Buffer {
  return Buffer.from(
    `${JSON.stringify([seconds, 'm', `${bytes} bytes of output are missing: ${reason}`])}\n`,
  );
}
