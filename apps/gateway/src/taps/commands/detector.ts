import { CommandGatherer, type DetectedCommand } from './command-gatherer.js';
import { KeyReader, type Key } from './keys.js';
import { LeftLines } from './left-lines.js';
import { Echo } from './line-echo.js';
import { ProgramKeys } from './program-keys.js';
import { KnownPrompts } from './prompts.js';
import { isScreenProgram } from './screen-programs.js';
import { Screen, type Anchor } from './screen.js';
import { begunAt, closed, isEchoAhead, isSame, type EnteredLine, type TypedLine } from './typed-line.js';

/** An entered line that the screen did not show within this time is noted as not shown. */
const UNSHOWN_AFTER_MS = 3_000;
/** Entered lines that wait for the screen, at most. */
const MAX_WAITING = 1_000;
/** One that was shown as it came waits longer for the prompt that makes it certain. */
const ECHOED_AFTER_MS = 20_000;
/**
 * Says which commands are entered in a terminal session. The text always comes from the screen, never from the keys:
 * what was not shown is in no record. The keys vote: a line is certain when they, edited as a line editor would, make
 * the same text. docs/PROTOCOL.commands.md has the states and the rules.
 */
export class CommandDetector {
  private readonly keys = new KeyReader(() => this.screen.marksPastes);
  private readonly prompts = new KnownPrompts();
  private readonly screen: Screen;
  private readonly gathered: CommandGatherer;
  private readonly left: LeftLines;
  private readonly program: ProgramKeys;
  private current: TypedLine | null = null;
  private entered: EnteredLine[] = [];
  private readonly echo = new Echo();
  private now = 0;
  /** The line just noted where no prompt stood: a line editor may show it once more. */
  private bare: string | null = null;

  constructor(
    private columns: number,
    rows: number,
    emit: (command: DetectedCommand) => void,
  ) {
    this.gathered = new CommandGatherer(emit);
    this.screen = new Screen(columns, rows, {
      lineFeed: (row) => {
        this.lineFeed(row);
        this.echo.lineFed();
      },
      alternate: (isOn) => {
        this.alternate(isOn);
      },
    });
    this.left = new LeftLines(this.screen, this.prompts, this.gathered);
    this.program = new ProgramKeys(this.screen, this.prompts, this.gathered);
  }

  /** Output of the asset. */
  async output(bytes: Buffer, at: number): Promise<void> {
    this.now = at;
    this.echo.add(bytes);
    await this.screen.write(bytes);
  }

  /** Keys of the user; all output that came before has been given. */
  input(bytes: Buffer, at: number): void {
    this.now = at;
    this.expire();
    this.echo.seenBy(this.current ? [...this.entered, this.current] : this.entered);
    for (const key of this.keys.read(bytes)) this.press(key);
    this.echo.begin(this.screen.cursorColumn);
  }

  resized(columns: number, rows: number): void {
    this.columns = columns;
    this.screen.resize(columns, rows);
  }

  /** Bytes are missing here: what is being typed isn't certain any more, and keys that are missing are noted as such. */
  gap(at: number, ofKeys: boolean): void {
    if (this.current) this.current.model.knowledge = 'lost';
    for (const line of this.entered) line.model.knowledge = 'lost';
    this.gathered.release();
    if (ofKeys) this.gathered.note('hidden', '', false, at);
  }

  /** Nothing came for a while. */
  settle(at: number): void {
    this.now = at;
    this.expire();
    // whoever types slowly has the next line of a command under way
    const begun = this.entered[0]?.anchor ?? this.current?.anchor;
    this.gathered.settle(begun?.prompt.trimEnd() ?? this.screen.rowText(this.screen.cursorRow), at);
  }

  /** Nothing came for long: gives memory free where nothing is under way. Whether it did. */
  rest(): boolean {
    return this.current === null && this.entered.length === 0 && this.screen.rest();
  }

  /** The session is over. */
  close(at: number): void {
    this.now = at;
    for (const line of this.entered.splice(0)) this.unshown(line);
    if (this.current) this.left.note(this.current, at);
    this.gathered.release();
    this.screen.dispose();
  }

  private press(key: Key): void {
    if (this.screen.isAlternate && !this.gathered.isDoubtful) {
      this.program.press(key, this.now);
      return;
    }
    this.lookAround();
    if (key.kind === 'cancel') {
      this.cancel(key.shown);
      return;
    }
    const current = (this.current ??= this.begin());
    if (key.kind !== 'accept') {
      current.model.apply(key);
      return;
    }
    this.entered.push({ ...current, at: this.now, isPlain: key.plain, isEchoed: false });
    this.current = null;
    const overdue = this.entered.length > MAX_WAITING ? this.entered.shift() : undefined;
    if (overdue) this.unshown(overdue);
  }

  /** A key that drops the line, if the user gave it no other meaning: what the row then shows tells. */
  private cancel(shown: string): void {
    if (this.entered.length === 0 && this.isAtPrompt()) this.current ??= this.begin();
    if (!this.current) return;
    this.left.expectDrop(this.current, shown);
  }

  private begin(): TypedLine {
    const isAhead = this.entered.length > 0 || this.isWithinLine();
    const anchor = isAhead ? null : this.screen.anchorHere();
    const line = begunAt(anchor);
    const prompt = anchor && this.prompts.opening(anchor.prompt);
    if (prompt === null || anchor === null || anchor.prompt.slice(prompt.length).trim() === '') return line;
    // the line was not empty: typed before the prompt stood there, or put there by the line editor
    line.model.knowledge = 'lost';
    const begin = this.screen.anchorAt(this.screen.cursorRow, prompt.length);
    return { ...line, anchor: begin && { ...begin, right: anchor.right } };
  }

  /** A line that was typed ahead is being shown: the cursor stands in one of its later rows. */
  private isWithinLine(): boolean {
    const row = this.screen.cursorRow;
    return this.screen.isWrapped(row) && this.prompts.opening(this.screen.wrappedText(row)) !== null;
  }

  /** Before a key: where the line is now, and what the line editor made of it. */
  private lookAround(): void {
    const line = this.current;
    if (!line?.anchor) return;
    const { left } = line;
    const place = this.place(line, this.screen.cursorRow);
    if (place) line.anchor = place;
    // a blank prompt stands everywhere
    const isLost = !place || place.prompt.trim() === '';
    if (isLost && (left ?? '') === '' && this.isAtPrompt()) {
      // a program painted over it and is gone: what was typed was for that one
      this.current = null;
      return;
    }
    if (left === '' && place && this.isNoPrompt(place) && this.isAtPrompt()) {
      // the keys of a program that paints without the alternate screen: nothing of them was shown, and it is gone
      this.gathered.note('hidden', '', false, this.now);
      this.current = null;
      return;
    }
    if (left !== null) {
      line.left = null;
      const shown = place ? this.screen.lineFrom(place, this.screen.cursorRow) : null;
      if (!shown?.startsWith(left)) {
        line.left = left;
        this.left.note(line, this.now);
        this.gathered.release();
        this.current = null;
        return;
      }
    }
    // dropped where it stood
    if (line.dropping && place && this.screen.lineFrom(place, this.screen.cursorRow) === '') {
      this.current = null;
      return;
    }
    if (place && line.model.knowledge === 'recalled') {
      const { before, after } = this.screen.shownFrom(place);
      const isPlain = this.gathered.knows((before + after).trim()) || this.echo.isPlain(this.columns);
      line.model.rebase(before, after, isPlain);
    }
  }

  /** What precedes the line is above the cursor, and was never asked with. */
  private isNoPrompt({ marker, prompt }: Anchor): boolean {
    if (marker.line >= this.screen.cursorRow) return false;
    return this.prompts.opening(prompt) === null && !this.prompts.isLike(prompt);
  }

  /** The cursor stands behind another prompt of this session. */
  private isAtPrompt(): boolean {
    const here = this.screen.anchorHere();
    const isPrompt = here !== null && this.prompts.opening(here.prompt) === here.prompt;
    here?.marker.dispose();
    return isPrompt;
  }

  /** The anchor of a line whose prompt may stand on another row by now; null: the prompt is gone. */
  private place(line: TypedLine, below: number): Anchor | null {
    const { anchor } = line;
    if (!anchor) return null;
    const holds = this.screen.holds(anchor);
    if (holds && line.lineFeeds === 0) return anchor;
    const row = this.screen.findAgain(anchor, below);
    if (row === null) return holds ? anchor : null;
    if (holds && row <= anchor.marker.line) return anchor;
    const again = this.screen.anchorAt(row, anchor.column);
    return again && { ...again, prompt: anchor.prompt, right: anchor.right };
  }

  private lineFeed(row: number): void {
    if (this.screen.isAlternate && !this.gathered.isDoubtful) return;
    for (const line of this.entered) line.lineFeeds++;
    if (this.entered.length > 0 && this.resolve(row)) return;
    if (this.current && this.entered.length === 0 && !this.left.leave(this.current, row, this.now))
      this.current = null;
    this.gathered.outputFollows(this.screen.wrappedText(row));
  }

  /** Whether the row that the cursor leaves is the end of an entered line; that line is then noted. */
  private resolve(row: number): boolean {
    const [first] = this.entered;
    const text = this.prompts.withoutRight(this.screen.wrappedText(row));
    if (first?.anchor && !this.entered.slice(1).some((line) => this.isRow(line, text)))
      return this.resolveInPlace(first, row);
    for (const [index, line] of this.entered.entries()) {
      if (line.anchor) continue;
      if (isEchoAhead(line, text)) {
        line.isEchoed = true;
        return true;
      }
      if (!this.matchesRow(line, text)) continue;
      for (const passed of this.entered.splice(0, index + 1).slice(0, -1)) this.unshown(passed);
      return true;
    }
    return false;
  }

  private resolveInPlace(line: EnteredLine, row: number): boolean {
    const place = this.place(line, row);
    const typed = line.model.text.trimEnd();
    const { knowledge } = line.model;
    if (!place || place.marker.line > row) return this.resolveElsewhere(line, row);
    // line editors move down through a long line with line feeds too
    if (this.screen.goesOn(row)) return false;
    const apart = this.screen.lineFrom(place, row, false);
    const shown = this.shownOf(line, isSame(apart, typed) ? apart : this.screen.lineFrom(place, row));
    // more of it is to come: the line feed was one within the line
    if (
      knowledge === 'typed' &&
      shown !== '' &&
      !isSame(shown, typed) &&
      closed(typed).startsWith(closed(shown))
    )
      return false;
    if (this.bare !== null && shown === this.bare && !isSame(shown, typed)) {
      this.bare = null;
      line.anchor = null;
      return true;
    }
    const { at } = line;
    this.bare = place.prompt === '' && isSame(shown, typed) ? shown : null;
    this.entered.shift();
    this.prompts.note(place.prompt, place.right);
    if (knowledge === 'typed' && isSame(shown, typed))
      this.gathered.push(place.prompt, typed, line.isPlain && this.echo.showsRemoval(line), at);
    else if (knowledge === 'typed' && typed !== '' && /^[*•]*$/.test(shown))
      this.gathered.note('hidden', place.prompt.trim(), false, at);
    else if (knowledge === 'typed' && typed !== '' && this.endsLikePrompt(place.prompt, shown, typed))
      this.pushBehind(line, place.prompt, shown);
    else if (knowledge === 'typed' && typed.length > 1 && this.endsWithTyped(shown, typed))
      this.gathered.push(place.prompt, typed, false, at);
    else if (shown === '' && knowledge !== 'recalled' && !line.model.isEmpty)
      this.gathered.note('hidden', place.prompt.trim(), false, at);
    else if (shown !== '' || typed !== '')
      this.gathered.push(place.prompt, shown, this.isRecalled(line, shown), at);
    else this.gathered.push(place.prompt, '', true, at);
    return true;
  }

  /** A search may leave the cursor below the line; output then follows without a line feed. */
  private shownOf(line: EnteredLine, shown: string): string {
    const { knowledge, text } = line.model;
    if (knowledge === 'lost' || this.gathered.knows(shown)) return shown;
    const [head = ''] = shown.split('\n');
    const isKnown = this.gathered.knows(head.trim());
    if (knowledge !== 'typed') return isKnown ? head : shown;
    // the keys of a search are a part of what it found, and none of them stands below
    const isFound = isKnown && text.trim() !== '' && head.includes(text.trim()) && !isSame(shown, text);
    return head !== '' && (isSame(head, text) || isFound) ? head : shown;
  }

  /** Typing began before the prompt stood whole: what precedes the text must make one. */
  private endsLikePrompt(prompt: string, shown: string, typed: string): boolean {
    const text = this.prompts.withoutRight(shown);
    return text.endsWith(typed) && this.prompts.isLike(prompt + text.slice(0, -typed.length));
  }

  /** Certain only where what precedes the text can be nothing but the prompt. */
  private pushBehind(line: EnteredLine, prompt: string, shown: string): void {
    const typed = line.model.text.trimEnd();
    const whole = prompt + this.prompts.withoutRight(shown).slice(0, -typed.length);
    if (this.prompts.isPrompt(whole))
      this.gathered.push(prompt, typed, line.isPlain && this.echo.showsRemoval(line), line.at);
    else this.gathered.push(prompt, prompt.trim() === '' ? typed : shown, false, line.at);
  }

  /** What precedes it looks like a prompt, of a kind not seen yet. */
  private endsWithTyped(shown: string, typed: string): boolean {
    const text = this.prompts.withoutRight(shown);
    return text.endsWith(typed) && /[$#%>❯:] $/.test(text.slice(0, -typed.length));
  }

  /** The prompt of the line is gone: with a clear screen, a new size, or because a program painted. */
  private resolveElsewhere(line: EnteredLine, row: number): boolean {
    const text = this.prompts.withoutRight(this.screen.wrappedText(row));
    if (!this.matchesRow(line, text)) return false;
    this.entered.shift();
    return true;
  }

  private isRecalled(line: EnteredLine, shown: string): boolean {
    if (line.model.knowledge !== 'recalled' || !line.isPlain) return false;
    if (this.gathered.knows(shown)) return true;
    const { head } = this.echo;
    // what a search leaves on the row is painted anew, whole
    return shown !== '' && head.includes(shown) && this.echo.isPlain(this.columns, head);
  }

  /** The row ends with this line, behind a prompt. */
  private isRow({ anchor, model }: EnteredLine, row: string): boolean {
    const typed = model.text.trimEnd();
    if (anchor || model.knowledge !== 'typed' || typed === '' || !row.endsWith(typed)) return false;
    return this.prompts.isLike(row.slice(0, row.length - typed.length));
  }

  /** Notes a line whose prompt nobody saw before, if this row can be it. */
  private matchesRow(line: EnteredLine, row: string): boolean {
    const { model } = line;
    const typed = model.text.trimEnd();
    if (model.knowledge !== 'typed') {
      const prompt = this.prompts.opening(row);
      if (prompt === null) return false;
      this.gathered.push(prompt, row.slice(prompt.length), false, line.at);
      return true;
    }
    if (!row.endsWith(typed)) return false;
    const prompt = row.slice(0, row.length - typed.length);
    if (typed === '') {
      if (!this.prompts.isLike(prompt)) return false;
      this.gathered.push(prompt, '', true, line.at);
      return true;
    }
    if (prompt === '' ? line.isEchoed : !this.prompts.isLike(prompt)) return false;
    // a whole row may as well be output that says the same
    const known = this.prompts.opening(row);
    const isCertain = line.isPlain && this.prompts.isPrompt(prompt) && this.echo.showsRemoval(line);
    if (known === null || isCertain) this.gathered.push(prompt, typed, isCertain, line.at);
    else this.gathered.push(known, row.slice(known.length), false, line.at);
    return true;
  }

  private expire(): void {
    for (let [line] = this.entered; line; [line] = this.entered) {
      if (this.now - line.at <= (line.isEchoed ? ECHOED_AFTER_MS : UNSHOWN_AFTER_MS)) return;
      this.entered.shift();
      this.unshown(line);
    }
  }

  /** An entered line that the screen never showed as one, behind a prompt. */
  private unshown(line: EnteredLine): void {
    if (line.model.isEmpty) return;
    if (line.isEchoed) {
      this.gathered.push('', line.model.text.trimEnd(), false, line.at);
      return;
    }
    this.gathered.note('hidden', line.anchor?.prompt.trim() ?? '', false, line.at);
  }

  private alternate(isOn: boolean): void {
    for (const line of this.entered.splice(0)) this.unshown(line);
    this.current = null;
    this.gathered.release();
    this.gathered.isDoubtful = isOn && !isScreenProgram(this.gathered.lastCommand);
    this.gathered.note(isOn ? 'screen_entered' : 'screen_left', '', true, this.now);
  }
}
