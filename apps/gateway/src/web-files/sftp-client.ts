import { ATTR, PacketReader, packetOf, SFTP, STATUS } from '../files/sftp-packets.js';
import { FileFailure } from './file-failure.js';
import { bytesOf, textOf } from './file-names.js';
import { patiently } from './patience.js';

/** What an asset tells of a file (draft-ietf-secsh-filexfer-02, section 5). */
export interface FileAttributes {
  size: number;
  /** Type and permissions as in `st_mode`; 0 when not told. */
  mode: number;
  modifiedAt: Date | null;
}

/** One entry of a folder. */
export interface FolderEntry extends FileAttributes {
  name: string;
  /** As `ls -l` shows it: permissions, links, owner, group… */
  longName: string;
}

interface Reply {
  type: number;
  reader: PacketReader;
}

interface Question {
  resolve(reply: Reply): void;
  reject(error: Error): void;
}

/** Renames over what is there, at once (OpenSSH's PROTOCOL, section 4.3). */
export const POSIX_RENAME = 'posix-rename@openssh.com';

/** Bytes of one read or write: what every server takes. */
const BLOCK = 32 * 1024;
/** Reads that are on their way at once. */
const AHEAD = 16;

/** Speaks SFTP version 3 as a client, over whatever carries its packets. */
export class SftpClient {
  private lastId = 0;
  private readonly questions = new Map<number, Question>();
  private lostBecause: string | null = null;

  constructor(private readonly send: (packet: Buffer) => void) {}

  /** A packet of the asset. */
  take(packet: Buffer): void {
    const reader = new PacketReader(packet);
    const type = reader.byte();
    const id = reader.uint32();
    const question = this.questions.get(id);
    this.questions.delete(id);
    question?.resolve({ type, reader });
  }

  /** Nothing comes any more. */
  lost(why: string): void {
    this.lostBecause = why;
    for (const question of this.questions.values()) question.reject(new FileFailure('ended', why));
    this.questions.clear();
  }

  /** The absolute form of a path. */
  async realPath(path: string): Promise<string> {
    const reader = await this.ask(SFTP.NAME, SFTP.REALPATH, path);
    reader.uint32();
    return textOf(reader.string());
  }

  /** Where a link leads, as it says. */
  async readLink(path: string): Promise<string> {
    const reader = await this.ask(SFTP.NAME, SFTP.READLINK, path);
    reader.uint32();
    return textOf(reader.string());
  }

  /** Attributes of what a path leads to. */
  async stat(path: string): Promise<FileAttributes> {
    return attributesOf(await this.ask(SFTP.ATTRS, SFTP.STAT, path));
  }

  /** Attributes of what stands at a path, a link itself. */
  async lstat(path: string): Promise<FileAttributes> {
    return attributesOf(await this.ask(SFTP.ATTRS, SFTP.LSTAT, path));
  }

  /** Entries of a folder in the order of the asset, at most `limit`. */
  async list(path: string, limit: number): Promise<FolderEntry[]> {
    const handle = (await this.ask(SFTP.HANDLE, SFTP.OPENDIR, path)).string();
    const entries: FolderEntry[] = [];
    try {
      while (entries.length < limit) {
        const reply = await this.question(SFTP.READDIR, handle);
        if (reply.type !== SFTP.NAME) {
          if (statusOf(reply) === STATUS.EOF) break;
          throw failureOf(reply);
        }
        entries.push(...entriesOf(reply.reader));
      }
    } finally {
      await this.question(SFTP.CLOSE, handle);
    }
    return entries.filter(({ name }) => name !== '.' && name !== '..').slice(0, limit);
  }

  /** Opens a file; one that is made gets `mode`, if given. Its handle is to be closed. */
  async open(path: string, flags: number, mode: number | null = null): Promise<Buffer> {
    const attributes = mode === null ? [0] : [ATTR.PERMISSIONS, mode];
    return (await this.ask(SFTP.HANDLE, SFTP.OPEN, path, flags, ...attributes)).string();
  }

  /** Attributes of an open file. */
  async statOpen(handle: Buffer): Promise<FileAttributes> {
    return attributesOf(await this.ask(SFTP.ATTRS, SFTP.FSTAT, handle));
  }

  async close(handle: Buffer): Promise<void> {
    await this.ask(SFTP.STATUS, SFTP.CLOSE, handle);
  }

  /** The bytes of an open file, in order; several reads are on their way at once. */
  async *read(handle: Buffer, from = 0): AsyncGenerator<Buffer, void> {
    const waiting: { offset: number; reply: Promise<Reply> }[] = [];
    let next = from;
    const askOn = (offset: number, length: number): { offset: number; reply: Promise<Reply> } => {
      const reply = this.question(SFTP.READ, handle, ...uint64(offset), length);
      reply.catch(() => undefined); // told when its turn comes
      return { offset, reply };
    };
    for (;;) {
      while (waiting.length < AHEAD) {
        waiting.push(askOn(next, BLOCK));
        next += BLOCK;
      }
      const first = waiting.shift();
      if (!first) return;
      const { type, reader } = await first.reply;
      if (type !== SFTP.DATA) {
        await Promise.allSettled(waiting.map(({ reply }) => reply));
        if (statusOf({ type, reader }) === STATUS.EOF) return;
        throw failureOf({ type, reader });
      }
      const data = reader.string();
      yield data;
      if (data.length === BLOCK) continue;
      // less than was asked for: what follows is asked for anew, as it may be the end or not
      await Promise.allSettled(waiting.splice(0).map(({ reply }) => reply));
      next = first.offset + data.length;
    }
  }

  /** Writes what comes from `source` to an open file; the asset's pace is that of the source. Each block is answered in time, or it fails. */
  async write(handle: Buffer, source: AsyncIterable<Buffer>, ahead: number): Promise<void> {
    const waiting: Promise<PacketReader>[] = [];
    let offset = 0;
    for await (const chunk of source) {
      for (let at = 0; at < chunk.length; at += BLOCK) {
        const block = chunk.subarray(at, at + BLOCK);
        const written = this.ask(SFTP.STATUS, SFTP.WRITE, handle, ...uint64(offset), block);
        written.catch(() => undefined); // told when its turn comes
        waiting.push(written);
        offset += block.length;
        const oldest = waiting.length >= ahead ? waiting.shift() : undefined;
        if (oldest) await patiently(oldest);
      }
    }
    for (const written of waiting) await patiently(written);
  }

  /** Moves a file over what is there, at once. For servers that say `posix-rename@openssh.com`. */
  async replace(path: string, newPath: string): Promise<void> {
    await this.ask(SFTP.STATUS, SFTP.EXTENDED, Buffer.from(POSIX_RENAME), path, newPath);
  }

  /** A request that is answered with a status: rename, remove, mkdir… */
  async change(type: number, ...fields: (number | string)[]): Promise<void> {
    await this.ask(SFTP.STATUS, type, ...fields);
  }

  /** @throws FileFailure when the answer is of another kind, or a status other than OK */
  private async ask(
    expected: number,
    type: number,
    ...fields: (number | string | Buffer)[]
  ): Promise<PacketReader> {
    const reply = await this.question(type, ...fields);
    if (reply.type !== expected) throw failureOf(reply);
    if (expected !== SFTP.STATUS) return reply.reader;
    const code = reply.reader.uint32();
    if (code !== STATUS.OK) throw failure(code, reply.reader);
    return reply.reader;
  }

  private question(type: number, ...fields: (number | string | Buffer)[]): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.lostBecause !== null) {
        reject(new FileFailure('ended', this.lostBecause));
        return;
      }
      this.lastId = (this.lastId + 1) >>> 0;
      this.questions.set(this.lastId, { resolve, reject });
      this.send(packetOf(type, this.lastId, ...fields.map(onTheWire)));
    });
  }
}

/** Text is a path, whose bytes may be no UTF-8. */
function onTheWire(field: number | string | Buffer): number | Buffer {
  return typeof field === 'string' ? bytesOf(field) : field;
}

function uint64(value: number): [number, number] {
  return [Math.floor(value / 2 ** 32), value % 2 ** 32];
}

function entriesOf(reader: PacketReader): FolderEntry[] {
  const count = reader.uint32();
  const entries: FolderEntry[] = [];
  while (entries.length < count && !reader.atEnd) {
    const name = textOf(reader.string());
    const longName = reader.string().toString();
    entries.push({ name, longName, ...attributesOf(reader) });
  }
  return entries;
}

function attributesOf(reader: PacketReader): FileAttributes {
  const flags = reader.uint32();
  const size = flags & 1 ? reader.uint64() : 0;
  if (flags & 2) reader.uint64(); // uid and gid
  const mode = flags & 4 ? reader.uint32() : 0;
  const modifiedAt = flags & 8 ? timesOf(reader) : null;
  const extensions = (flags & 0x80000000) !== 0 ? reader.uint32() : 0;
  for (let at = 0; at < extensions * 2; at++) reader.string();
  return { size, mode, modifiedAt };
}

/** Access and modification, in seconds. */
function timesOf(reader: PacketReader): Date {
  reader.uint32();
  return new Date(reader.uint32() * 1000);
}

function statusOf({ type, reader }: Reply): number | null {
  return type === SFTP.STATUS ? reader.uint32() : null;
}

function failureOf({ type, reader }: Reply): FileFailure {
  if (type !== SFTP.STATUS)
    return new FileFailure('ended', 'The asset answered with what was not asked for.');
  return failure(reader.uint32(), reader);
}

function failure(code: number, reader: PacketReader): FileFailure {
  const said = reader.atEnd ? '' : reader.string().toString();
  if (code === STATUS.NO_SUCH_FILE) return new FileFailure('no_such_file', said || 'No such file.');
  if (code === STATUS.PERMISSION_DENIED) return new FileFailure('denied', said || 'Permission denied.');
  if (code === STATUS.UNSUPPORTED)
    return new FileFailure('unsupported', said || 'The asset can not do that.');
  return new FileFailure('failed', said || 'The asset could not do that.');
}
