import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { WrittenTogether } from './written-together.js';

describe('WrittenTogether', () => {
  const statements: number[][] = [];
  const paper = new WrittenTogether(async (numbers: number[]) => {
    statements.push(numbers);
    await sleep(1);
    if (numbers.includes(13)) throw new Error('13');
  });
  const made = (): number[][] => statements.splice(0);

  it('writes the first at once, and together what comes meanwhile', async () => {
    const writes = [1, 2, 3].map((one) => paper.write(one));
    expect(statements).toEqual([[1]]);
    await Promise.all(writes);
    expect(made()).toEqual([[1], [2, 3]]);
    await paper.write(4);
    expect(made()).toEqual([[4]]);
  });

  it('lets nobody fail for another’s item', async () => {
    const results = await Promise.allSettled([1, 2, 13, 3].map((one) => paper.write(one)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected', 'fulfilled']);
    expect(made()).toEqual([[1], [2, 13, 3], [2], [13], [3]]);
    await paper.write(5);
    expect(made()).toEqual([[5]]);
  });

  it('bounds a statement', async () => {
    await Promise.all(Array.from({ length: 1_101 }, (_, number) => paper.write(100 + number)));
    expect(made().map(({ length }) => length)).toEqual([1, 500, 500, 100]);
  });
});
