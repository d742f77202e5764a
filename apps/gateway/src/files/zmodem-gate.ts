import type { Action, TransferDirection } from '#libs/contracts';
import type { Gate } from './gate.js';
import type { Transfer, TransferLog } from './transfer.js';
import { CANCEL, ZFRAME, type ZHeader } from './zmodem-frames.js';
import { ZmodemReader } from './zmodem-reader.js';
import { ZmodemSignature } from './zmodem-signature.js';

/** Bytes of the sender that belong to no frame, after which nobody sends files any more. */
const MAX_STRAY_BYTES = 4 * 1024;
/** Both programs give up after about a minute without a frame. */
const MAX_SILENCE_MS = 60_000;
/** Of the text that describes a file. */
const MAX_NAME = 4_096;

/** A transfer that was begun with ZRQINIT or ZRINIT. */
interface Run {
  direction: TransferDirection;
  sender: ZmodemReader;
  receiver: ZmodemReader;
  /** The frame whose data comes. */
  frame: ZHeader | null;
  /** Offset of the next byte of data; the wire's own has only 32 bits. */
  offset: number;
  file: Transfer | null;
  /** The sender sent all of the file. */
  isSent: boolean;
  heardAt: number;
  /** Where in the chunk under way the sender's bytes must end, as they are not allowed. */
  cutAt: number | null;
}

/**
 * `rz` and `sz` inside a session: everything passes as it is, and each file is a record. Where the rules leave out the
 * direction, both ends are told to give up before a file's first byte passes. A shell that is no transfer costs one
 * search for a byte in each chunk of its output.
 */
export class ZmodemGate implements Gate {
  private answer: (bytes: Buffer) => void = () => undefined;
  private tellAsset: (bytes: Buffer) => void = () => undefined;
  private readonly signature = new ZmodemSignature();
  private run: Run | null = null;

  constructor(
    private readonly log: TransferLog,
    /** What the rules allow now; they may change while the session runs. */
    private readonly allowed: () => ReadonlySet<Action>,
    private readonly now: () => number = Date.now,
  ) {}

  connect(answer: (bytes: Buffer) => void, tellAsset: (bytes: Buffer) => void): void {
    this.answer = answer;
    this.tellAsset = tellAsset;
  }

  input(chunk: Buffer): readonly Buffer[] {
    const { run } = this;
    if (!run) return [chunk];
    return this.through(run, chunk, run.direction === 'upload');
  }

  output(chunk: Buffer): readonly Buffer[] {
    const { run } = this;
    if (run) {
      const passing = this.through(run, chunk, run.direction === 'download');
      // another transfer may begin where this one was left
      if (this.run !== null || run.cutAt !== null || passing.length === 0) return passing;
    }
    const found = this.signature.find(chunk);
    return found ? this.begin(found.header, found.from, chunk) : [chunk];
  }

  closed(): void {
    this.over('cut_off');
  }

  private begin(header: ZHeader, from: number, chunk: Buffer): readonly Buffer[] {
    const direction = header.type === ZFRAME.RQINIT ? 'download' : 'upload';
    if (!this.allowed().has(direction)) {
      this.refuse(direction, '');
      return [chunk.subarray(0, Math.max(0, from))];
    }
    const run: Run = {
      direction,
      sender: new ZmodemReader({
        header: (said, start) => {
          this.sent(run, said, start);
        },
        data: (bytes) => {
          this.took(run, bytes);
        },
        cancelled: () => {
          this.over('cut_off', 'cancelled');
        },
      }),
      receiver: new ZmodemReader({
        header: (said) => {
          this.answered(run, said);
        },
        data: () => undefined,
        cancelled: () => {
          this.over('cut_off', 'cancelled');
        },
      }),
      ...{ frame: null, offset: 0, file: null, isSent: false, heardAt: this.now(), cutAt: null },
    };
    this.run = run;
    return this.through(run, chunk.subarray(Math.max(0, from)), direction === 'download', [
      chunk.subarray(0, Math.max(0, from)),
    ]);
  }

  private through(run: Run, chunk: Buffer, bySender: boolean, before: Buffer[] = []): readonly Buffer[] {
    if (!this.allowed().has(run.direction)) {
      this.refuse(run.direction, '');
      return before;
    }
    const reader = bySender ? run.sender : run.receiver;
    const { frames } = reader;
    reader.feed(chunk);
    if (reader.frames > frames) run.heardAt = this.now();
    else if (run.sender.strayBytes > MAX_STRAY_BYTES || this.now() - run.heardAt > MAX_SILENCE_MS) {
      this.over('cut_off', 'the transfer was given up');
    }
    return [...before, run.cutAt === null ? chunk : chunk.subarray(0, run.cutAt)];
  }

  private sent(run: Run, header: ZHeader, start: number): void {
    if (this.run !== run) return;
    run.frame = header;
    if (header.type === ZFRAME.FILE) this.endFile(run, 'cut_off');
    else if (header.type === ZFRAME.DATA) this.goOn(run, header.position);
    else if (header.type === ZFRAME.EOF) {
      run.isSent = run.file !== null && header.position === run.offset % 2 ** 32;
    } else if (header.type === ZFRAME.RQINIT && run.file) this.endFile(run, 'cut_off');
    else if (header.type === ZFRAME.COMMAND) {
      // it would have the other end run a command: no receiver that is well set up does, and none gets to see it here
      run.cutAt = Math.max(0, start);
      this.giveUp('A command inside a file transfer is not passed on.');
    }
  }

  private took(run: Run, bytes: Buffer): void {
    if (this.run !== run) return;
    if (run.frame?.type === ZFRAME.FILE) {
      run.offset = 0;
      run.isSent = false;
      run.file = this.log.begin({ direction: run.direction, path: nameIn(bytes) });
    } else if (run.frame?.type === ZFRAME.DATA) {
      run.file?.take(run.offset, bytes);
      run.offset += bytes.length;
    }
  }

  /** The next byte stands here. A receiver that has a part already asks for the rest (section 8.2): then the digest is of no whole file. */
  private goOn(run: Run, position: number): void {
    run.offset = wide(position, run.offset);
    if (run.file && run.offset !== run.file.size) run.file.spoil('out_of_order');
  }

  private answered(run: Run, { type, position }: ZHeader): void {
    if (this.run !== run) return;
    // where all of it is there already, its end is the next that comes
    if (type === ZFRAME.RPOS && run.file?.size === 0) this.goOn(run, position);
    else if (type === ZFRAME.RINIT) {
      if (run.isSent) this.endFile(run, 'complete');
    } else if (type === ZFRAME.SKIP) this.endFile(run, 'failed', 'the receiver did not take it');
    else if (type === ZFRAME.FERR || type === ZFRAME.ABORT)
      this.endFile(run, 'failed', 'the receiver failed');
    else if (type === ZFRAME.FIN || type === ZFRAME.CAN) this.over('cut_off');
  }

  private endFile(run: Run, result: 'complete' | 'cut_off' | 'failed', detail: string | null = null): void {
    run.file?.end(result, detail, result === 'complete');
    run.file = null;
    run.isSent = false;
  }

  private over(result: 'cut_off', detail: string | null = null): void {
    if (this.run) this.endFile(this.run, result, detail);
    this.run = null;
  }

  private refuse(direction: TransferDirection, path: string): void {
    const missing = `the rules do not allow: ${direction}`;
    if (this.run?.file) this.over('cut_off', missing);
    else this.log.refuse({ direction, path }, missing);
    this.giveUp(`File transfer refused: ${missing}.`);
  }

  /** Both ends give up, and the person is told why. */
  private giveUp(why: string): void {
    this.over('cut_off', why);
    this.tellAsset(CANCEL);
    this.answer(Buffer.concat([CANCEL, Buffer.from(`\r\n${why}\r\n`)]));
  }
}

/** The offset that 32 bits stand for, next to where the file is. */
function wide(position: number, near: number): number {
  const wrapped = Math.floor(near / 2 ** 32) * 2 ** 32 + position;
  return near > 2 ** 32 && near - wrapped > 2 ** 31 ? wrapped + 2 ** 32 : wrapped;
}

/** A file's name as its sender gives it: before the first NUL. */
function nameIn(bytes: Buffer): string {
  const end = bytes.indexOf(0);
  return bytes.toString('utf8', 0, Math.min(end < 0 ? bytes.length : end, MAX_NAME));
}
