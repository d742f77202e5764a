import type { EnteredLine, TypedLine } from './typed-line.js';
import { isPlainEcho } from './echo.js';

const ECHO_CHARACTERS = 16 * 1024;
/** What takes cells off the screen: delete and erase characters, erase in line and in display; a blank painted over one. */
const ERASES = new RegExp(`\u001b${/\[(\d*)([KJPX])/.source}| \b`, 'g');

/** What the asset said since the user's last keys. */
export class Echo {
  private text = '';
  private column = 0;
  private lineFeeds = 0;

  add(bytes: Buffer): void {
    if (this.text.length < ECHO_CHARACTERS) this.text += bytes.toString('utf8', 0, ECHO_CHARACTERS);
  }

  lineFed(): void {
    this.lineFeeds++;
  }

  /** Keys came; the cursor is in this column. */
  begin(column: number): void {
    this.text = '';
    this.column = column;
    this.lineFeeds = 0;
  }

  /** See {@link isPlainEcho}. */
  isPlain(columns: number, text = this.text): boolean {
    return isPlainEcho(text, this.column, columns);
  }

  /** Up to its first line end. */
  get head(): string {
    return this.text.split('\r\n')[0] ?? '';
  }

  /** Whoever types these lines has seen it. */
  seenBy(lines: readonly TypedLine[]): void {
    if (lines.length === 0) return;
    const count = erasuresIn(this.text);
    for (const line of lines) line.erased += count;
  }

  /**
   * At the line feed behind a line: what keys took out of it went off the screen, too. A key that only moves the cursor,
   * as a terminal echoes it that shows control characters as they are (termios(3), ECHOCTL), lets it be painted over.
   */
  showsRemoval({ model, erased, anchor }: EnteredLine): boolean {
    if (model.removed === 0) return true;
    // typed ahead: what else came since is not to be told from its echo
    if (anchor === null) return false;
    const row = this.text.split('\n')[this.lineFeeds] ?? '';
    return erased + erasuresIn(row) >= model.removed;
  }
}

/** How many cells are taken off the screen, at the most. */
function erasuresIn(echo: string): number {
  let count = 0;
  for (const [, parameter = '', final] of echo.matchAll(ERASES)) {
    if (final === 'K' || final === 'J') return Infinity;
    count += final === undefined ? 1 : Math.max(1, Number(parameter));
  }
  return count;
}
