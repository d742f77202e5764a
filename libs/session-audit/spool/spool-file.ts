import { open, rm, stat, type FileHandle } from 'node:fs/promises';

/** Lines of about so many bytes are read at once. */
const READ_BYTES = 1024 * 1024;
/** What the database has is cut away at the latest when it is this large. */
const CUT_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

/** Lines that were read. */
export interface SpoolPiece {
  lines: string[];
  bytes: number;
  /** Where from. */
  file: FileHandle;
}

/** The spool has no room for more. */
export class SpoolIsFull extends Error {
  constructor(maxBytes: number) {
    super(`the spool has reached its ${maxBytes} bytes`);
  }
}

/** An append-only file of lines, read from its beginning and cut when all of it is read. */
export class SpoolFile {
  /** Up to here the database has it. */
  private done = 0;
  private unsynced = false;
  /** Adding and cutting take turns. */
  private turn: Promise<unknown> = Promise.resolve();

  private constructor(
    readonly path: string,
    private file: FileHandle,
    /** Whole lines end here. */
    private size: number,
    private readonly maxBytes: number,
  ) {}

  /** Opens or makes it, for its owner's eyes only. @throws the file system's error */
  static async open(path: string, maxBytes: number): Promise<SpoolFile> {
    const file = await open(path, 'a+', 0o600);
    const { size } = await file.stat();
    return new SpoolFile(path, file, size, maxBytes);
  }

  /** Bytes that the database doesn't have yet. */
  get unread(): number {
    return this.size - this.done;
  }

  /**
   * Adds lines, all or none. When somebody took the file over meanwhile, as its owner seemed dead, they go to a new one:
   * then the answer is false, and what was in the old one is the other's.
   * @throws SpoolIsFull, the file system's error
   */
  append(lines: Buffer): Promise<boolean> {
    return this.inTurn(async () => {
      if (this.size + lines.length > this.maxBytes) throw new SpoolIsFull(this.maxBytes);
      await this.write(lines);
      if (await this.isInPlace()) return true;
      const taken = this.file;
      this.file = await open(this.path, 'a+', 0o600);
      this.size = (await this.file.stat()).size;
      this.done = 0;
      await taken.close();
      await this.write(lines);
      return false;
    });
  }

  /** The next lines that the database doesn't have. A cut last line is left out. */
  async read(): Promise<SpoolPiece> {
    const { file } = this;
    for (let want = READ_BYTES; ; want *= 2) {
      const length = Math.min(want, this.unread);
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, this.done);
      const bytes = buffer.subarray(0, bytesRead).lastIndexOf(NEWLINE) + 1;
      if (bytes > 0) return { lines: buffer.toString('utf8', 0, bytes - 1).split('\n'), bytes, file };
      if (length >= this.unread) return { lines: [], bytes: 0, file };
    }
  }

  /** The database has a piece. */
  advance({ bytes, file }: SpoolPiece): Promise<void> {
    return this.inTurn(async () => {
      if (file !== this.file) return;
      this.done += bytes;
      if (this.unread > 0 || this.size < CUT_BYTES) return;
      this.size = 0;
      this.done = 0;
      await this.file.truncate(0);
    });
  }

  /** Has what was added on the disk itself, also after a power cut. */
  async sync(): Promise<void> {
    if (!this.unsynced || this.unread === 0) return;
    this.unsynced = false;
    try {
      await this.file.datasync();
    } catch (error) {
      this.unsynced = true;
      throw error;
    }
  }

  /** Says that its owner lives. */
  async touch(now: Date): Promise<void> {
    if (await this.isInPlace()) await this.file.utimes(now, now);
  }

  /** Leaves it; one that has nothing more to give goes. */
  async close(isOver = this.unread === 0): Promise<void> {
    await this.turn;
    const goes = isOver && (await this.isInPlace());
    await this.file.close();
    if (goes) await rm(this.path, { force: true });
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.turn.then(work);
    this.turn = result.catch(() => undefined); // told to whoever asked
    return result;
  }

  private async write(lines: Buffer): Promise<void> {
    try {
      await this.file.appendFile(lines);
    } catch (error) {
      // half a line would join the next one
      await this.file.truncate(this.size).catch(() => undefined); // the disk's first failure is the one to tell
      throw error;
    }
    this.size += lines.length;
    this.unsynced = true;
  }

  private async isInPlace(): Promise<boolean> {
    const [own, there] = await Promise.all([this.file.stat(), stat(this.path).catch(() => null)]);
    return own.ino === there?.ino;
  }
}
