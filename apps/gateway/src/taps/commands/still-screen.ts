import type { IBufferLine, Terminal } from '@xterm/headless';
import { partsOf } from './xterm-parts.js';

/** Columns between the tab stops that a terminal has at first. */
const TAB = 8;

/**
 * What draws the screen of a terminal on a new one of the same size, so that all that is written there next does what it
 * would have done here: rows, cursor, the saved cursor, how keys and pastes are marked. Not its colours, and nothing of
 * what was scrolled away: nobody reads those.
 * @returns null where more than that belongs to it: another buffer, half a sequence, a scroll region, character sets,
 *   tab stops, modes
 */
export function stillOf(terminal: Terminal): string | null {
  if (!isPlain(terminal)) return null;
  const { active } = terminal.buffer;
  const rows: IBufferLine[] = [];
  for (let y = 0; y < terminal.rows; y++) {
    const row = active.getLine(active.baseY + y);
    if (!row) return null;
    rows.push(row);
  }
  // of a line that began above, what stood there is gone
  if (rows.slice(0, active.cursorY + 1).every((row) => row.isWrapped)) return null;
  const began = rows[0]?.isWrapped ? rowAbove(terminal) : '';
  const drawn = rows.map((row, y) => {
    const at = y > 0 && row.isWrapped ? '' : place(0, y);
    return at + (rows[y + 1]?.isWrapped ? row.translateToString(false) : row.translateToString(true) || ' ');
  });
  const { savedX, savedY, ybase } = partsOf(terminal)._core.buffer;
  const saved = savedX === 0 && savedY === 0 ? '' : `${place(savedX, Math.max(0, savedY - ybase))}\x1b7`;
  const { bracketedPasteMode, applicationCursorKeysMode } = terminal.modes;
  const modes = (bracketedPasteMode ? '\x1b[?2004h' : '') + (applicationCursorKeysMode ? '\x1b[?1h' : '');
  return began + drawn.join('') + saved + place(active.cursorX, active.cursorY) + modes;
}

/** Makes the first row one that goes on with the line of a row above the screen. */
function rowAbove({ cols, rows }: Terminal): string {
  return place(0, 0) + ' '.repeat(cols + 1) + (rows > 1 ? `${place(0, rows - 1)}\n` : '');
}

/** CUP (ECMA-48, 8.3.21). */
function place(x: number, y: number): string {
  return `\x1b[${y + 1};${x + 1}H`;
}

function isPlain(terminal: Terminal): boolean {
  const { buffer, modes, cols, rows } = terminal;
  const { _core: core } = partsOf(terminal);
  const { glevel, charset, _charsets: charsets } = core._charsetService;
  const { _parser: parser, _utf8Decoder: decoder } = core._inputHandler;
  const stops = Object.keys(core.buffer.tabs).map(Number);
  return (
    buffer.active.type === 'normal' &&
    buffer.active.cursorX < cols &&
    parser.currentState === parser.initialState &&
    decoder.interim.every((byte) => byte === 0) &&
    core.buffer.scrollTop === 0 &&
    core.buffer.scrollBottom === rows - 1 &&
    [charset, core.buffer.savedCharset, ...charsets].every((set) => set === undefined) &&
    glevel === 0 &&
    !core.optionsService.rawOptions.convertEol &&
    modes.wraparoundMode &&
    !modes.reverseWraparoundMode &&
    !modes.insertMode &&
    !modes.originMode &&
    stops.length === Math.ceil(cols / TAB) &&
    stops.every((stop) => stop % TAB === 0)
  );
}
