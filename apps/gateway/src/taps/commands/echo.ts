const SEQUENCES = [/\[([0-9;?]*)([@-~])/, /[()][0-9A-B]/, /[=>]/].map(({ source }) => `\u001b${source}`);
const TOKEN = new RegExp([...SEQUENCES, /\p{Cc}/u.source, /\P{Cc}+/u.source].join('|'), 'gu');
/** Steps that line editors use when they paint a line. */
const PLAIN_STEPS = new Set(['m', 'C', 'D', 'K', 'P', '@', 'J', 'A', 'B', 'G', 'h', 'l']);

/**
 * Whether an echo shows a line the honest way: with a line editor's steps only, and nothing that it paints is painted
 * over or erased before it ends. A line that hides a part of itself can't do that.
 * @param column of the cursor before it
 */
export function isPlainEcho(echo: string, column: number, columns: number): boolean {
  const painted = new Set<number>();
  let place = column;
  for (const [token, parameters = '', final] of echo.matchAll(TOKEN)) {
    if (final !== undefined) {
      if (!PLAIN_STEPS.has(final) || (/[hl]/.test(final) && !/^\?(?:25|2004|1)$/.test(parameters)))
        return false;
      const count = Math.max(1, Number(parameters) || 0);
      if (final === 'C') place += count;
      if (final === 'D') place -= count;
      if (final === 'A') place -= count * columns;
      if (final === 'B') place += count * columns;
      if (final === 'G') place = place - (place % columns) + count - 1;
      if (/[KJP]/.test(final) && [...painted].some((cell) => cell >= place)) return false;
    } else if (token === '\b') place--;
    else if (token === '\r') place -= ((place % columns) + columns) % columns;
    else if (token === '\n') place += columns;
    else if (token === '\x07' || token.startsWith('\x1b')) {
      if (token === '\x1b') return false;
    } else if (/^\p{Cc}/u.test(token)) return false;
    else {
      for (const character of token) {
        if (painted.has(place)) return false;
        if (character !== ' ') painted.add(place);
        place++;
      }
    }
  }
  return true;
}
