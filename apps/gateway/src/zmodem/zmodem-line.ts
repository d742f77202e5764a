import type { Readable, Writable } from 'node:stream';
import { CANCEL } from '../files/zmodem-frames.js';
import { ZmodemReader } from '../files/zmodem-reader.js';
import { ZmodemEnd, type ZmodemFault } from './zmodem-end.js';

/** What the other end said. */
export type Said =
  | { kind: 'header'; type: number; position: number }
  | { kind: 'data'; bytes: Buffer; end: number }
  /** Something was not whole, or its CRC is wrong. */
  | { kind: 'lost' };

const CTRL_C = 3;
/** Bytes that wait here before the other end is held back. */
const MAX_WAITING = 128 * 1024;
/** What a header counts as. */
const HEADER_BYTES = 32;

/** One end of a ZMODEM session over the user's terminal: frames in, bytes out, each at the pace of the other side. */
export class ZmodemLine {
  private readonly waiting: Said[] = [];
  private waitingBytes = 0;
  private end: ZmodemEnd | null = null;
  private heardAt = Date.now();
  private wake: () => void = () => undefined;
  private readonly reader = new ZmodemReader({
    header: ({ type, position }) => {
      this.say({ kind: 'header', type, position }, HEADER_BYTES);
    },
    data: (bytes, end) => {
      this.say({ kind: 'data', bytes: Buffer.from(bytes), end }, bytes.length + HEADER_BYTES);
    },
    lost: () => {
      this.say({ kind: 'lost' }, HEADER_BYTES);
    },
    cancelled: () => {
      this.fail('cancelled');
    },
  });

  constructor(
    private readonly input: Readable,
    private readonly output: Writable,
  ) {
    input.on('data', this.take).on('end', this.left).on('close', this.left);
    input.resume();
  }

  /** Something the other end said already waits here. */
  get hasHeard(): boolean {
    return this.waiting.length > 0 || this.end !== null;
  }

  /** What the other end said next; null: nothing within this time. @throws ZmodemEnd */
  async next(timeoutMs: number): Promise<Said | null> {
    if (!this.hasHeard) await this.untilWoken(timeoutMs);
    if (this.end) throw this.end;
    const said = this.waiting.shift();
    if (!said) return null;
    this.waitingBytes -= said.kind === 'data' ? said.bytes.length + HEADER_BYTES : HEADER_BYTES;
    if (this.waitingBytes < MAX_WAITING) this.input.resume();
    return said;
  }

  /** Sends; waits while the other end takes nothing. @throws ZmodemEnd */
  async send(bytes: Buffer): Promise<void> {
    if (this.end) throw this.end;
    if (!this.output.writable) throw new ZmodemEnd('gone');
    if (this.output.write(bytes)) return;
    await new Promise<void>((resolve) => {
      const goOn = (): void => {
        this.output.off('drain', goOn).off('close', goOn);
        this.wake = () => undefined;
        resolve();
      };
      this.output.on('drain', goOn).on('close', goOn);
      this.wake = () => {
        if (this.end) goOn();
      };
    });
  }

  /** Ends the session; whoever waits for it hears of it. */
  fail(fault: ZmodemFault): void {
    this.end ??= new ZmodemEnd(fault);
    this.wake();
  }

  /** Tells the other end to give up. */
  cancel(): void {
    if (this.output.writable) this.output.write(CANCEL);
  }

  /**
   * Hears no more of it once nothing came for a while: what of a file is still on its way must not be taken for keys.
   * False: it never became silent.
   */
  async close(quietMs: number, patienceMs: number): Promise<boolean> {
    this.end ??= new ZmodemEnd('cancelled');
    this.waiting.length = 0;
    this.heardAt = Date.now();
    const until = Date.now() + patienceMs;
    this.input.resume();
    while (!this.isOver && Date.now() < until) {
      const left = this.heardAt + quietMs - Date.now();
      if (left <= 0) break;
      await new Promise((resolve) => setTimeout(resolve, left));
    }
    this.input.off('data', this.take).off('end', this.left).off('close', this.left);
    this.input.pause();
    return this.isOver || Date.now() - this.heardAt >= quietMs;
  }

  private get isOver(): boolean {
    return this.input.destroyed || this.input.readableEnded;
  }

  private readonly take = (chunk: Buffer): void => {
    this.heardAt = Date.now();
    if (this.end) return;
    // a key of its own, or typed before the other end began: a file's own bytes come inside frames
    const isKey = chunk.length === 1 ? this.reader.isBetweenFrames : this.reader.frames === 0;
    if (isKey && chunk.includes(CTRL_C)) this.fail('cancelled');
    else this.reader.feed(chunk);
    if (this.waitingBytes >= MAX_WAITING) this.input.pause();
  };

  private readonly left = (): void => {
    this.fail('gone');
  };

  private say(said: Said, bytes: number): void {
    this.waiting.push(said);
    this.waitingBytes += bytes;
    this.wake();
  }

  private async untilWoken(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      timer = setTimeout(resolve, timeoutMs);
    });
    clearTimeout(timer);
    this.wake = () => undefined;
  }
}
