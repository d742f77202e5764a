import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Pty } from './downstream.js';
import { SettledSize } from './settled-size.js';

const sized = (columns: number): Pty => ({
  ...{ term: 'xterm', columns, rows: 24, widthPixels: 0, heightPixels: 0, modes: {} },
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('passes the first size on at once, and of those that follow at once the last', () => {
  const passed: number[] = [];
  const size = new SettledSize(sized(80), ({ columns }) => passed.push(columns));
  size.take(sized(80));
  expect(passed).toEqual([]);
  size.take(sized(81));
  expect(passed).toEqual([81]);
  for (let columns = 82; columns <= 200; columns++) size.take(sized(columns));
  expect(passed).toEqual([81]);
  vi.advanceTimersByTime(100);
  expect(passed).toEqual([81, 200]);
  size.take(sized(90));
  expect(passed).toEqual([81, 200, 90]);
  size.take(sized(91));
  // what is typed after it comes after it
  size.input();
  expect(passed).toEqual([81, 200, 90, 91]);
  size.take(sized(92));
  size.stop();
  vi.advanceTimersByTime(100);
  expect(passed).toEqual([81, 200, 90, 91]);
});
