import type { CommandKind } from '#libs/contracts';
import { expand, isExpansionOf, mayExpand, runsFormer } from './history-expansion.js';
import { isContinuation } from './prompts.js';

/** Something that a person entered. */
export interface DetectedCommand {
  kind: CommandKind;
  text: string;
  /** The keys and the screen say the same. */
  certain: boolean;
  /** Milliseconds of the epoch when it was entered. */
  at: number;
}

/** A command that may go on in the next line. */
interface HeldCommand extends DetectedCommand {
  prompt: string;
}

/** A command is whole when so long nothing followed and no more is asked for. */
const WHOLE_AFTER_MS = 400;
/** Characters of a record; a longer command is noted in parts, and none of them is certain. */
export const TEXT_CHARACTERS = 16 * 1024;
const RECENT = 500;

/** Makes commands of entered lines: joins what goes on in the next line, takes what the shell made of `!!`. */
export class CommandGatherer {
  /** On the alternate screen without a program that is known to use it: nothing is certain. */
  isDoubtful = false;
  lastCommand = '';
  private readonly recent = new Set<string>();
  private held: HeldCommand | null = null;
  /** Line feeds since the line of `held` was left. */
  private lineFeeds = 0;
  private lastText: string | null = null;
  /** History expansion may be asked for with characters of the user's own. */
  private hasOwnExpansion = false;

  constructor(private readonly emit: (command: DetectedCommand) => void) {}

  /** Whether it was a certain command of this session. */
  knows(text: string): boolean {
    return this.recent.has(text);
  }

  /** Nothing came for a while; `row` is the cursor's. */
  settle(row: string, at: number): void {
    const { held } = this;
    if (!held || at - held.at < WHOLE_AFTER_MS) return;
    if (!isContinuation(row, held.prompt.trimEnd()) || this.lineFeeds > 0) this.release();
  }

  /** The first row below the line is output. */
  outputFollows(row: string): void {
    const { held } = this;
    if (!held) return;
    const isFirst = this.lineFeeds++ === 0;
    if (isFirst) this.expandHeld(row);
    this.release();
    if (isFirst && runsFormer(held.text) && row.trim() !== '') this.note('line', row.trim(), false, held.at);
  }

  /** An entered line: the beginning of a command, or the rest of the one before. */
  push(prompt: string, text: string, certain: boolean, at: number): void {
    const { held } = this;
    if (held && this.lineFeeds === 0 && isContinuation(prompt, held.prompt)) {
      if (held.text.length > TEXT_CHARACTERS) this.holdRest(held);
      held.text += `\n${text}`;
      held.certain &&= certain;
      return;
    }
    this.release();
    this.lineFeeds = 0;
    if (text.trim() === '') return;
    this.held = { kind: 'line', text, certain: certain && !this.isDoubtful, at, prompt };
  }

  /** So much of a command that it is noted in parts; this one goes, the rest is yet to come. */
  private holdRest(held: HeldCommand): void {
    this.note('line', held.text, false, held.at);
    held.text = '';
    held.certain = false;
  }

  /** `!!` and the like: shells show what they made of it first. */
  private expandHeld(shown: string): void {
    const { held } = this;
    if (!held || !mayExpand(held.text)) return;
    const expected = expand(held.text, this.lastText);
    if (expected !== null && shown === expected) held.text = shown;
    else {
      if (isExpansionOf(shown, held.text)) held.text = shown;
      held.certain = false;
    }
  }

  /** What is held is whole. */
  release(): void {
    const { held } = this;
    if (!held) return;
    this.held = null;
    const text = held.text.trim();
    if (mayExpand(text) && this.lineFeeds === 0) held.certain = false;
    if (this.hasOwnExpansion || runsFormer(text)) held.certain = false;
    if (text.includes('histchars')) this.hasOwnExpansion = true;
    if (held.certain) this.remember(text);
    this.lastText = text;
    this.lastCommand = text;
    this.note('line', text, held.certain, held.at);
  }

  private remember(text: string): void {
    this.recent.delete(text);
    this.recent.add(text);
    const [oldest] = this.recent;
    if (this.recent.size > RECENT && oldest !== undefined) this.recent.delete(oldest);
  }

  /** Something that is whole by itself. */
  note(kind: CommandKind, text: string, certain: boolean, at: number): void {
    if (kind !== 'line') this.release();
    const isWhole = text.length <= TEXT_CHARACTERS;
    for (let from = 0; from === 0 || from < text.length; from += TEXT_CHARACTERS) {
      const part = text.slice(from, from + TEXT_CHARACTERS);
      this.emit({ kind, text: storable(part), certain: certain && isWhole, at });
    }
  }
}

/** No control characters but line ends, no half surrogates. */
export function storable(text: string): string {
  return text.toWellFormed().replace(/[^\P{Cc}\n\t]/gu, '\ufffd');
}
