import type { IBuffer, IBufferLine, IBufferCell, Terminal } from '@xterm/headless';
import { z } from 'zod';

/** What xterm.js knows of a cell's colours and style; its own state for what is written next has the same methods. */
export type Style = Omit<IBufferCell, 'getChars' | 'getCode' | 'getWidth'>;

const style = z.custom<Style>((value) => value instanceof Object && 'isFgDefault' in value);
const charset = z.object({ q: z.string().optional() }).nullish();
const buffer = z.object({
  x: z.number(),
  y: z.number(),
  ybase: z.number(),
  savedX: z.number(),
  savedY: z.number(),
  savedCurAttrData: style,
  scrollTop: z.number(),
  scrollBottom: z.number(),
});
/** Parts of xterm.js 6 without a public way to read them. */
const inside = z.object({
  _core: z.object({
    coreService: z.object({ isCursorHidden: z.boolean() }),
    _inputHandler: z.object({ _curAttrData: style }),
    _charsetService: z.object({ glevel: z.number(), _charsets: z.array(charset) }),
    _bufferService: z.object({ buffers: z.object({ normal: buffer, alt: buffer }) }),
  }),
});
type InnerBuffer = z.infer<typeof buffer>;

/**
 * The terminal's state as text: written to an empty terminal of the same size and Unicode version it gives the same
 * screens, cursor, style, modes, scroll region and line-drawing set. What only matters to who types there, such as mouse
 * reports, is left out, and so are tab stops and changed colours.
 */
export function screenText(terminal: Terminal): string {
  const { _core: core } = inside.parse(terminal);
  const { normal, alt } = core._bufferService.buffers;
  const { buffer: shown } = terminal;
  let text = bufferText(shown.normal) + placeText(terminal, shown.normal, normal);
  // not 1049, which would save the cursor anew
  if (shown.active.type === 'alternate') {
    text += `${PLAIN}\x1b[?1047h\x1b[H${bufferText(shown.alternate)}${placeText(terminal, shown.alternate, alt)}`;
  }
  text += modesText(terminal);
  core._charsetService._charsets.slice(0, 2).forEach((set, index) => {
    if (set?.q === '─') text += `\x1b${index === 0 ? '(' : ')'}0`;
  });
  if (core._charsetService.glevel === 1) text += '\x0e';
  if (core.coreService.isCursorHidden) text += '\x1b[?25l';
  return text + styleText(core._inputHandler._curAttrData);
}

/** All lines of a buffer, from its first. */
function bufferText(buffer: IBuffer): string {
  let text = '';
  for (let row = 0; row < buffer.length; row++) {
    const line = buffer.getLine(row);
    if (!line) continue;
    const wraps = buffer.getLine(row + 1)?.isWrapped ?? false;
    text += lineText(line, wraps);
    // the style is off here: what scrolls in takes the background
    if (row + 1 < buffer.length && !wraps) text += '\r\n';
  }
  return text;
}

/** A line with its styles; one that wraps is filled to its end. */
function lineText(line: IBufferLine, wraps: boolean): string {
  let text = '';
  let last: string | null = null;
  let blanks = 0;
  for (let column = 0; column < line.length; column++) {
    const cell = line.getCell(column);
    if (!cell || cell.getWidth() === 0) continue;
    const chars = cell.getChars();
    if (chars === '' && cell.isAttributeDefault() && !wraps) {
      blanks++;
      continue;
    }
    const look = styleText(cell);
    if (blanks > 0) {
      text += last === null || last === PLAIN ? ' '.repeat(blanks) : `${PLAIN}${' '.repeat(blanks)}`;
      if (last !== null) last = PLAIN;
      blanks = 0;
    }
    if (look !== (last ?? PLAIN)) {
      text += look;
      last = look;
    }
    text += chars || ' ';
  }
  return last === null || last === PLAIN ? text : text + PLAIN;
}

/** The saved cursor, then the scroll region, then the cursor. */
function placeText(terminal: Terminal, buffer: IBuffer, place: InnerBuffer): string {
  const { modes, cols, rows } = terminal;
  const savedRow = Math.max(0, place.savedY - place.ybase);
  const { x, y, scrollTop, scrollBottom } = place;
  let text = `${to(savedRow, place.savedX)}${styleText(place.savedCurAttrData)}\x1b7${PLAIN}`;
  if (scrollTop > 0 || scrollBottom < rows - 1) text += `\x1b[${scrollTop + 1};${scrollBottom + 1}r`;
  // counts rows from the region's top from then on
  const isInRegion = modes.originMode && buffer.type === terminal.buffer.active.type;
  if (isInRegion) text += '\x1b[?6h';
  const row = isInRegion ? y - scrollTop : y;
  if (x < cols) return text + to(row, x);
  // the line is full and the next character wraps: only writing its last one again brings that about
  const line = buffer.getLine(place.ybase + y);
  const column = line?.getCell(cols - 1)?.getWidth() === 0 ? cols - 2 : cols - 1;
  const cell = line?.getCell(column);
  return `${text}${to(row, column)}${cell ? styleText(cell) : ''}${cell?.getChars() || ' '}${PLAIN}`;
}

function to(row: number, column: number): string {
  return `\x1b[${row + 1};${column + 1}H`;
}

function modesText({ modes }: Terminal): string {
  let text = '';
  if (modes.insertMode) text += '\x1b[4h';
  if (modes.reverseWraparoundMode) text += '\x1b[?45h';
  if (!modes.wraparoundMode) text += '\x1b[?7l';
  return text;
}

const PLAIN = '\x1b[0m';

/** SGR for exactly this style (ECMA-48 section 8.3.117). */
function styleText(cell: Style): string {
  if (cell.isAttributeDefault()) return PLAIN;
  const codes: number[] = [0];
  if (cell.isBold()) codes.push(1);
  if (cell.isDim()) codes.push(2);
  if (cell.isItalic()) codes.push(3);
  if (cell.isUnderline()) codes.push(4);
  if (cell.isBlink()) codes.push(5);
  if (cell.isInverse()) codes.push(7);
  if (cell.isInvisible()) codes.push(8);
  if (cell.isStrikethrough()) codes.push(9);
  if (cell.isOverline()) codes.push(53);
  if (cell.isFgRGB()) codes.push(38, 2, ...rgb(cell.getFgColor()));
  else if (cell.isFgPalette()) codes.push(...palette(cell.getFgColorMode(), cell.getFgColor(), 30));
  if (cell.isBgRGB()) codes.push(48, 2, ...rgb(cell.getBgColor()));
  else if (cell.isBgPalette()) codes.push(...palette(cell.getBgColorMode(), cell.getBgColor(), 40));
  return `\x1b[${codes.join(';')}m`;
}

/** xterm.js keeps the 16 old colours apart from the first 16 of the 256: only those are brightened by bold. */
const OLD_COLOURS = 0x1000000;

function palette(mode: number, colour: number, base: 30 | 40): number[] {
  if (mode !== OLD_COLOURS) return [base + 8, 5, colour];
  return [colour < 8 ? base + colour : base + 52 + colour];
}

function rgb(colour: number): number[] {
  return [(colour >> 16) & 255, (colour >> 8) & 255, colour & 255];
}
