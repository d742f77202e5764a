import { performance } from 'node:perf_hooks';
import { StringDecoder } from 'node:string_decoder';
import { cutCharacter } from '#libs/contracts';
import { ReusedBytes } from '#libs/kernel';
import { RecordingFile, type GapListener } from './recording-file.js';
import { PendingSegment } from './pending-segment.js';

/** What was shown reaches the file at the latest after this time: a killed gateway loses no more. */
const FLUSH_MS = 1_000;
/** A segment is written early when this much output waits. */
const SEGMENT_BYTES = 512 * 1024;
/** More output than this waiting for the disk means that the session must wait too. */
const CONGESTED_BYTES = 4 * 1024 * 1024;
/** Output of one line of the file, at most; as JSON it may take six times as much. */
const LINE_BYTES = 16 * 1024;

/** First line of an asciicast v2. */
export interface RecordingHeader {
  columns: number;
  rows: number;
  startedAt: Date;
  title: string;
  /** TERM of the session. */
  terminal: string;
}

/** Places in the file where a segment begins are kept this far apart, and so far back, in bytes of output. */
const PLACE_EVERY_BYTES = 128 * 1024;
const PLACES_BACK_BYTES = 2 * 1024 * 1024;

const NOTHING = new Uint8Array(0);

/** A place in the file of a recording where lines begin. */
export interface RecordingPlace {
  /** Bytes of the file before it, whole gzip members. */
  offset: number;
  /** Bytes of output before it. */
  shown: number;
  /** The terminal there. */
  columns: number;
  rows: number;
}

/** How far a recording has come. */
export interface RecordingSoFar extends RecordingPlace {
  path: string;
  /** Where its output begins. */
  first: RecordingPlace;
  /** A place at most 2 MiB of output back, or the beginning of what is left of it. */
  recent: RecordingPlace;
  /** The first bytes of a character whose others are still to come; they are not in the file. */
  held: Uint8Array;
}

/** What becomes of a recording while it is written. */
export interface RecordingEvents {
  /** The disk failed; nothing more is written. */
  failed(error: Error): void;
  /** After `output` answered false: it may go on. */
  drained(): void;
}

/**
 * Writes one recording: asciicast v2 lines, gathered into segments, each an own gzip member (RFC 1952
 * section 2.2) appended to the file. All members together are one valid gzip file, and after a crash
 * everything up to the last whole member reads. docs/PROTOCOL.recording.md describes the format.
 */
export class RecordingWriter {
  private pending: PendingSegment | null = null;
  private writingBytes = 0;
  private readonly decoder = new StringDecoder('utf8');
  private readonly startedAt = performance.now();
  /** Up to here, in milliseconds, all that happened is with the file. */
  private flushedAt = 0;
  private timer: NodeJS.Timeout | null = null;
  private writing: Promise<void> = Promise.resolve();
  private failure: Error | null = null;
  private congested = false;
  private closed = false;
  /** Output with the file, and what the decoder holds of it. */
  private shown = 0;
  private held: Uint8Array = NOTHING;
  private first: RecordingPlace | null = null;
  private places: RecordingPlace[] = [];

  private constructor(
    private readonly path: string,
    private readonly file: RecordingFile,
    private readonly events: RecordingEvents,
    private size: { columns: number; rows: number },
  ) {}

  /**
   * Makes the file with its header.
   * @param gaps hears of a disk that fails; null: then it is the end of the recording
   * @throws the file system's error, unless gaps are heard: no folder, no space, no permission.
   */
  static async create(
    path: string,
    header: RecordingHeader,
    events: RecordingEvents,
    gaps: GapListener | null = null,
  ): Promise<RecordingWriter> {
    const file = await RecordingFile.create(path, Buffer.from(headerLine(header)), gaps);
    return new RecordingWriter(path, file, events, header);
  }

  /** Takes what was shown. False: wait for `drained` before more comes. */
  output(chunk: Buffer): boolean {
    if (this.closed || this.failure) return true;
    const at = performance.now() - this.startedAt;
    this.pending ??= new PendingSegment();
    this.pending.addOutput(at, chunk);
    if (this.pending.shown >= SEGMENT_BYTES) this.flush();
    else this.flushSoon();
    this.congested = this.waitingBytes > CONGESTED_BYTES;
    return !this.congested;
  }

  /** The terminal has a new size. */
  resize(columns: number, rows: number): void {
    this.mark(performance.now() - this.startedAt, 'r', `${columns}x${rows}`);
  }

  /** A note at this moment, shown on the player's time line. */
  marker(label: string): void {
    this.mark(performance.now() - this.startedAt, 'm', label);
  }

  /** Milliseconds of this recording at a moment given in milliseconds of the epoch. */
  offsetOf(moment: number): number {
    const ago = Date.now() - moment;
    return Math.max(0, Math.round(performance.now() - this.startedAt - ago));
  }

  /** A note at a moment that has just been, by {@link offsetOf}; what is with the file already stays before it. */
  markerAt(offset: number, label: string): void {
    this.mark(Math.max(offset, this.flushedAt), 'm', label);
  }

  /** Has all until now written, and tells how far that is. @throws the file system's error */
  soFar(): Promise<RecordingSoFar> {
    this.flush();
    return this.writing.then(() => {
      if (this.failure) throw this.failure;
      const here = this.here();
      const { path, held, first, places } = this;
      return { path, ...here, first: first ?? here, recent: places[0] ?? here, held };
    });
  }

  /** Writes what is left. Gives the size of the file in bytes. */
  async close(): Promise<number> {
    if (!this.closed) {
      this.flush();
      this.closed = true;
      await this.writing;
      await this.file.close();
    }
    return this.file.bytes;
  }

  private mark(at: number, code: 'r' | 'm', data: string): void {
    if (this.closed || this.failure) return;
    this.pending ??= new PendingSegment();
    this.pending.addMark(at, code, data);
    this.flushSoon();
  }

  private flushSoon(): void {
    this.timer ??= setTimeout(() => {
      this.flush();
    }, FLUSH_MS);
  }

  private flush(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    const { pending } = this;
    if (!pending) return;
    this.pending = null;
    this.flushedAt = pending.lastAt;
    this.writingBytes += pending.shown;
    this.writing = this.write(pending, this.writing);
  }

  private async write(segment: PendingSegment, before: Promise<void>): Promise<void> {
    await before;
    try {
      this.keepPlace();
      await this.append(segment);
    } catch (error) {
      this.fail(error);
    } finally {
      this.writingBytes -= segment.shown;
      segment.release();
      this.relieve();
    }
  }

  private relieve(): void {
    if (!this.congested || this.waitingBytes > CONGESTED_BYTES / 2) return;
    this.congested = false;
    this.events.drained();
  }

  /** Output that is not with the file yet. */
  private get waitingBytes(): number {
    return this.writingBytes + (this.pending?.shown ?? 0);
  }

  private here(): RecordingPlace {
    return { offset: this.file.bytes, shown: this.shown, ...this.size };
  }

  private keepPlace(): void {
    this.first ??= this.here();
    const last = this.places.at(-1);
    if (!last || this.shown - last.shown >= PLACE_EVERY_BYTES) this.places.push(this.here());
    const isFar = (place?: RecordingPlace): boolean =>
      place !== undefined && this.shown - place.shown > PLACES_BACK_BYTES;
    while (isFar(this.places[1])) this.places.shift();
  }

  /** Lines of a segment, made in small pieces: V8 keeps large strings until its next full collection. */
  private encode(segment: PendingSegment, lines: ReusedBytes): void {
    for (const event of segment.events()) {
      const seconds = secondsOf(event.at);
      const add = (data: string): void => {
        if (data !== '') lines.addLine(JSON.stringify([seconds, event.code, data]));
      };
      if (event.code === 'o') for (const piece of piecesOf(event.data)) add(this.decoder.write(piece));
      else add(event.data);
      if (event.code === 'r') this.size = sizeOf(event.data);
    }
    if (segment.shown === 0) return;
    this.shown += segment.shown;
    const cut = cutCharacter(Buffer.concat([this.held, segment.tail(3)]));
    this.held = cut.length > 0 ? Buffer.from(cut) : NOTHING;
  }

  private async append(segment: PendingSegment): Promise<void> {
    if (this.failure) return;
    const lines = new ReusedBytes();
    try {
      this.encode(segment, lines);
      const seconds = secondsOf(segment.firstAt);
      const at = new Date(Date.now() - Math.max(0, performance.now() - this.startedAt - segment.firstAt));
      await this.file.append({ lines: lines.view(), shown: segment.shown, seconds, at });
    } finally {
      lines.release();
    }
  }

  private fail(error: unknown): void {
    if (this.failure) return;
    this.failure = error instanceof Error ? error : new Error(String(error));
    this.events.failed(this.failure);
  }
}

function secondsOf(at: number): number {
  return Math.round(at * 1_000) / 1_000_000;
}

function sizeOf(data: string): { columns: number; rows: number } {
  const [columns = 0, rows = 0] = data.split('x').map(Number);
  return { columns, rows };
}

function* piecesOf(output: Buffer): Generator<Buffer> {
  for (let start = 0; start < output.length; start += LINE_BYTES)
    yield output.subarray(start, start + LINE_BYTES);
}

function headerLine(header: RecordingHeader): string {
  const fields = {
    version: 2,
    width: header.columns,
    height: header.rows,
    timestamp: Math.floor(header.startedAt.getTime() / 1_000),
    title: header.title,
    env: { TERM: header.terminal },
  };
  return `${JSON.stringify(fields)}\n`;
}
