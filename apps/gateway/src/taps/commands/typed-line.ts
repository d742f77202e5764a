import { LineModel } from './line-model.js';
import type { Anchor } from './screen.js';

/** A line between its first key and its Enter. */
export interface TypedLine {
  /** null: it began before its prompt stood there. */
  anchor: Anchor | null;
  model: LineModel;
  /** Line feeds since it began. */
  lineFeeds: number;
  /** What it was when the cursor left it without Enter. */
  left: string | null;
  /** How many characters of it are noted: it was left more than once, by keys that came together. */
  noted: number;
  /** Cells that its echo took off the screen. */
  erased: number;
  /** A key that may drop it came. */
  dropping: Dropping | null;
}

/** A line whose first key comes now. */
export function begunAt(anchor: Anchor | null): TypedLine {
  return { anchor, model: new LineModel(), lineFeeds: 0, left: null, noted: 0, erased: 0, dropping: null };
}

/** How it is seen that a line is dropped. */
interface Dropping {
  /** What the row shows then. */
  as: readonly string[];
  /** The line itself, where zsh edits it: that one shows no key, and is not done with its modes. null: it doesn't. */
  inZsh: string | null;
}

/** One whose Enter came; it waits for the screen. */
export interface EnteredLine extends TypedLine {
  at: number;
  isPlain: boolean;
  /** Typed ahead: the terminal showed it as it came, a line editor shows it once more when its turn comes. */
  isEchoed: boolean;
}

/** The row is this line as the terminal itself showed it while nobody read: with no prompt, and before its turn. */
export function isEchoAhead({ model, isEchoed }: EnteredLine, row: string): boolean {
  return !isEchoed && model.knowledge === 'typed' && !model.isEmpty && row === model.text.trimEnd();
}

/** Equal; which spaces stand at the edge of the screen, or for a tab, is not to be seen. */
export function isSame(shown: string, typed: string): boolean {
  return shown === typed || closed(shown) === closed(typed);
}

/** With one space wherever any blanks stand. */
export function closed(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}
