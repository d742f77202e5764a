import { crc32, inflateRawSync } from 'node:zlib';
import { SheetUnreadable } from './sheet.js';

/** Most bytes of one file of the archive and of all that are read, unpacked. */
const MAX_PART = 64 * 1024 * 1024;
const MAX_TOTAL = 128 * 1024 * 1024;
const MAX_ENTRIES = 1_000;

const END_SIGNATURE = 0x06054b50;
const ENTRY_SIGNATURE = 0x02014b50;
const LOCAL_SIGNATURE = 0x04034b50;
const END_BYTES = 22;
const ENTRY_BYTES = 46;
const LOCAL_BYTES = 30;
const MAX_COMMENT = 0xffff;
const STORED = 0;
const DEFLATED = 8;

interface Entry {
  encrypted: boolean;
  method: number;
  crc: number;
  packed: number;
  unpacked: number;
  offset: number;
}

/**
 * The files of a ZIP archive (PKWARE APPNOTE 6.3, without ZIP64), of which nobody knows what they are: a file is never
 * unpacked further than the size that it declares, and all of them together only up to a limit.
 */
export class ZipReader {
  private readonly entries: ReadonlyMap<string, Entry>;
  private left = MAX_TOTAL;

  /** @throws SheetUnreadable */
  constructor(private readonly bytes: Buffer) {
    this.entries = readDirectory(bytes);
  }

  has(name: string): boolean {
    return this.entries.has(name);
  }

  /** The unpacked file. @throws SheetUnreadable: it isn't there, is damaged, or larger than it says or may be */
  read(name: string): Buffer {
    const entry = this.entries.get(name);
    if (!entry) throw new SheetUnreadable('sheet_damaged');
    if (entry.encrypted) throw new SheetUnreadable('sheet_encrypted');
    if (entry.unpacked > MAX_PART || entry.unpacked > this.left) throw new SheetUnreadable('sheet_too_large');
    const content = unpack(this.packedBytes(entry), entry);
    if (content.length !== entry.unpacked || crc32(content) !== entry.crc)
      throw new SheetUnreadable('sheet_damaged');
    this.left -= content.length;
    return content;
  }

  private packedBytes({ offset, packed }: Entry): Buffer {
    const { bytes } = this;
    if (offset + LOCAL_BYTES > bytes.length || bytes.readUInt32LE(offset) !== LOCAL_SIGNATURE)
      throw new SheetUnreadable('sheet_damaged');
    const start = offset + LOCAL_BYTES + bytes.readUInt16LE(offset + 26) + bytes.readUInt16LE(offset + 28);
    if (start + packed > bytes.length) throw new SheetUnreadable('sheet_damaged');
    return bytes.subarray(start, start + packed);
  }
}

function unpack(packed: Buffer, { method, unpacked }: Entry): Buffer {
  if (method === STORED) return packed;
  if (method !== DEFLATED) throw new SheetUnreadable('sheet_damaged');
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, unpacked) });
  } catch {
    // no deflate stream, or one that goes on beyond the size it declared
    throw new SheetUnreadable('sheet_damaged');
  }
}

function readDirectory(bytes: Buffer): Map<string, Entry> {
  const end = findEnd(bytes);
  const count = bytes.readUInt16LE(end + 10);
  if (count > MAX_ENTRIES) throw new SheetUnreadable('sheet_too_large');
  const entries = new Map<string, Entry>();
  let at = bytes.readUInt32LE(end + 16);
  for (let index = 0; index < count; index++) {
    if (at + ENTRY_BYTES > bytes.length || bytes.readUInt32LE(at) !== ENTRY_SIGNATURE)
      throw new SheetUnreadable('sheet_damaged');
    const nameBytes = bytes.readUInt16LE(at + 28);
    const name = bytes.toString('utf8', at + ENTRY_BYTES, at + ENTRY_BYTES + nameBytes);
    entries.set(name.replaceAll('\\', '/'), readEntry(bytes, at));
    at += ENTRY_BYTES + nameBytes + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
  }
  return entries;
}

function readEntry(bytes: Buffer, at: number): Entry {
  return {
    encrypted: (bytes.readUInt16LE(at + 8) & 1) === 1,
    method: bytes.readUInt16LE(at + 10),
    crc: bytes.readUInt32LE(at + 16),
    packed: bytes.readUInt32LE(at + 20),
    unpacked: bytes.readUInt32LE(at + 24),
    offset: bytes.readUInt32LE(at + 42),
  };
}

function findEnd(bytes: Buffer): number {
  const first = Math.max(0, bytes.length - END_BYTES - MAX_COMMENT);
  for (let at = bytes.length - END_BYTES; at >= first; at--) {
    if (bytes.readUInt32LE(at) === END_SIGNATURE) return at;
  }
  throw new SheetUnreadable('sheet_damaged');
}
