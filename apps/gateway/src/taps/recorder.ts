import type {
  GapListener,
  RecordingHeader,
  RecordingSoFar,
  RecordingStore,
  RecordingWriter,
} from '#libs/session-audit';
import type { Tap } from './tap.js';

/** Output without a terminal is kept up to this; beyond it is data, not something that was shown. */
export const MAX_RECORDED_WITHOUT_TERMINAL = 4 * 1024 * 1024;

/** What the recorder asks of its session. */
export interface RecorderOwner {
  /** The disk failed: no record, no session. */
  recordingFailed(error: Error): void;
  /** The disk failed, and the session goes on; null: it must not. */
  gaps: GapListener | null;
  relieved(): void;
}

/**
 * The recorder: everything that a terminal showed, or a gap that is told. A session without a terminal is recorded up to
 * {@link MAX_RECORDED_WITHOUT_TERMINAL} bytes; that more came, and how much, stands in the recording.
 */
export class Recorder implements Tap {
  private seen = 0;

  private constructor(
    private readonly writer: RecordingWriter,
    private readonly limit: number,
  ) {}

  /** @throws the file system's error, unless gaps are heard: without a recording there is no session. */
  static async start(
    store: RecordingStore,
    path: string,
    header: RecordingHeader,
    hasTerminal: boolean,
    owner: RecorderOwner,
  ): Promise<Recorder> {
    const events = {
      failed: (error: Error) => {
        owner.recordingFailed(error);
      },
      drained: () => {
        owner.relieved();
      },
    };
    const writer = await store.create(path, header, events, owner.gaps);
    return new Recorder(writer, hasTerminal ? Infinity : MAX_RECORDED_WITHOUT_TERMINAL);
  }

  /** A note on the time line: the command of a session that is one. */
  mark(label: string): void {
    this.writer.marker(label);
  }

  /** Milliseconds of the recording at a moment of the epoch. */
  offsetOf(moment: number): number {
    return this.writer.offsetOf(moment);
  }

  /** A note at such an offset. */
  markAt(offset: number, label: string): void {
    this.writer.markerAt(offset, label);
  }

  output(chunk: Buffer): boolean {
    const room = this.limit - this.seen;
    this.seen += chunk.length;
    if (room >= chunk.length) return this.writer.output(chunk);
    if (room <= 0) return true;
    this.writer.output(chunk.subarray(0, room));
    this.writer.marker(`output beyond ${this.limit} bytes is not recorded`);
    return true;
  }

  input(): void {
    // what is typed is not recorded: it holds passwords; what echoes is in the output
  }

  resized(columns: number, rows: number): void {
    this.writer.resize(columns, rows);
  }

  get shownBytes(): number {
    return this.seen;
  }

  /** Has all until now written, and tells how far that is. @throws the file system's error */
  soFar(): Promise<RecordingSoFar> {
    return this.writer.soFar();
  }

  /** Ends the recording. Gives its size on disk in bytes. */
  async close(): Promise<number> {
    if (this.seen > this.limit) this.writer.marker(`${this.seen} bytes of output in all`);
    return this.writer.close();
  }
}
