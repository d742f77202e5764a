import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainOutput } from './plain-output.js';

describe('what a command wrote, as text', () => {
  it.each([
    ['up 3 days\nload: 0.1\t0.2\n', 'up 3 days\nload: 0.1\t0.2\n'],
    ['windows\r\n', 'windows\n'],
    ['\x1b[2J\x1b]52;c;eA==\x07', '␛[2J␛]52;c;eA==␇'],
    ['50%\r100%', '50%␍100%'],
    ['a\0b\x7f', 'a␀b␡'],
    ['\x9b31m', '\ufffd31m'],
    ['abc\u202ecba\u2066', 'abc\ufffdcba\ufffd'],
    ['温度 36 °C', '温度 36 °C'],
  ])('shows %j as %j', (text, shown) => {
    expect(plainOutput(Buffer.from(text))).toBe(shown);
  });

  it('is harmless and storable whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const text = plainOutput(bytes);
        expect(text.replace(/[\n\t]/g, '')).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
        expect(text.isWellFormed()).toBe(true);
      }),
    );
  });
});
