import { MalformedPacket } from './sftp-packets.js';

/** What becomes of a packet: it passes, it does not, or something else passes in its place. */
export type Verdict = 'pass' | 'drop' | Buffer;

/** What the owner of a splitter sees. */
export interface SplitterEvents {
  /** Bytes of a packet of this type, its length field included, that `head` wants to see at once. */
  headBytes(type: number): number;
  /** The begin of a packet, at most `headBytes`; `rest` bytes of it come later. */
  head(head: Buffer, rest: number): Verdict;
  /** More of the packet that was let pass last. */
  body(bytes: Buffer): void;
  /** The stream is between two packets: what passes here. */
  between?(): readonly Buffer[];
}

const NOTHING = Buffer.alloc(0);
const LENGTH_BYTES = 4;
/** Most heads fit. */
const FIRST_ROOM = 64;
/** OpenSSH takes packets up to 256 KiB; nobody sends more than some of these. */
const MAX_PACKET = 16 * 1024 * 1024;

/**
 * Cuts a stream of SFTP at its packets (uint32 length, type, …) without gathering them: what passes is given on
 * in the chunks in which it came, and no more than the head of a packet is ever held back.
 */
export class PacketSplitter {
  /** The begin of a packet whose head is not whole yet; the begin of `store`. */
  private held: Buffer = NOTHING;
  private store: Buffer = NOTHING;
  private bodyLeft = 0;
  private passing = false;
  private out: Buffer[] = [];
  private chunk: Buffer = NOTHING;
  /** Start of the part of the chunk that passes and isn't given yet; -1: none. */
  private run = -1;

  constructor(private readonly events: SplitterEvents) {}

  /** What passes before is whole packets. */
  get isBetween(): boolean {
    return this.bodyLeft === 0;
  }

  /** Takes the next bytes and gives what passes. @throws MalformedPacket */
  feed(chunk: Buffer): readonly Buffer[] {
    this.chunk = chunk;
    this.out = [];
    let at = 0;
    while (at < chunk.length) at = this.bodyLeft > 0 ? this.takeBody(at) : this.takeHead(at);
    this.endRun(chunk.length);
    return this.out;
  }

  private takeBody(at: number): number {
    const end = Math.min(this.chunk.length, at + this.bodyLeft);
    if (this.passing) {
      this.events.body(this.chunk.subarray(at, end));
      if (this.run < 0) this.run = at;
    }
    this.bodyLeft -= end - at;
    if (this.bodyLeft === 0) this.packetEnded(end);
    return end;
  }

  private takeHead(at: number): number {
    if (this.held.length > 0) return this.gather(at);
    const begin = this.chunk.subarray(at);
    const size = this.headSize(begin);
    if (begin.length < size) return this.gather(at);
    this.judge(begin.subarray(0, size), at, at + size);
    return at + size;
  }

  /** Holds bytes back until the head is whole. */
  private gather(at: number): number {
    this.endRun(at);
    let end = at;
    let missing = this.headSize(this.held) - this.held.length;
    while (missing > 0 && end < this.chunk.length) {
      const next = Math.min(this.chunk.length, end + missing);
      this.hold(this.chunk.subarray(end, next));
      end = next;
      missing = this.headSize(this.held) - this.held.length;
    }
    if (missing > 0) return end;
    const head = this.held;
    this.held = NOTHING;
    this.store = NOTHING;
    this.judge(head, -1, end);
    return end;
  }

  /** The room grows by doubling, so that a head that comes byte by byte costs no more than one that comes at once. */
  private hold(bytes: Buffer): void {
    const size = this.held.length + bytes.length;
    if (size > this.store.length) {
      this.store = Buffer.alloc(Math.max(FIRST_ROOM, size, this.store.length * 2));
      this.held.copy(this.store);
    }
    bytes.copy(this.store, this.held.length);
    this.held = this.store.subarray(0, size);
  }

  /** Bytes that the head has, as far as can be told from its begin. */
  private headSize(begin: Buffer): number {
    if (begin.length <= LENGTH_BYTES) return LENGTH_BYTES + 1;
    const length = begin.readUInt32BE(0);
    if (length < 1 || length > MAX_PACKET) throw new MalformedPacket(`a packet claims ${length} bytes`);
    return Math.min(LENGTH_BYTES + length, this.events.headBytes(begin.readUInt8(LENGTH_BYTES)));
  }

  /** @param at where the head begins in the chunk; -1: it was gathered */
  private judge(head: Buffer, at: number, end: number): void {
    this.bodyLeft = LENGTH_BYTES + head.readUInt32BE(0) - head.length;
    const verdict = this.events.head(head, this.bodyLeft);
    this.passing = verdict === 'pass';
    if (verdict === 'pass' && at >= 0) {
      if (this.run < 0) this.run = at;
    } else {
      if (at >= 0) this.endRun(at);
      if (verdict === 'pass') this.out.push(head);
      else if (verdict !== 'drop') this.out.push(verdict);
    }
    if (this.bodyLeft === 0) this.packetEnded(end);
  }

  private packetEnded(end: number): void {
    const between = this.events.between?.() ?? [];
    if (between.length === 0) return;
    this.endRun(end);
    this.out.push(...between);
  }

  private endRun(end: number): void {
    if (this.run >= 0 && end > this.run) this.out.push(this.chunk.subarray(this.run, end));
    this.run = -1;
  }
}
