import type { IBufferLine, IMarker, Terminal as HeadlessTerminal } from '@xterm/headless';
import { leanTerminal, PIECE } from './lean-terminal.js';
import { stillOf } from './still-screen.js';
import { partsOf } from './xterm-parts.js';

/** Lines kept above the screen: as much of one long command can be read back. */
const SCROLLBACK = 60;

/** Where typing begins on a row. */
export interface Anchor {
  /** Follows the row as it scrolls. */
  marker: IMarker;
  column: number;
  /** Of the row, before the column. */
  prompt: string;
  /** What stood to the right of it before anything was typed. */
  right: string;
}

/** What stands between an anchor and the end of the line. */
export interface ShownLine {
  /** Up to the cursor, and behind it. */
  before: string;
  after: string;
}

/** What the screen does that the detector must hear while bytes are read. */
export interface ScreenEvents {
  /** The cursor leaves a row downwards; rows count from the buffer's start. */
  lineFeed(leftRow: number): void;
  alternate(isOn: boolean): void;
}

/** A terminal without a window, that knows where lines are typed. */
export class Screen {
  /** null while it rests. */
  private awake: HeadlessTerminal | null;
  /** What draws it anew. */
  private still = '';
  private writes = 0;

  constructor(
    private columns: number,
    private rows: number,
    private readonly events: ScreenEvents,
  ) {
    this.awake = this.make();
  }

  /**
   * Puts the terminal away, which takes a hundred times the memory of what it shows, until it is needed. Anchors don't
   * outlive this, and of what was scrolled away nothing does.
   * @returns whether it could be: not in the middle of something
   */
  rest(): boolean {
    if (this.writes > 0 || !this.awake) return false;
    const still = stillOf(this.awake);
    if (still === null) return false;
    this.still = still;
    this.awake.dispose();
    this.awake = null;
    return true;
  }

  private get terminal(): HeadlessTerminal {
    return (this.awake ??= this.make());
  }

  private make(): HeadlessTerminal {
    const terminal = leanTerminal({
      cols: Math.max(2, this.columns),
      rows: Math.max(1, this.rows),
      scrollback: SCROLLBACK,
      allowProposedApi: true,
      logLevel: 'off',
    });
    if (this.still !== '') partsOf(terminal)._core.writeSync(this.still);
    this.still = '';
    terminal.onLineFeed(() => {
      this.events.lineFeed(this.cursorRow - 1);
    });
    terminal.buffer.onBufferChange((buffer) => {
      this.events.alternate(buffer.type === 'alternate');
    });
    return terminal;
  }

  get isAlternate(): boolean {
    return this.terminal.buffer.active.type === 'alternate';
  }

  /** The terminal was asked to mark what is pasted (`ESC [ ? 2004 h`). */
  get marksPastes(): boolean {
    return this.terminal.modes.bracketedPasteMode;
  }

  /** Cursor keys are to be told apart (DECCKM), as a line editor asks while it edits. */
  get marksCursorKeys(): boolean {
    return this.terminal.modes.applicationCursorKeysMode;
  }

  get cursorRow(): number {
    const { active } = this.terminal.buffer;
    return active.baseY + active.cursorY;
  }

  get isOnLastRow(): boolean {
    return this.terminal.buffer.active.cursorY === this.terminal.rows - 1;
  }

  get cursorColumn(): number {
    return this.terminal.buffer.active.cursorX;
  }

  /** Resolves when all of it is on the screen. */
  write(bytes: Uint8Array): Promise<void> {
    this.writes++;
    return new Promise((done) => {
      let at = 0;
      for (; at + PIECE < bytes.length; at += PIECE) this.terminal.write(bytes.subarray(at, at + PIECE));
      this.terminal.write(bytes.subarray(at), () => {
        this.writes--;
        done();
      });
    });
  }

  resize(columns: number, rows: number): void {
    this.terminal.resize(Math.max(2, columns), Math.max(1, rows));
    this.columns = columns;
    this.rows = rows;
  }

  dispose(): void {
    this.awake?.dispose();
  }

  /** Typing begins where the cursor is. */
  anchorHere(): Anchor | null {
    const { active } = this.terminal.buffer;
    return this.anchorAt(this.cursorRow, active.cursorX);
  }

  anchorAt(row: number, column: number): Anchor | null {
    const marker = this.terminal.registerMarker(row - this.cursorRow);
    if (!marker) return null; // on the alternate screen
    const line = this.lineAt(row);
    return { marker, column, prompt: cellsOf(line, 0, column), right: cellsOf(line, column).trimEnd() };
  }

  /** The row's prompt is still what it was. */
  holds({ marker, column, prompt }: Anchor): boolean {
    return !marker.isDisposed && this.rowText(marker.line, 0, column) === prompt;
  }

  /** The lowest row, from `below` upwards to where it was, that begins with the anchor's prompt. */
  findAgain({ marker, column, prompt }: Anchor, below: number): number | null {
    if (prompt.trim() === '') return null;
    const own = this.firstOf(below);
    // above its place it can only be on the cursor's own row, after the screen was cleared
    const top = marker.isDisposed ? own : Math.min(own, marker.line);
    for (let row = below; row >= top; row--) {
      const line = this.lineAt(row);
      if (line && !line.isWrapped && cellsOf(line, 0, column) === prompt) return row;
    }
    return null;
  }

  /** Text of a row without the spaces at its end. */
  rowText(row: number, from = 0, to?: number): string {
    const text = cellsOf(this.lineAt(row), from, to);
    return to === undefined ? text.trimEnd() : text;
  }

  /** From the first row of the wrapped line that `row` belongs to. */
  wrappedText(row: number): string {
    return this.read(this.firstOf(row), 0, row, { joinsFull: false }).trimEnd();
  }

  /**
   * What was typed behind the anchor, without the right prompt. A row that ends at the edge without having wrapped may
   * go on below or not: `joinsFull` takes it as going on, as line editors that move about leave it.
   */
  lineFrom(anchor: Anchor, lastRow: number, joinsFull = true): string {
    const first = anchor.marker.line;
    const text = this.read(first, anchor.column, lastRow, { joinsFull }).trimEnd();
    const right = anchor.right.trimStart();
    const [head = '', ...tail] = text.split('\n');
    if (right === '' || !head.endsWith(right)) return text;
    return [head.slice(0, -right.length).trimEnd(), ...tail].join('\n');
  }

  /** The line goes on in the row below this one. */
  goesOn(row: number): boolean {
    const below = this.lineAt(row + 1);
    if (!below) return false;
    return below.isWrapped || (isFull(this.lineAt(row)) && cellsOf(below, 0).trim() !== '');
  }

  /** The same for a line that is still edited. */
  shownFrom(anchor: Anchor): ShownLine {
    const { active } = this.terminal.buffer;
    const cursor = active.cursorX;
    const before = this.readTo(anchor, cursor);
    const whole = this.lineFrom(anchor, this.lastRowOf(this.cursorRow));
    return { before, after: whole.startsWith(before) ? whole.slice(before.length) : '' };
  }

  /** The row goes on with the line of the one above. */
  isWrapped(row: number): boolean {
    return this.lineAt(row)?.isWrapped ?? false;
  }

  /** What xterm keeps rows in gives, behind its end, some that stood there once. */
  private lineAt(row: number): IBufferLine | undefined {
    const { active } = this.terminal.buffer;
    return row < active.length ? active.getLine(row) : undefined;
  }

  private firstOf(row: number): number {
    let first = row;
    while (first > 0 && this.lineAt(first)?.isWrapped) first--;
    return first;
  }

  private lastRowOf(row: number): number {
    let last = row;
    while (this.lineAt(last + 1)?.isWrapped) last++;
    return last;
  }

  private readTo(anchor: Anchor, column: number): string {
    const row = this.cursorRow;
    const first = anchor.marker.line;
    if (row === first) return this.rowText(row, anchor.column, Math.max(anchor.column, column));
    return this.read(first, anchor.column, row, { end: column, joinsFull: true });
  }

  private read(
    first: number,
    column: number,
    last: number,
    how: { end?: number; joinsFull: boolean },
  ): string {
    let text = '';
    for (let row = first; row <= last; row++) {
      const line = this.lineAt(row);
      const below = row < last ? this.lineAt(row + 1) : undefined;
      const piece = cellsOf(line, row === first ? column : 0, row === last ? how.end : undefined);
      if (below?.isWrapped || (below && how.joinsFull && isFull(line))) {
        // a wide character that did not fit leaves the last cell blank
        const isShort = below.getCell(0)?.getWidth() === 2 && piece.endsWith(' ');
        text += isShort ? piece.slice(0, -1) : piece;
      } else if (row === last) text += how.end === undefined ? piece.trimEnd() : piece;
      else text += `${piece.trimEnd()}\n`;
    }
    return text;
  }
}

/** Something stands in the last cell. */
function isFull(line: IBufferLine | undefined): boolean {
  const cell = line?.getCell(line.length - 1);
  return cell !== undefined && (cell.getWidth() === 0 || cell.getChars().trim() !== '');
}

function cellsOf(line: IBufferLine | undefined, from: number, to?: number): string {
  return line?.translateToString(false, from, to) ?? '';
}
