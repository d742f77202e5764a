import stringWidth from 'string-width';
import type { Edit, Key } from './keys.js';

/** How well the typed line is known from the keys alone. */
export type Knowledge =
  /** Every key so far is plain typing or editing. */
  | 'typed'
  /** The line editor filled something in: the next look at the screen is taken as the line. */
  | 'recalled'
  /** Keys that are not understood: the screen alone. */
  | 'lost';

/** A line beyond this is no command line that a person typed. */
const MAX_CHARACTERS = 64 * 1024;

/** The line that the keys make, in a plain line editor. Never stored: it only says what the screen should show. */
export class LineModel {
  knowledge: Knowledge = 'typed';
  /** Cells that keys took away since the screen was last taken as the line. */
  removed = 0;
  /** Some of them are more than one byte; see {@link backspace}. */
  private hasRemovedWide = false;
  private characters: string[] = [];
  private cursor = 0;
  /** What stood there before the line editor filled in; what completion must keep. */
  private completed: string | null = null;

  get text(): string {
    return this.characters.join('');
  }

  get isEmpty(): boolean {
    return this.characters.length === 0 && this.knowledge === 'typed';
  }

  /** What the row shows when the terminal drops the line with a key that it shows so: at the cursor, or behind it all. */
  droppedAs(shown: string): string[] {
    if (this.knowledge !== 'typed') return [];
    const [before, after] = [this.characters.slice(0, this.cursor), this.characters.slice(this.cursor)];
    return [`${before.join('')}${shown}${after.slice(shown.length).join('')}`, this.text + shown];
  }

  /** Applies a key that neither enters nor drops the line. */
  apply(key: Key): void {
    if (key.kind === 'text') this.insert(key.text);
    else if (key.kind === 'edit') this.edit(key.edit);
    else if (key.kind === 'recall') this.recall(key.way);
    else this.knowledge = 'lost';
  }

  /** The screen's line, with the cursor, after the line editor filled in; `isPlain`: painted without a trick. */
  rebase(before: string, after: string, isPlain: boolean): void {
    if (this.knowledge !== 'recalled') return;
    const keeps = this.completed === null || before.startsWith(this.completed);
    this.knowledge = isPlain && keeps ? 'typed' : 'lost';
    this.characters = [...before, ...after];
    this.cursor = [...before].length;
    this.completed = null;
    this.removed = 0;
  }

  private insert(text: string): void {
    const added = [...text];
    if (this.characters.length + added.length > MAX_CHARACTERS) {
      this.knowledge = 'lost';
      return;
    }
    this.characters.splice(this.cursor, 0, ...added);
    this.cursor += added.length;
  }

  private recall(way: 'history' | 'completion'): void {
    if (this.knowledge === 'lost') return;
    if (way === 'completion' && this.knowledge === 'typed')
      this.completed = this.characters.slice(0, this.cursor).join('');
    else if (way === 'history') this.completed = null;
    this.knowledge = 'recalled';
  }

  private edit(edit: Edit): void {
    const { characters, cursor } = this;
    const edits: Record<Edit, () => void> = {
      backspace: () => {
        if (cursor > 0) this.backspace();
      },
      delete: () => {
        this.remove(cursor, cursor + 1);
      },
      left: () => (this.cursor = Math.max(0, cursor - 1)),
      right: () => (this.cursor = Math.min(characters.length, cursor + 1)),
      home: () => (this.cursor = 0),
      end: () => (this.cursor = characters.length),
      'kill-line': () => {
        this.remove(cursor, characters.length);
      },
      'kill-to-start': () => {
        this.remove(0, cursor);
      },
      'kill-word': () => {
        const word = /\S*\s*$/.exec(characters.slice(0, cursor).join(''))?.[0] ?? '';
        this.remove(cursor - [...word].length, cursor);
      },
      'clear-screen': () => undefined,
    };
    edits[edit]();
  }

  /**
   * A terminal that is not told of UTF-8 (termios(3), IUTF8) takes one byte with each key, and one cell off the screen:
   * behind characters of several bytes, more keys than there are characters leave what neither shows.
   */
  private backspace(): void {
    const isWide = Buffer.byteLength(this.characters[this.cursor - 1] ?? '') > 1;
    if (this.hasRemovedWide && !isWide) this.knowledge = 'lost';
    this.hasRemovedWide ||= isWide;
    this.remove(this.cursor - 1, this.cursor);
  }

  private remove(from: number, to: number): void {
    this.removed += stringWidth(this.characters.splice(from, to - from).join(''));
    this.cursor = from;
  }
}
