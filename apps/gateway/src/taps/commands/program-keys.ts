import type { CommandGatherer } from './command-gatherer.js';
import type { Key } from './keys.js';
import type { KnownPrompts } from './prompts.js';
import type { Screen } from './screen.js';
import { showsShells } from './screen-programs.js';

/** What a program that has the screen asks for a command of the shell with: less, vi and its kin, Emacs. */
const FOR_COMMAND = /^(?::[^!]{0,40}!|!|Shell command[^:]*: )\s*\S/;
/** What looks like a prompt with something behind it, wherever it stands on the row. */
const PROMPTED = /[$#%>❯:»] +\S/;

/** Keys of a program that has the screen. They are no commands, but where it runs some: those are noted, never as certain. */
export class ProgramKeys {
  /** Text since the last Enter or other key. */
  private typed = '';
  private isTouched = false;

  constructor(
    private readonly screen: Screen,
    private readonly prompts: KnownPrompts,
    private readonly gathered: CommandGatherer,
  ) {}

  press(key: Key, at: number): void {
    if (key.kind !== 'accept') {
      this.isTouched = true;
      if (key.kind === 'text') this.typed += key.text;
      else if (key.kind === 'other') this.typed = '';
      return;
    }
    const { typed, isTouched } = this;
    this.typed = '';
    this.isTouched = false;
    const row = this.screen.rowText(this.screen.cursorRow);
    const text = this.commandOn(row);
    if (text !== null) this.gathered.note('line', text, false, at);
    // what is not shown yet, or has no prompt
    else if (isTouched && (showsShells(this.gathered.lastCommand) || FOR_COMMAND.test(typed)))
      this.gathered.note('hidden', '', false, at);
  }

  /** A command that stands on the row of the cursor. */
  private commandOn(row: string): string | null {
    const prompt = this.prompts.opening(row);
    const behind = prompt === null ? '' : row.slice(prompt.length).trim();
    if (behind !== '') return behind;
    if (this.screen.isOnLastRow && FOR_COMMAND.test(row)) return row;
    return showsShells(this.gathered.lastCommand) && PROMPTED.test(row) ? row.trim() : null;
  }
}
