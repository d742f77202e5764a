import { hexHeader, SUBPACKET_END, ZFRAME } from '../files/zmodem-frames.js';
import { textOf } from '../web-files/file-names.js';
import { ZmodemEnd } from './zmodem-end.js';
import { MAX_FILE_BYTES, PATIENCE, type Patience } from './zmodem-limits.js';
import type { Said, ZmodemLine } from './zmodem-line.js';

/** A file that the sender offers. */
export interface OfferedFile {
  /** As the sender gives it, bytes that are no UTF-8 as `textOf` has them: it may be anything. */
  name: string;
  /** null: the sender does not say. */
  size: number | null;
}

/** Does something with an offered file. Who leaves its bytes before their end, or takes none, has it skipped. */
export type FileTaker = (file: OfferedFile, bytes: AsyncIterable<Buffer>) => Promise<void>;

/** Flags of ZRINIT: full duplex, input while it writes, CRC-32, and every control character is to be escaped. */
const ABILITIES = 0x01 | 0x02 | 0x20 | 0x40;
/** Errors in a row, without a byte that came through. */
const MAX_ERRORS = 20;
const MAX_NAME = 4_096;
/** Bytes that are passed on at once, where so much has come. */
const PIECE = 32 * 1024;

/**
 * The receiving end of ZMODEM (sections 8.1 to 8.4), as `rz` is. That all control characters are escaped keeps OpenSSH's
 * own client from finding its escape character at the beginning of a line in a file. Terminal programs know its
 * beginning, and start their sender.
 */
export class ZmodemReceiver {
  private reply = hexHeader(ZFRAME.RINIT, ABILITIES << 24);
  private errors = 0;
  private silentMs = 0;
  private hasBegun = false;

  constructor(
    private readonly line: ZmodemLine,
    private readonly patience: Patience = PATIENCE,
  ) {}

  /** Takes files until the sender has no more. @throws ZmodemEnd, and what `take` throws: then the line is to be cancelled */
  async receive(take: FileTaker): Promise<void> {
    await this.line.send(Buffer.from('rz waiting to receive.'));
    const ready = this.reply;
    for (;;) {
      const file = await this.offered();
      if (!file) return;
      const outcome = { isWhole: false };
      const bytes = this.content(outcome);
      await take(file, bytes);
      await bytes.return();
      this.reply = outcome.isWhole ? ready : hexHeader(ZFRAME.SKIP);
    }
  }

  /** Answers until a file is offered; null: there are no more. */
  private async offered(): Promise<OfferedFile | null> {
    await this.line.send(this.reply);
    let frame: number | null = null;
    for (;;) {
      const said = await this.hear();
      if (said.kind === 'data') {
        if (frame === ZFRAME.FILE) return readOffer(said.bytes);
        if (frame === ZFRAME.SINIT) await this.line.send(hexHeader(ZFRAME.ACK, 1));
        continue;
      }
      frame = said.kind === 'header' ? said.type : null;
      if (said.kind === 'lost') await this.failed(hexHeader(ZFRAME.NAK));
      else if (said.type === ZFRAME.FIN) {
        await this.line.send(hexHeader(ZFRAME.FIN));
        return null;
      } else await this.answer(said.type, said.position);
    }
  }

  private async answer(type: number, position: number): Promise<void> {
    if (type === ZFRAME.RQINIT || type === ZFRAME.NAK) await this.line.send(this.reply);
    else if (type === ZFRAME.CHALLENGE) await this.line.send(hexHeader(ZFRAME.ACK, position));
    else if (type === ZFRAME.FREECNT) await this.line.send(hexHeader(ZFRAME.ACK, MAX_FILE_BYTES));
    else endsWith(type);
  }

  /** The bytes of the file that was offered, in order. */
  private async *content(outcome: { isWhole: boolean }): AsyncGenerator<Buffer, void> {
    let received = 0;
    let frame: number | null = null;
    let isRight = false;
    const held: Buffer[] = [];
    let heldBytes = 0;
    const release = (): Buffer => {
      heldBytes = 0;
      return Buffer.concat(held.splice(0));
    };
    const ask = (): Buffer => (this.reply = hexHeader(ZFRAME.RPOS, received));
    await this.line.send(ask());
    for (;;) {
      const said = await this.hear();
      const isContent = said.kind === 'data' && frame === ZFRAME.DATA;
      if (!isContent && heldBytes > 0) yield release();
      if (isContent) {
        if (!isRight) continue;
        received += said.bytes.length;
        if (received > MAX_FILE_BYTES) throw new ZmodemEnd('too_big');
        this.errors = 0;
        ask();
        held.push(said.bytes);
        heldBytes += said.bytes.length;
        // what has come already goes on in one piece: each costs the assets a request
        const goesOn = this.line.hasHeard && said.end === SUBPACKET_END.G && heldBytes < PIECE;
        if (!goesOn && heldBytes > 0) yield release();
        await this.acknowledge(said.end, received);
      } else if (said.kind === 'data') {
        if (frame === ZFRAME.FILE) await this.line.send(ask()); // it was offered twice
      } else if (said.kind === 'lost') {
        isRight = false;
        await this.failed(ask());
      } else {
        frame = said.type;
        if (frame === ZFRAME.EOF && said.position === received) {
          outcome.isWhole = true;
          return;
        }
        if (frame === ZFRAME.DATA) {
          isRight = said.position === received;
          if (!isRight) await this.failed(ask());
        } else if (frame === ZFRAME.NAK) await this.line.send(ask());
        else if (frame === ZFRAME.RQINIT || frame === ZFRAME.FIN) throw new ZmodemEnd('broken');
        else endsWith(frame);
      }
    }
  }

  private async acknowledge(end: number, received: number): Promise<void> {
    if (end === SUBPACKET_END.Q || end === SUBPACKET_END.W)
      await this.line.send(hexHeader(ZFRAME.ACK, received));
  }

  /** Something went wrong: asks for it again. */
  private async failed(reply: Buffer): Promise<void> {
    if (++this.errors > MAX_ERRORS) throw new ZmodemEnd('broken');
    await this.line.send(reply);
  }

  /** What comes next; in silence the last answer is given again, for it may have been lost. */
  private async hear(): Promise<Said> {
    const { stepMs, beginMs, silenceMs } = this.patience;
    for (;;) {
      const said = await this.line.next(stepMs);
      if (said) {
        this.hasBegun = true;
        this.silentMs = 0;
        return said;
      }
      this.silentMs += stepMs;
      if (this.silentMs >= (this.hasBegun ? silenceMs : beginMs)) throw new ZmodemEnd('silent');
      await this.line.send(this.reply);
    }
  }
}

/** @throws ZmodemEnd when a frame ends the session; a sender's command is never run (section 8.4) */
function endsWith(type: number): void {
  if (type === ZFRAME.COMMAND) throw new ZmodemEnd('broken');
  if (type === ZFRAME.CAN || type === ZFRAME.ABORT || type === ZFRAME.FERR) throw new ZmodemEnd('cancelled');
}

/** `name NUL length and more NUL` (section 13). */
function readOffer(bytes: Buffer): OfferedFile {
  const end = bytes.indexOf(0);
  const name = textOf(bytes.subarray(0, Math.min(end < 0 ? bytes.length : end, MAX_NAME)));
  const [, digits] = /^(\d{1,15})(?: |\0|$)/.exec(end < 0 ? '' : bytes.toString('latin1', end + 1)) ?? [];
  return { name, size: digits === undefined ? null : Number(digits) };
}
