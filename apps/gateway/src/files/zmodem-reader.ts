import { crc32 } from 'node:zlib';
import {
  CANCELLING,
  crc16,
  FRAMES_WITH_DATA,
  HEADER_FORM,
  HEX_DIGITS,
  readHexHeader,
  SUBPACKET_END,
  ZDLE,
  ZPAD,
  type ZHeader,
} from './zmodem-frames.js';

/** What is read from one side's bytes. */
export interface ZmodemEvents {
  /** A header whose CRC is right. `start`: where it begins in the chunk that is fed, negative when in an earlier one. */
  header(header: ZHeader, start: number): void;
  /**
   * The content of one subpacket of the last header's frame, whose CRC is right; valid during the call. `end`: how it
   * ended, one of {@link SUBPACKET_END}.
   */
  data(bytes: Buffer, end: number): void;
  /** A header or subpacket was not whole, or its CRC is wrong. */
  lost?(): void;
  /** Five CANs in a row. */
  cancelled(): void;
}

type State = 'hunt' | 'form' | 'hex' | 'binary' | 'data' | 'crc';

/** Subpackets are at most 1 KiB by the description; lrzsz goes up to 8 KiB. */
const MAX_SUBPACKET = 32 * 1024;
const ESCAPED: Readonly<Record<number, number>> = { 0x6c: 0x7f, 0x6d: 0xff };

/**
 * Reads the ZMODEM frames in one direction, however they are cut into chunks. What is no frame, or has a wrong CRC, is
 * passed over, as a receiver does; memory is bounded by the largest subpacket.
 */
export class ZmodemReader {
  /** Bytes since the last whole header or subpacket that belong to neither. */
  strayBytes = 0;
  /** Headers and subpackets read so far. */
  frames = 0;
  private state: State = 'hunt';
  private pads = 0;
  private cans = 0;
  private isEscaped = false;
  private digits = '';
  private start = 0;
  /** Width of the frame's CRCs, in bytes. */
  private crcBytes = 2;
  private end = 0;
  private length = 0;
  private readonly field: number[] = [];
  private subpacket = Buffer.alloc(0);

  constructor(private readonly events: ZmodemEvents) {}

  /** No frame is under way. */
  get isBetweenFrames(): boolean {
    return this.state === 'hunt';
  }

  feed(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; at++) {
      if (this.state === 'data' && !this.isEscaped) at = this.takeRun(chunk, at);
      const byte = chunk[at];
      if (byte !== undefined) this.take(byte, at);
    }
    this.start -= chunk.length;
  }

  /** Copies bytes that stand for themselves; gives where the next that doesn't is. */
  private takeRun(chunk: Buffer, from: number): number {
    let to = from;
    for (; to < chunk.length; to++) {
      const byte = chunk[to] ?? 0;
      if (byte === ZDLE || isFlowControl(byte)) break;
    }
    if (to > from) this.append(chunk.subarray(from, to));
    return to;
  }

  private take(byte: number, at: number): void {
    this.cans = byte === ZDLE ? this.cans + 1 : 0;
    if (this.cans === CANCELLING) {
      this.state = 'hunt';
      this.events.cancelled();
      return;
    }
    if (this.state === 'hunt') this.hunt(byte, at);
    else if (this.state === 'form') this.takeForm(byte);
    else if (this.state === 'hex') this.takeDigit(byte);
    else this.takeEscaped(byte);
  }

  private hunt(byte: number, at: number): void {
    this.strayBytes++;
    if (byte === ZPAD) {
      if (this.pads++ === 0) this.start = at;
      return;
    }
    if (byte === ZDLE && this.pads > 0) this.state = 'form';
    this.pads = 0;
  }

  private takeForm(byte: number): void {
    this.field.length = 0;
    this.digits = '';
    this.isEscaped = false;
    this.crcBytes = byte === HEADER_FORM.BIN32 ? 4 : 2;
    if (byte === HEADER_FORM.HEX) this.state = 'hex';
    else this.state = byte === HEADER_FORM.BIN || byte === HEADER_FORM.BIN32 ? 'binary' : 'hunt';
  }

  private takeDigit(byte: number): void {
    this.digits += String.fromCharCode(byte & 0x7f);
    if (this.digits.length < HEX_DIGITS) return;
    const header = readHexHeader(this.digits);
    this.state = 'hunt';
    if (header) this.headerRead(header);
    else this.events.lost?.();
  }

  /** A byte of a binary header, of a subpacket or of its CRC. */
  private takeEscaped(byte: number): void {
    if (this.isEscaped) {
      this.isEscaped = byte === ZDLE; // CANs are counted
      if (!this.isEscaped) this.unescape(byte);
    } else if (byte === ZDLE) this.isEscaped = true;
    else if (!isFlowControl(byte)) this.plain(byte);
  }

  private unescape(byte: number): void {
    const stands = ESCAPED[byte] ?? ((byte & 0x60) === 0x40 ? byte ^ 0x40 : null);
    if (stands !== null) this.plain(stands);
    else if (this.state === 'data' && byte >= SUBPACKET_END.E && byte <= SUBPACKET_END.W) {
      this.end = byte;
      this.field.length = 0;
      this.state = 'crc';
    } else this.lose();
  }

  private plain(byte: number): void {
    if (this.state === 'data') {
      if (this.length === MAX_SUBPACKET) this.lose();
      else this.subpacket[this.length++] = byte;
      return;
    }
    this.field.push(byte);
    if (this.state === 'crc') {
      if (this.field.length === this.crcBytes) this.subpacketEnded();
    } else if (this.field.length === 5 + this.crcBytes) this.binaryHeaderEnded();
  }

  private binaryHeaderEnded(): void {
    const bytes = Buffer.from(this.field);
    const isRight = this.hasCrc(bytes.subarray(0, 5), bytes.subarray(5));
    this.state = 'hunt';
    if (isRight) this.headerRead({ type: bytes.readUInt8(0), position: bytes.readUInt32LE(1) });
    else this.events.lost?.();
  }

  private headerRead(header: ZHeader): void {
    this.strayBytes = 0;
    this.frames++;
    if (FRAMES_WITH_DATA.has(header.type)) this.expectData();
    this.events.header(header, this.start);
  }

  private expectData(): void {
    if (this.subpacket.length === 0) this.subpacket = Buffer.alloc(MAX_SUBPACKET);
    this.length = 0;
    this.isEscaped = false;
    this.state = 'data';
  }

  private append(bytes: Buffer): void {
    if (this.length + bytes.length > MAX_SUBPACKET) {
      this.strayBytes += bytes.length;
      this.lose();
    } else this.length += bytes.copy(this.subpacket, this.length);
  }

  private subpacketEnded(): void {
    const data = this.subpacket.subarray(0, this.length);
    const isRight = this.hasCrc(Buffer.concat([data, Buffer.from([this.end])]), Buffer.from(this.field));
    if (!isRight) {
      this.lose();
      return;
    }
    this.strayBytes = 0;
    this.frames++;
    if (this.end === SUBPACKET_END.E || this.end === SUBPACKET_END.W) this.state = 'hunt';
    else this.expectData();
    this.events.data(data, this.end);
  }

  private hasCrc(bytes: Buffer, crc: Buffer): boolean {
    return crc.length === 4 ? crc32(bytes) === crc.readUInt32LE() : crc16(bytes) === crc.readUInt16BE();
  }

  private lose(): void {
    this.strayBytes += this.length;
    this.state = 'hunt';
    this.pads = 0;
    this.events.lost?.();
  }
}

/** XON and XOFF, with or without parity: lines put them in, receivers leave them out. */
function isFlowControl(byte: number): boolean {
  return (byte & 0x7f) === 0x11 || (byte & 0x7f) === 0x13;
}
