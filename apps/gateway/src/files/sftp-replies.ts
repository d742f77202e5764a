import { posix } from 'node:path';
import { MalformedPacket, ATTR, PacketReader, SFTP, STATUS } from './sftp-packets.js';
import { SftpFile } from './sftp-file.js';
import type { Ending, TransferLog } from './transfer.js';

/** A request that passed on and has no reply yet. */
export type Pending =
  | PendingOpen
  | { kind: 'read'; file: SftpFile; offset: number }
  | { kind: 'write'; file: SftpFile }
  | { kind: 'close'; file: SftpFile }
  | { kind: 'stat'; path: string; follows: boolean; since: number }
  | { kind: 'fstat'; file: SftpFile }
  | { kind: 'change'; change: Ending; resize?: { file: SftpFile; size: number } | null }
  | { kind: 'other' };

interface PendingOpen {
  kind: 'open';
  path: string;
  flags: number;
  writes: boolean;
  /** Something else writes to this path meanwhile. */
  isShared: boolean;
}

/** Of a file's mode: its type, and that of a regular file (draft-ietf-secsh-filexfer-02, section 5; stat(2)). */
const TYPE_BITS = 0o170000;
const REGULAR = 0o100000;
/** Requests without a reply at once; OpenSSH has 64, others some hundred. */
const MAX_PENDING = 4_096;
/** Files open at once: OpenSSH's server allows as many as the system does, mostly 1,024. */
const MAX_FILES = 2_048;
const MAX_KNOWN_SIZES = 64;

/** What the asset answers, held against what was asked: open files, their bytes, their ends. */
export class SftpReplies {
  private readonly pending = new Map<number, Pending>();
  private readonly files = new Map<string, SftpFile>();
  /** Sizes that the asset told of paths, for clients that never read up to the end. */
  private readonly sizes = new Map<string, number>();
  /** How often something may have changed: an answer to what was asked before the last time is old. */
  private changes = 0;
  private reading: { file: SftpFile; at: number; left: number } | null = null;

  constructor(private readonly log: TransferLog) {}

  /** Whether a request with this id waits for its reply. */
  isPending(id: number): boolean {
    return this.pending.has(id);
  }

  /** A request passes on. @throws MalformedPacket when too many wait */
  expect(id: number, request: Pending): void {
    if (this.pending.size >= MAX_PENDING) throw new MalformedPacket('too many requests at once');
    this.pending.set(id, request);
  }

  /** The file with this handle; undefined: a folder's, or none. */
  file(handle: Buffer): SftpFile | undefined {
    return this.files.get(handle.toString('latin1'));
  }

  /** The client gave the handle back; its file ends with the reply. */
  release(handle: Buffer): void {
    this.files.delete(handle.toString('latin1'));
  }

  get hasRoomForFile(): boolean {
    return this.files.size < MAX_FILES;
  }

  /** Something may have changed on the asset: what was told of sizes is old. */
  forgetSizes(): void {
    this.changes++;
    this.sizes.clear();
  }

  /** Attributes of a path are asked for; `follows`: of what a link there leads to. */
  expectSize(id: number, path: string, follows: boolean): void {
    this.expect(id, { kind: 'stat', path, follows, since: this.changes });
  }

  /** Something is to write to, or cut, what this path names: whether a handle does so too, which then is not alone. */
  share(path: string): boolean {
    const [name, { files, pending }] = [posix.normalize(path), this];
    const opened = [...files.values()].filter((file) => file.writes && posix.normalize(file.path) === name);
    const opening = [...pending.values()]
      .filter((request) => request.kind === 'open')
      .filter((request) => request.writes && posix.normalize(request.path) === name);
    for (const file of opened) file.altered();
    for (const request of opening) request.isShared = true;
    return opened.length + opening.length > 0;
  }

  /** The begin of a packet; `rest` bytes of it come later. @throws MalformedPacket */
  see(head: Buffer, rest: number): void {
    const packet = new PacketReader(head);
    const type = packet.byte();
    this.reading = null;
    if (type === SFTP.VERSION) {
      // others have other forms of requests, which the gate would misread
      if (packet.uint32() > 3) throw new MalformedPacket('the asset speaks a version of SFTP above 3');
      return;
    }
    const id = packet.uint32();
    const request = this.pending.get(id);
    if (!request) return;
    this.pending.delete(id);
    if (type === SFTP.STATUS) this.status(request, packet.uint32(), head, packet);
    else if (type === SFTP.HANDLE && request.kind === 'open') this.opened(request, packet.string());
    else if (type === SFTP.ATTRS) this.attributes(request, packet);
    else if (type === SFTP.DATA && request.kind === 'read') this.data(request, packet, head, rest);
  }

  /** More bytes of the packet seen last. */
  moreData(bytes: Buffer): void {
    const { reading } = this;
    if (!reading) return;
    const taken = bytes.subarray(0, Math.min(bytes.length, reading.left));
    if (taken.length > 0) reading.file.read(reading.at, taken);
    reading.at += taken.length;
    reading.left -= taken.length;
  }

  /** The session is over: what is still open or unanswered was cut off. */
  lost(): void {
    for (const request of this.pending.values()) {
      if (request.kind === 'close') request.file.lost('cut_off');
      else if (request.kind === 'open') this.make(request).lost('cut_off');
      else if (request.kind === 'change') request.change.end('cut_off');
    }
    for (const file of this.files.values()) file.lost('cut_off');
    this.pending.clear();
    this.files.clear();
  }

  private status(request: Pending, code: number, head: Buffer, packet: PacketReader): void {
    const message = code === STATUS.OK ? null : messageOf(head, packet, code);
    if (request.kind === 'open') this.make(request).lost('failed', message);
    else if (request.kind === 'close') request.file.closed(message);
    else if (request.kind === 'change') {
      request.change.end(message === null ? 'complete' : 'failed', message);
      if (message === null) request.resize?.file.resized(request.resize.size);
    } else if (request.kind === 'write' && message !== null) request.file.writeFailed(message);
    else if (request.kind === 'read' && code === STATUS.EOF) request.file.endSeenAt(request.offset);
  }

  private opened(request: PendingOpen, handle: Buffer): void {
    const name = handle.toString('latin1');
    // no honest asset gives the handle of an open file to another
    this.files.get(name)?.lost('cut_off');
    this.files.set(name, this.make(request));
  }

  private make({ path, flags, isShared }: PendingOpen): SftpFile {
    const file = new SftpFile(this.log, path, flags, this.sizes.get(path) ?? null);
    if (isShared) file.altered();
    return file;
  }

  private attributes(request: Pending, packet: PacketReader): void {
    const { size, isRegular } = sizeOf(packet);
    if (size === null) return;
    if (request.kind === 'fstat') request.file.size = size;
    if (request.kind !== 'stat' || request.since !== this.changes) return;
    // a link's own size is the length of the path that it holds
    if (!request.follows && !isRegular) return;
    this.sizes.delete(request.path);
    this.sizes.set(request.path, size);
    const [oldest] = this.sizes.keys();
    if (this.sizes.size > MAX_KNOWN_SIZES && oldest !== undefined) this.sizes.delete(oldest);
  }

  private data(
    { file, offset }: Extract<Pending, { kind: 'read' }>,
    packet: PacketReader,
    head: Buffer,
    rest: number,
  ): void {
    const length = packet.uint32();
    const start = packet.position;
    if (length > head.length - start + rest) throw new MalformedPacket('data goes beyond its packet');
    this.reading = { file, at: offset, left: length };
    this.moreData(head.subarray(start));
  }
}

/** Of file attributes: the size, where it stands there, and whether they are a regular file's. */
function sizeOf(packet: PacketReader): { size: number | null; isRegular: boolean } {
  const flags = packet.uint32();
  const size = (flags & ATTR.SIZE) === 0 ? null : packet.uint64();
  if (flags & ATTR.OWNER) packet.uint64();
  const mode = (flags & ATTR.PERMISSIONS) === 0 ? 0 : packet.uint32();
  return { size, isRegular: (mode & TYPE_BITS) === REGULAR };
}

/** What the asset said, else the code; the text may go beyond what is held of the packet. */
function messageOf(head: Buffer, packet: PacketReader, code: number): string {
  if (packet.position + 4 > head.length) return `status ${code}`;
  const length = packet.uint32();
  const text = head.subarray(packet.position, packet.position + Math.min(length, 200)).toString();
  return text === '' ? `status ${code}` : text;
}
