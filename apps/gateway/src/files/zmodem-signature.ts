import { HEADER_FORM, HEX_DIGITS, readHexHeader, ZDLE, ZFRAME, ZPAD, type ZHeader } from './zmodem-frames.js';

const BEGIN = Buffer.from([ZDLE, HEADER_FORM.HEX, 0x30]);
const LENGTH = 2 + HEX_DIGITS;

/** The header that begins a transfer, and where it stands in the chunk; `from` is negative when it began earlier. */
export interface Signature {
  header: ZHeader;
  from: number;
  to: number;
}

/**
 * Looks for what begins a ZMODEM transfer in an asset's output: ZRQINIT of `sz`, ZRINIT of `rz`, always written in
 * hexadecimal. Output without it costs one search for its first byte.
 */
export class ZmodemSignature {
  /** The end of what came, when a header may have begun in it. */
  private tail: Buffer | null = null;

  find(chunk: Buffer): Signature | null {
    const before = this.tail?.length ?? 0;
    const bytes = this.tail ? Buffer.concat([this.tail, chunk]) : chunk;
    this.tail = null;
    for (let at = bytes.indexOf(BEGIN); at >= 0; at = bytes.indexOf(BEGIN, at + 1)) {
      if (at + LENGTH > bytes.length) break;
      const header = readHexHeader(bytes.toString('latin1', at + 2, at + LENGTH));
      if (header?.type !== ZFRAME.RQINIT && header?.type !== ZFRAME.RINIT) continue;
      let from = at;
      while (from > 0 && bytes[from - 1] === ZPAD) from--;
      return { header, from: from - before, to: at + LENGTH - before };
    }
    this.keepTail(bytes);
    return null;
  }

  private keepTail(bytes: Buffer): void {
    const last = bytes.subarray(Math.max(0, bytes.length - LENGTH + 1));
    const at = last.lastIndexOf(ZDLE);
    if (at < 0) return;
    const begin = last.subarray(at, at + BEGIN.length);
    if (BEGIN.subarray(0, begin.length).equals(begin)) this.tail = Buffer.from(last.subarray(at));
  }
}
