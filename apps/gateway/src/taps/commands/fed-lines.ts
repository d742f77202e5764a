import { StringDecoder } from 'node:string_decoder';
import type { Tap } from '../tap.js';
import { storable, TEXT_CHARACTERS, type DetectedCommand } from './command-gatherer.js';

/** Lines of one session that are noted; that more came is noted too. */
const MAX_LINES = 1_000;
/** A shell without a command of its own: it runs what it is fed. */
const BARE_SHELL =
  /^\s*(?:(?:sudo|doas)(?:\s+-[A-Za-z]+)*\s+(?:-u\s*\S+\s+)?)?(?:\S*\/)?(?:sh|bash|dash|zsh|ksh|ash|mksh|fish)(?:\s+-[a-bd-z]+)*\s*$/;
const ROOT_SHELL = /^\s*(?:(?:sudo|doas)\s+-[is]+|su(?:\s+-\w*)?(?:\s+\w+)?)\s*$/;

/** Whether the lines that a session without a terminal is fed are its commands; null: the login shell. */
export function runsWhatItIsFed(command: string | null): boolean {
  return command === null || BARE_SHELL.test(command) || ROOT_SHELL.test(command);
}

/**
 * Notes each line that a shell without a terminal is fed (`ssh -T`, `ssh asset sh < script`): nothing is echoed there, so
 * no detector could read it from a screen. Never certain: what is a command there and what the input of one, only the
 * shell knows.
 */
export class FedLines implements Tap {
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';
  private count = 0;

  constructor(private readonly note: (line: DetectedCommand) => void) {}

  output(): boolean {
    return true;
  }

  resized(): void {
    return;
  }

  input(chunk: Buffer): void {
    if (this.count > MAX_LINES) return;
    const lines = (this.rest + this.decoder.write(chunk)).split('\n');
    this.rest = lines.pop() ?? '';
    for (const line of lines) this.take(line);
    while (this.rest.length > TEXT_CHARACTERS && this.count <= MAX_LINES) {
      this.take(this.rest.slice(0, TEXT_CHARACTERS));
      this.rest = this.rest.slice(TEXT_CHARACTERS);
    }
  }

  /** The session is over: a last line needs no end. */
  close(): Promise<void> {
    this.take(this.rest + this.decoder.end());
    this.rest = '';
    return Promise.resolve();
  }

  private take(line: string): void {
    if (line.trim() === '' || this.count > MAX_LINES) return;
    this.count++;
    const at = Date.now();
    if (this.count > MAX_LINES) this.note({ kind: 'hidden', text: '', certain: false, at });
    else this.note({ kind: 'line', text: storable(line.trimEnd()), certain: false, at });
  }
}
