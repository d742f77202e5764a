import { hexHeader, SUBPACKET_END, ZFRAME } from '../files/zmodem-frames.js';
import { FrameWriter } from './frame-writer.js';
import { SentBytes } from './sent-bytes.js';
import { ZmodemEnd } from './zmodem-end.js';
import { MAX_FILE_BYTES, PATIENCE, type Patience } from './zmodem-limits.js';
import type { Said, ZmodemLine } from './zmodem-line.js';

/** A file to be sent. */
export interface SentFile {
  /** One step of a path. */
  name: string;
  /** null: not known before its end. */
  size: number | null;
  /** Its content from an offset on, of a file that can be read from anywhere: a receiver that has its begin goes on with it. */
  from?: (offset: number) => AsyncIterable<Buffer>;
}

/** Of content in a subpacket (section 7.4). */
const SUBPACKET = 1024;
/** Bytes on their way that the receiver has not acknowledged: they can be sent again. */
const WINDOW = 512 * 1024;
/** An acknowledgement is asked for each time so much was sent. */
const ASK_EVERY = 32 * 1024;
/** How long the source may give nothing before the receiver is shown that somebody is there. */
const STILL_THERE_MS = 5_000;
const MAX_ERRORS = 20;
/** Flag of ZFILE: bytes as they are. */
const BINARY = 0x01;
/** Flags of ZRINIT. */
const CAN_BOTH_WAYS = 0x01 | 0x02;
const CAN_WIDE_CRC = 0x20;
const ESCAPE_CONTROLS = 0x40;

/** The sending end of ZMODEM (sections 8.1 to 8.4), as `sz` is, from a source that is read once, or from where the receiver has it. */
export class ZmodemSender {
  private writer = new FrameWriter({ wideCrc: false, escapesControls: true });
  /** Bytes after which the receiver must answer before more is sent. */
  private window = WINDOW;
  private errors = 0;

  constructor(
    private readonly line: ZmodemLine,
    private readonly patience: Patience = PATIENCE,
  ) {}

  /** Calls the receiver and hears what it can. Terminal programs know this, and start theirs. @throws ZmodemEnd */
  async begin(): Promise<void> {
    const call = Buffer.concat([Buffer.from('rz\r'), hexHeader(ZFRAME.RQINIT)]);
    const answer = await this.ask(call, [ZFRAME.RINIT], this.patience.beginMs);
    const flags = answer.position >>> 24;
    const buffer = answer.position & 0xffff;
    this.writer = new FrameWriter({
      wideCrc: (flags & CAN_WIDE_CRC) !== 0,
      escapesControls: (flags & ESCAPE_CONTROLS) !== 0,
    });
    if (buffer > 0) this.window = Math.min(WINDOW, buffer);
    else if ((flags & CAN_BOTH_WAYS) !== CAN_BOTH_WAYS) this.window = SUBPACKET;
  }

  /** Sends one file; false: the receiver does not want it. @throws ZmodemEnd, and what `source` throws */
  async send({ name, size, from }: SentFile, source: AsyncIterable<Buffer>): Promise<boolean> {
    if (size !== null && size > MAX_FILE_BYTES) throw new ZmodemEnd('too_big');
    const told = Buffer.from(`${name}\0${size === null ? '' : `${size} 0 100644 0`}\0`);
    const offer = Buffer.concat([
      this.writer.header(ZFRAME.FILE, BINARY << 24),
      this.writer.subpacket(told, SUBPACKET_END.W),
    ]);
    const answer = await this.ask(offer, [ZFRAME.RPOS, ZFRAME.SKIP, ZFRAME.CRC], this.patience.silenceMs);
    if (answer.type === ZFRAME.SKIP) return false;
    // a sum of what the receiver has is not made: that would be to read it all
    if (answer.type === ZFRAME.CRC) throw new ZmodemEnd('no_resume');
    const { position } = answer;
    if (position === 0) return this.content(new SentBytes(source));
    if (!from || size === null || position > size) throw new ZmodemEnd('no_resume');
    return this.content(new SentBytes(from(position), position));
  }

  /** There are no more files. @throws ZmodemEnd */
  async finish(): Promise<void> {
    await this.ask(hexHeader(ZFRAME.FIN), [ZFRAME.FIN], this.patience.silenceMs);
    await this.line.send(Buffer.from('OO')); // over and out
  }

  private async content(bytes: SentBytes): Promise<boolean> {
    let at = bytes.base;
    let asked = at;
    let isOpen = false;
    for (;;) {
      while (this.line.hasHeard || at - bytes.base >= this.window) {
        const said = await this.line.next(this.patience.silenceMs);
        if (!said) throw new ZmodemEnd('silent');
        const turn = await this.heard(said, bytes);
        if (turn === 'skip') return false;
        if (turn === null) continue;
        at = asked = turn;
        if (isOpen) await this.put(Buffer.alloc(0), SUBPACKET_END.E);
        isOpen = false;
      }
      const piece = await bytes.at(at, Math.min(SUBPACKET, this.window - at + bytes.base), STILL_THERE_MS);
      if (!isOpen) await this.line.send(this.writer.header(ZFRAME.DATA, at));
      if (piece === 'end') {
        await this.put(Buffer.alloc(0), SUBPACKET_END.E);
        isOpen = false;
        const turn = await this.ended(at, bytes);
        if (typeof turn === 'boolean') return turn;
        at = asked = turn;
        continue;
      }
      // an empty one keeps the receiver from giving up
      const content = piece ?? Buffer.alloc(0);
      at += content.length;
      if (at > MAX_FILE_BYTES) throw new ZmodemEnd('too_big');
      const isFull = at - bytes.base >= this.window;
      const asks = piece === null || isFull || at - asked >= ASK_EVERY;
      if (asks) asked = at;
      isOpen = !(isFull && this.window < WINDOW);
      // a receiver with little room, or that can't hear while it works, is left alone after each frame
      const { G, Q, W } = SUBPACKET_END;
      await this.put(content, isOpen ? (asks ? Q : G) : W);
    }
  }

  private put(content: Buffer, end: number): Promise<void> {
    return this.line.send(this.writer.subpacket(content, end));
  }

  /** All was sent. True: it was taken; false: skipped; else from where it is to be sent again. */
  private async ended(size: number, bytes: SentBytes): Promise<boolean | number> {
    const eof = this.writer.header(ZFRAME.EOF, size);
    await this.line.send(eof);
    for (let silentMs = 0; silentMs < this.patience.silenceMs;) {
      const said = await this.line.next(this.patience.stepMs);
      if (!said) {
        silentMs += this.patience.stepMs;
        await this.line.send(eof);
        continue;
      }
      if (said.kind === 'header' && said.type === ZFRAME.RINIT) return true;
      const turn = await this.heard(said, bytes);
      if (turn !== null) return turn === 'skip' ? false : turn;
    }
    throw new ZmodemEnd('silent');
  }

  /** What the receiver says while a file goes: `skip`, from where it is to be sent again, or nothing to act on. */
  private async heard(said: Said, bytes: SentBytes): Promise<'skip' | number | null> {
    if (said.kind !== 'header') return null;
    const { type, position } = said;
    if (type === ZFRAME.ACK) {
      bytes.acknowledge(position);
      this.errors = 0;
    } else if (type === ZFRAME.SKIP) return 'skip';
    else if (type === ZFRAME.RPOS) {
      this.errors = position > bytes.base ? 0 : this.errors + 1;
      if (this.errors > MAX_ERRORS || !bytes.has(position)) throw new ZmodemEnd('broken');
      bytes.acknowledge(position);
      return position;
    } else await this.otherwise(type, position);
    return null;
  }

  /** Asks until one of these answers comes. */
  private async ask(
    question: Buffer,
    answers: readonly number[],
    patienceMs: number,
  ): Promise<{ type: number; position: number }> {
    await this.line.send(question);
    for (let silentMs = 0; silentMs < patienceMs;) {
      const said = await this.line.next(this.patience.stepMs);
      if (!said || (said.kind === 'header' && said.type === ZFRAME.NAK)) {
        silentMs += this.patience.stepMs;
        await this.line.send(question);
      } else if (said.kind === 'header') {
        if (answers.includes(said.type)) return said;
        await this.otherwise(said.type, said.position);
      }
    }
    throw new ZmodemEnd('silent');
  }

  private async otherwise(type: number, position: number): Promise<void> {
    if (type === ZFRAME.CHALLENGE) await this.line.send(hexHeader(ZFRAME.ACK, position));
    const isEnd = type === ZFRAME.CAN || type === ZFRAME.ABORT || type === ZFRAME.FERR || type === ZFRAME.FIN;
    if (isEnd) throw new ZmodemEnd('cancelled');
  }
}
