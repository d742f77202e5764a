import { pipeline, Readable } from 'node:stream';
import { crc32, createDeflateRaw } from 'node:zlib';

/** A file of an archive, whose content comes piece by piece. */
export interface ZipFile {
  name: string;
  content: AsyncIterable<string> | Iterable<string>;
}

interface WrittenFile {
  name: Buffer;
  crc: number;
  packed: number;
  unpacked: number;
  offset: number;
}

const VERSION = 20;
/** Sizes stand behind the content (bit 3); names are UTF-8 (bit 11). */
const FLAGS = 0x0808;
const DEFLATED = 8;
/** 1980-01-01, the earliest: when a file was made is told by its name. */
const DATE = 0x0021;
/** Fast: a sheet's XML shrinks to a tenth all the same. */
const LEVEL = 3;
const MAX_SIZE = 0xffff_ffff;

/** A ZIP archive (PKWARE APPNOTE 6.3) as it is made: no file is ever whole in memory. */
export async function* zip(files: Iterable<ZipFile>): AsyncGenerator<Buffer, void> {
  const written: WrittenFile[] = [];
  let offset = 0;
  for (const { name, content } of files) {
    const file: WrittenFile = { name: Buffer.from(name), crc: 0, packed: 0, unpacked: 0, offset };
    const head = localHeader(file);
    yield head;
    offset += head.length;
    for await (const chunk of packed(file, content)) {
      offset += chunk.length;
      yield chunk;
    }
    const sizes = descriptor(file);
    yield sizes;
    offset += sizes.length;
    if (offset > MAX_SIZE || file.unpacked > MAX_SIZE)
      throw new Error('an archive without ZIP64 ends at 4 GiB');
    written.push(file);
  }
  const directory = Buffer.concat(written.map(directoryEntry));
  yield directory;
  yield endOfDirectory(written.length, directory.length, offset);
}

/** The content compressed; counts and sums it up on the way. */
async function* packed(file: WrittenFile, content: ZipFile['content']): AsyncGenerator<Buffer, void> {
  const measured = async function* (): AsyncGenerator<Buffer, void> {
    for await (const piece of content) {
      const bytes = Buffer.from(piece);
      file.crc = crc32(bytes, file.crc);
      file.unpacked += bytes.length;
      yield bytes;
    }
  };
  const deflate = createDeflateRaw({ level: LEVEL });
  // a failure of the content comes out of `deflate` below
  pipeline(Readable.from(measured()), deflate, () => undefined);
  for await (const chunk of deflate) {
    if (!(chunk instanceof Buffer)) throw new TypeError('deflate gives bytes');
    file.packed += chunk.length;
    yield chunk;
  }
}

function localHeader({ name }: WrittenFile): Buffer {
  const head = Buffer.alloc(30);
  head.writeUInt32LE(0x04034b50, 0);
  head.writeUInt16LE(VERSION, 4);
  head.writeUInt16LE(FLAGS, 6);
  head.writeUInt16LE(DEFLATED, 8);
  head.writeUInt16LE(DATE, 12);
  head.writeUInt16LE(name.length, 26);
  return Buffer.concat([head, name]);
}

function descriptor({ crc, packed: size, unpacked }: WrittenFile): Buffer {
  const sizes = Buffer.alloc(16);
  sizes.writeUInt32LE(0x08074b50, 0);
  sizes.writeUInt32LE(crc, 4);
  sizes.writeUInt32LE(size, 8);
  sizes.writeUInt32LE(unpacked, 12);
  return sizes;
}

function directoryEntry({ name, crc, packed: size, unpacked, offset }: WrittenFile): Buffer {
  const entry = Buffer.alloc(46);
  entry.writeUInt32LE(0x02014b50, 0);
  entry.writeUInt16LE(VERSION, 4);
  entry.writeUInt16LE(VERSION, 6);
  entry.writeUInt16LE(FLAGS, 8);
  entry.writeUInt16LE(DEFLATED, 10);
  entry.writeUInt16LE(DATE, 14);
  entry.writeUInt32LE(crc, 16);
  entry.writeUInt32LE(size, 20);
  entry.writeUInt32LE(unpacked, 24);
  entry.writeUInt16LE(name.length, 28);
  entry.writeUInt32LE(offset, 42);
  return Buffer.concat([entry, name]);
}

function endOfDirectory(count: number, size: number, offset: number): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(count, 8);
  end.writeUInt16LE(count, 10);
  end.writeUInt32LE(size, 12);
  end.writeUInt32LE(offset, 16);
  return end;
}
