import { expect, it } from 'vitest';
import { ReusedBytes } from './reused-bytes.js';

const PIECE = Buffer.alloc(32 * 1024, 'x');
const PIECES = 20;

function fill(): ReusedBytes {
  const bytes = new ReusedBytes();
  for (let count = 0; count < PIECES; count++) bytes.add(PIECE);
  return bytes;
}

it('what grew large once takes no new memory the next time', () => {
  fill().release();
  const before = process.memoryUsage().arrayBuffers;
  for (let round = 0; round < 20; round++) {
    const bytes = fill();
    expect(bytes.length).toBe(PIECES * PIECE.length);
    expect(bytes.view(bytes.length - 3).toString()).toBe('xxx');
    bytes.release();
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000);
});
