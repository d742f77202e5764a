import { crc32 } from 'node:zlib';
import { crc16, HEADER_FORM, headerBytes, ZDLE, ZPAD } from '../files/zmodem-frames.js';

/** XON, XOFF, DLE and CR, which lines on the way take for themselves (section 7.2); ZDLE stands for them too. */
const TAKEN_BY_LINES = [ZDLE, 0x10, 0x11, 0x13, 0x0d];

/** What one receiver can take, from its ZRINIT. */
export interface WriterTerms {
  /** CRCs of 32 bits instead of 16. */
  wideCrc: boolean;
  /** Every control character is escaped. */
  escapesControls: boolean;
}

/** Writes binary headers and data subpackets as Chuck Forsberg's ZMODEM has them (sections 7.2 to 7.4). */
export class FrameWriter {
  private readonly escaped: Uint8Array;

  constructor(private readonly terms: WriterTerms) {
    this.escaped = Uint8Array.from({ length: 256 }, (_, byte) => {
      const plain = byte & 0x7f;
      const must = terms.escapesControls ? plain < 0x20 : TAKEN_BY_LINES.includes(plain);
      return must ? 1 : 0;
    });
  }

  header(type: number, position = 0): Buffer {
    const bytes = headerBytes({ type, position });
    const form = this.terms.wideCrc ? HEADER_FORM.BIN32 : HEADER_FORM.BIN;
    const body = this.escape(Buffer.concat([bytes, this.crcOf(bytes)]));
    return Buffer.concat([Buffer.from([ZPAD, ZDLE, form]), body]);
  }

  /** Content with its end, one of `SUBPACKET_END`, which the CRC covers too. */
  subpacket(content: Buffer, end: number): Buffer {
    const crc = this.crcOf(Buffer.concat([content, Buffer.from([end])]));
    return Buffer.concat([this.escape(content), Buffer.from([ZDLE, end]), this.escape(crc)]);
  }

  private crcOf(bytes: Buffer): Buffer {
    const crc = Buffer.alloc(this.terms.wideCrc ? 4 : 2);
    if (this.terms.wideCrc) crc.writeUInt32LE(crc32(bytes));
    else crc.writeUInt16BE(crc16(bytes));
    return crc;
  }

  private escape(bytes: Buffer): Buffer {
    const out = Buffer.allocUnsafe(bytes.length * 2);
    let length = 0;
    for (const byte of bytes) {
      if (this.escaped[byte]) {
        out[length++] = ZDLE;
        out[length++] = byte ^ 0x40;
      } else out[length++] = byte;
    }
    return out.subarray(0, length);
  }
}
