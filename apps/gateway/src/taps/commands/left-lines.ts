import type { CommandGatherer } from './command-gatherer.js';
import type { KnownPrompts } from './prompts.js';
import type { Screen } from './screen.js';
import { isSame, type TypedLine } from './typed-line.js';

/** Lines that the cursor leaves without Enter: dropped, or entered by a key to which the user gave that meaning. */
export class LeftLines {
  constructor(
    private readonly screen: Screen,
    private readonly prompts: KnownPrompts,
    private readonly gathered: CommandGatherer,
  ) {}

  /** A key comes that drops the line, unless the user gave it another meaning. @param shown as what the terminal shows it */
  expectDrop(line: TypedLine, shown: string): void {
    const { model } = line;
    const isZsh = shown === '^C' && this.screen.marksCursorKeys && this.screen.marksPastes;
    const inZsh = isZsh && model.knowledge === 'typed' ? model.text : null;
    line.dropping = { as: model.droppedAs(shown), inZsh };
    model.knowledge = 'lost';
  }

  /** The cursor leaves the line, or a row below it. False: the line is dropped. */
  leave(line: TypedLine, row: number, at: number): boolean {
    const { anchor, left } = line;
    line.lineFeeds++;
    if (!anchor) return true;
    if (left !== null) {
      this.leaveAgain(line, left, row, at);
      return true;
    }
    if (!this.screen.holds(anchor)) return true;
    const shown = this.screen.lineFrom(anchor, row);
    if (this.isDropped(line, shown)) {
      this.prompts.note(anchor.prompt, anchor.right);
      return false;
    }
    line.left = shown;
    return true;
  }

  /** The line is gone: what was left of it is noted. */
  note({ anchor, left, noted, model }: TypedLine, at: number): void {
    if (left === null || left === '') return;
    this.gathered.push(anchor?.prompt ?? '', left, false, at);
    // more was typed with it, in lines that can't be told from output
    if (model.text.length > noted + left.length + 1) this.gathered.note('hidden', '', false, at);
  }

  /**
   * Whether the row says that the line was dropped. Zsh shows no key; it ends the marking of pastes before the line feed
   * then, and that of the cursor keys only with a line that it enters.
   */
  private isDropped({ dropping }: TypedLine, shown: string): boolean {
    if (dropping === null) return false;
    if (dropping.as.some((one) => isSame(shown, one))) return true;
    const { marksCursorKeys, marksPastes } = this.screen;
    return dropping.inZsh !== null && isSame(shown, dropping.inZsh) && marksCursorKeys && !marksPastes;
  }

  /** Keys that came together may have entered more than one line: the next stands behind a prompt further down. */
  private leaveAgain(line: TypedLine, left: string, row: number, at: number): void {
    const { anchor } = line;
    if (!anchor || (!anchor.marker.isDisposed && row <= anchor.marker.line)) return;
    const text = this.screen.wrappedText(row);
    const isSamePrompt = anchor.prompt.trim() !== '' && text.startsWith(anchor.prompt);
    const prompt = isSamePrompt ? anchor.prompt : this.prompts.opening(text);
    const rest = prompt === null ? '' : text.slice(prompt.length).trim();
    if (prompt === null || rest === '') return;
    this.gathered.push(anchor.prompt, left, false, at);
    line.noted += left.length + 1;
    line.left = rest;
    line.anchor = this.screen.anchorAt(row, prompt.length);
  }
}
