import type { Terminal } from '@xterm/headless';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { leanTerminal } from './lean-terminal.js';
import { stillOf } from './still-screen.js';
import { partsOf } from './xterm-parts.js';

const [COLUMNS, ROWS] = [12, 5];

const made = (): Terminal =>
  leanTerminal({ cols: COLUMNS, rows: ROWS, scrollback: 60, allowProposedApi: true, logLevel: 'off' });

const write = (terminal: Terminal, text: string): void => {
  if (text !== '') partsOf(terminal)._core.writeSync(text);
};

/** All that a detector reads of it. */
function seenOn(terminal: Terminal): unknown {
  const { active } = terminal.buffer;
  const rows = Array.from({ length: ROWS }, (_, y) => {
    const line = active.getLine(active.baseY + y);
    return [line?.translateToString(false), line?.isWrapped];
  });
  const { bracketedPasteMode, applicationCursorKeysMode } = terminal.modes;
  return { rows, cursor: [active.cursorX, active.cursorY], bracketedPasteMode, applicationCursorKeysMode };
}

/** Not ED 3: with what was scrolled away, xterm takes rows from the place of the saved cursor, which counts from there. */
const piece = fc.oneof(
  fc.string({ maxLength: 30 }).map((text) => text.replace(/\p{C}/gu, '')),
  fc.constantFrom(
    '中文',
    '한',
    'é',
    'e\u0301',
    '  ',
    '\t',
    '\r\n',
    '\r',
    '\n',
    '\b',
    '\x1b7',
    '\x1b8',
    '\x1bM',
  ),
  fc.constantFrom(
    '\x1b[K',
    '\x1b[1K',
    '\x1b[J',
    '\x1b[2J',
    '\x1b[P',
    '\x1b[2@',
    '\x1b[X',
    '\x1b[L',
    '\x1b[M',
  ),
  fc.constantFrom(
    '\x1b[?2004h',
    '\x1b[?2004l',
    '\x1b[?1h',
    '\x1b[?1l',
    '\x1b[A',
    '\x1b[B',
    '\x1b[C',
    '\x1b[D',
    '\x1b[1m',
  ),
  fc.tuple(fc.nat(ROWS), fc.nat(COLUMNS)).map(([y, x]) => `\x1b[${y};${x}H`),
);

describe('a screen that was put away', () => {
  it('shows the same, and goes on the same', () => {
    let stills = 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 25 }), fc.array(piece, { maxLength: 10 }), (first, then) => {
        const [kept, drawn] = [made(), made()];
        write(kept, first.join(''));
        const still = stillOf(kept);
        if (still === null) return;
        stills++;
        write(drawn, still);
        expect(seenOn(drawn)).toEqual(seenOn(kept));
        write(kept, then.join(''));
        write(drawn, then.join(''));
        expect(seenOn(drawn)).toEqual(seenOn(kept));
      }),
      { numRuns: 1_000 },
    );
    expect(stills).toBeGreaterThan(500);
  });

  it.each([
    ['on the other screen', '\x1b[?1049h'],
    ['in the middle of a sequence', 'a\x1b['],
    ['in the middle of a string', '\x1b]0;titl'],
    ['behind the last column', '0123456789ab'],
    ['with a scroll region', '\x1b[2;3r'],
    ['with line drawing', '\x1b(0'],
    ['with line drawing at hand', '\x1b)0'],
    ['with a tab stop of its own', '\x1b[1;4H\x1bH'],
    ['where characters push others on', '\x1b[4h'],
    ['where rows do not wrap', '\x1b[?7l'],
    ['where a line feed is a new line', '\x1b[20h'],
    ['where the cursor counts from the scroll region', '\x1b[?6h'],
    ['where the line of the cursor began above', 'x'.repeat(COLUMNS * (ROWS + 1) + 3)],
  ])('is not, %s', (_, text) => {
    const terminal = made();
    write(terminal, text);
    expect(stillOf(terminal)).toBeNull();
  });

  it('is not with a part of a character', () => {
    const terminal = made();
    partsOf(terminal)._core.writeSync(Buffer.from('é').subarray(0, 1));
    expect(stillOf(terminal)).toBeNull();
    partsOf(terminal)._core.writeSync(Buffer.from('é').subarray(1));
    expect(stillOf(terminal)).not.toBeNull();
  });
});
