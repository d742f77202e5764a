import { expect, it } from 'vitest';
import { Screen } from './screen.js';

it('a line on the last row goes on in no row that stood there before the rows above were cleared', async () => {
  const screen = new Screen(10, 3, { lineFeed: () => undefined, alternate: () => undefined });
  const write = (text: string): Promise<void> => screen.write(Buffer.from(text));
  await write('0123456789wrapped\r\n'.repeat(50));
  // ED 3: what was scrolled away goes (xterm's control sequences)
  await write('\x1b[3J\r0123456789');
  expect(screen.cursorRow).toBe(2);
  expect(screen.goesOn(2)).toBe(false);
  expect(screen.isWrapped(3)).toBe(false);
});
