import type { Exit } from '../session/downstream.js';
import type { Gate } from './gate.js';
import { scpSubject } from './scp-paths.js';
import type { TransferCommand } from './transfer-command.js';
import type { Transfer, TransferLog } from './transfer.js';

/** What the sending side is about to send. */
type State =
  | 'line' // C, D, E, T or an error, up to a newline
  | 'asked' // a line was sent: the receiver's word is awaited
  | 'data' // bytes of a file
  | 'status' // the sender's own word on the file
  | 'verdict' // the receiver's word on the file is awaited
  | 'lost'; // what passes can't be told any more

/** Lines hold a name of at most 255 bytes, errors a path of 4 KiB. */
const MAX_LINE = 16 * 1024;
/** What a sender may send before the receiver's word; scp itself waits. */
const MAX_AHEAD = 64 * 1024;
const OK = 0;
const NEWLINE = 0x0a;
const FILE_LINE = /^C[0-7]{4,5} (\d{1,16}) ([^/]+)$/s;
const FOLDER_LINE = /^D[0-7]{4,5} \d{1,16} ([^/]+)$/s;

/**
 * The protocol of `scp -t` and `scp -f` (scp.c of OpenSSH): the sender's lines and bytes one way, the receiver's words
 * the other. Everything passes as it is; what is seen makes a record for each file.
 */
export class ScpGate implements Gate {
  private state: State = 'line';
  private line: Buffer = Buffer.alloc(0);
  private ahead: Buffer = Buffer.alloc(0);
  /** The receiver's word comes first: it is ready. */
  private isGreeted = false;
  private word: Buffer = Buffer.alloc(0);
  private folders: string[] = [];
  private file: { transfer: Transfer; left: number } | null = null;
  private senderError: string | null = null;

  constructor(
    private readonly log: TransferLog,
    private readonly command: TransferCommand,
  ) {}

  connect(): void {
    // it never answers by itself
  }

  input(chunk: Buffer): readonly Buffer[] {
    this.see(chunk, this.command.direction === 'upload');
    return [chunk];
  }

  output(chunk: Buffer): readonly Buffer[] {
    this.see(chunk, this.command.direction === 'download');
    return [chunk];
  }

  closed(exit: Exit): void {
    this.file?.transfer.end('cut_off');
    this.file = null;
    if (this.state !== 'lost') return;
    const { direction, paths } = this.command;
    const transfer = this.log.begin({ direction, path: paths.join(' ') });
    transfer.spoil('not_visible');
    transfer.end(exit && 'status' in exit && exit.status === 0 ? 'complete' : 'cut_off');
  }

  private see(chunk: Buffer, bySender: boolean): void {
    if (this.state === 'lost') return;
    if (bySender) this.sent(chunk);
    else this.said(chunk);
  }

  private sent(chunk: Buffer): void {
    let at = 0;
    while (at < chunk.length) {
      if (this.state === 'asked' || this.state === 'verdict') {
        this.ahead = Buffer.concat([this.ahead, chunk.subarray(at)]);
        if (this.ahead.length > MAX_AHEAD) this.loseTrack();
        return;
      }
      if (this.state === 'lost') return;
      at = this.state === 'data' ? this.takeData(chunk, at) : this.takeLine(chunk, at);
    }
  }

  private takeData(chunk: Buffer, at: number): number {
    const { file } = this;
    if (!file) return chunk.length;
    const end = Math.min(chunk.length, at + file.left);
    file.transfer.take(file.transfer.size, chunk.subarray(at, end));
    file.left -= end - at;
    if (file.left === 0) this.state = 'status';
    return end;
  }

  /** A line, or the one byte that says that a file was read whole. */
  private takeLine(chunk: Buffer, at: number): number {
    if (this.state === 'status' && this.line.length === 0 && chunk[at] === OK) {
      this.state = 'verdict';
      return at + 1;
    }
    const newline = chunk.indexOf(NEWLINE, at);
    const end = newline < 0 ? chunk.length : newline;
    this.line = Buffer.concat([this.line, chunk.subarray(at, end)]);
    if (this.line.length > MAX_LINE) this.loseTrack();
    else if (newline >= 0) this.lineEnded();
    return newline < 0 ? end : newline + 1;
  }

  private lineEnded(): void {
    const text = this.line.toString();
    this.line = Buffer.alloc(0);
    if (this.state === 'status') {
      // \x01 and \x02 begin an error: the bytes were padding from some point on
      this.senderError = text.slice(1);
      this.state = 'verdict';
    } else if (text.startsWith('\x01') || text.startsWith('\x02')) this.sourceFailed(text.slice(1));
    else if (/^[CDET]/.test(text)) this.begin(text);
    else this.loseTrack();
  }

  /** The sender could not open what was asked for. */
  private sourceFailed(message: string): void {
    const { direction, paths } = this.command;
    this.log.begin({ direction, path: paths.join(' ') }).end('failed', message);
  }

  private begin(line: string): void {
    const [, size, name] = FILE_LINE.exec(line) ?? [];
    const [, folder] = FOLDER_LINE.exec(line) ?? [];
    if (name !== undefined) {
      const transfer = this.log.begin(scpSubject(this.command, this.folders, name));
      this.file = { transfer, left: Number(size) };
    } else if (folder !== undefined) this.folders.push(folder);
    else if (line === 'E') this.folders.pop();
    else if (!line.startsWith('T')) {
      this.loseTrack();
      return;
    }
    this.state = 'asked';
  }

  /** The receiver's words: one byte 0, or 1 or 2 with a message up to a newline. */
  private said(chunk: Buffer): void {
    for (let at = 0; at < chunk.length && this.state !== 'lost'; at++) {
      if (this.word.length === 0 && chunk[at] === OK) {
        this.heard(null);
        continue;
      }
      const newline = chunk.indexOf(NEWLINE, at);
      const end = newline < 0 ? chunk.length : newline;
      this.word = Buffer.concat([this.word, chunk.subarray(at, end)]);
      if (this.word.length > MAX_LINE) this.loseTrack();
      if (newline < 0) return;
      const message = this.word.subarray(1).toString();
      this.word = Buffer.alloc(0);
      this.heard(message);
      at = newline;
    }
  }

  private heard(error: string | null): void {
    if (!this.isGreeted) {
      this.isGreeted = true;
      return;
    }
    if (this.state === 'asked') this.answered(error);
    else if (this.state === 'verdict') this.judged(error);
    else return;
    const ahead = this.ahead;
    this.ahead = Buffer.alloc(0);
    this.sent(ahead);
  }

  private answered(error: string | null): void {
    if (error !== null) {
      this.file?.transfer.end('failed', error);
      this.file = null;
    }
    if (!this.file) this.state = 'line';
    else this.state = this.file.left === 0 ? 'status' : 'data';
  }

  private judged(error: string | null): void {
    const failure = this.senderError ?? error;
    if (failure === null) this.file?.transfer.end('complete', null, true);
    else this.file?.transfer.end('failed', failure);
    this.file = null;
    this.senderError = null;
    this.state = 'line';
  }

  private loseTrack(): void {
    this.file?.transfer.spoil('out_of_order');
    this.file?.transfer.end('cut_off', 'the stream is no scp that can be read');
    this.file = null;
    this.state = 'lost';
  }
}
