import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { copyFile, mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join, normalize, sep } from 'node:path';
import { Transform, type Readable, type TransformCallback } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { constants, createGunzip } from 'node:zlib';
import { NotFound, type SessionId } from '#libs/kernel';
import type { GapListener } from './recording-file.js';
import { RecordingWriter, type RecordingEvents, type RecordingHeader } from './recording-writer.js';

/** Files are read in pieces of this size to be hashed. */
const READ_BYTES = 1024 * 1024;

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

  /**
   * Begins a recording at a path of {@link pathFor}.
   * @param gaps hears of a disk that fails; null: then it is the end of the recording
   * @throws the file system's error, unless gaps are heard
   */
  create(
    path: string,
    header: RecordingHeader,
    events: RecordingEvents,
    gaps: GapListener | null = null,
  ): Promise<RecordingWriter> {
    return RecordingWriter.create(this.resolve(path), header, events, gaps);
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

  /** When the file was last written to; null: there is none. */
  async changedAt(path: string): Promise<Date | null> {
    const found = await stat(this.resolve(path)).catch(absent);
    return found?.mtime ?? null;
  }

  /** Size and SHA-256 (hexadecimal) of the file as it is stored; null: there is none. @throws the file system's error */
  async digest(path: string): Promise<{ bytes: number; sha256: string } | null> {
    const hash = createHash('sha256');
    let bytes = 0;
    const file = createReadStream(this.resolve(path), { highWaterMark: READ_BYTES });
    file.on('data', (chunk) => {
      bytes += chunk.length;
    });
    try {
      await pipeline(file, hash);
    } catch (error) {
      return absent(error);
    }
    return { bytes, sha256: hash.digest('hex') };
  }

  /** Copies the file as it is stored to a place outside. @throws the file system's error */
  async copyTo(path: string, target: string): Promise<void> {
    await mkdir(dirname(target), { recursive: true, mode: 0o700 });
    await copyFile(this.resolve(path), target);
  }

  /** Removes the file, which need not be there any more. */
  async remove(path: string): Promise<void> {
    await rm(this.resolve(path), { force: true });
  }

  private resolve(path: string): string {
    const full = normalize(join(this.root, path));
    if (!full.startsWith(this.root + sep)) throw new NotFound('recording');
    return full;
  }
}

/** null for a file that isn't there. @throws any other error */
function absent(error: unknown): null {
  if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
    return null;
  throw error;
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
