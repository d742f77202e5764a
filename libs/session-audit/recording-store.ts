import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join, normalize, sep } from 'node:path';
import { Transform, type Readable, type TransformCallback } from 'node:stream';
import { constants, createGunzip } from 'node:zlib';
import { NotFound, type SessionId } from '#libs/kernel';
import { RecordingWriter, type RecordingEvents, type RecordingHeader } from './recording-writer.js';

/** The recordings folder of this installation. */
export class RecordingStore {
  private readonly root: string;

  constructor(dataDir: string) {
    this.root = join(dataDir, 'recordings');
  }

  /** Where the recording of a session goes, below the recordings folder: one folder a day (UTC). */
  pathFor(sessionId: SessionId, startedAt: Date): string {
    const day = startedAt.toISOString().slice(0, 10).replaceAll('-', '/');
    return `${day}/${sessionId}.cast.gz`;
  }

  /** Begins a recording at a path of {@link pathFor}. @throws the file system's error. */
  create(path: string, header: RecordingHeader, events: RecordingEvents): Promise<RecordingWriter> {
    return RecordingWriter.create(this.resolve(path), header, events);
  }

  /**
   * The recording as asciicast v2 text. One whose gateway was killed, or that is still written,
   * ends with its last whole event.
   * @throws NotFound when the file isn't there (any more).
   */
  async open(path: string): Promise<Readable> {
    const file = this.resolve(path);
    await stat(file).catch(() => {
      throw new NotFound('recording');
    });
    // a cut last member gives what it has instead of an error
    const unpacked = createReadStream(file).pipe(createGunzip({ finishFlush: constants.Z_SYNC_FLUSH }));
    return unpacked.pipe(new WholeLines());
  }

  private resolve(path: string): string {
    const full = normalize(join(this.root, path));
    if (!full.startsWith(this.root + sep)) throw new NotFound('recording');
    return full;
  }
}

/** Passes on whole lines only. */
class WholeLines extends Transform {
  private rest: Buffer = Buffer.alloc(0);

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    const end = chunk.lastIndexOf(0x0a);
    if (end < 0) {
      this.rest = Buffer.concat([this.rest, chunk]);
      done();
      return;
    }
    const lines = Buffer.concat([this.rest, chunk.subarray(0, end + 1)]);
    this.rest = Buffer.from(chunk.subarray(end + 1));
    done(null, lines);
  }
}
