import { expect, it } from 'vitest';
import { isUuid, newId } from './ids.js';

const timeOf = (id: string): number => Number.parseInt(id.slice(0, 13).replace('-', ''), 16);

it('ids grow one by one, however many are made in a millisecond, and none comes twice', () => {
  const begin = Date.now();
  const ids = Array.from({ length: 50_000 }, () => newId());
  expect(ids).toEqual(ids.toSorted());
  expect(new Set(ids).size).toBe(ids.length);
  expect(timeOf(ids[0] ?? '')).toBeGreaterThanOrEqual(begin);
});

it('ids are UUIDs of version 7, random behind the time and the count', () => {
  const ids = Array.from({ length: 100 }, () => newId());
  for (const id of ids) expect(isUuid(id) && /^.{14}7.{4}[89ab]/.test(id)).toBe(true);
  expect(new Set(ids.map((id) => id.slice(19))).size).toBe(ids.length);
});
