import { describe, expect, it } from 'vitest';
import { Gathered } from './gathered.js';

describe('Gathered', () => {
  const statements: number[][] = [];
  const doubled = new Gathered(async (numbers: number[]) => {
    statements.push(numbers);
    if (numbers.includes(13)) throw new Error('13');
    return numbers.map((number) => number * 2);
  });
  const made = (): number[][] => statements.splice(0);

  it('answers what is asked in one turn by one statement', async () => {
    expect(await Promise.all([1, 2, 3].map((one) => doubled.ask(one)))).toEqual([2, 4, 6]);
    expect(made()).toEqual([[1, 2, 3]]);
    expect(await doubled.ask(4)).toBe(8);
    expect(made()).toEqual([[4]]);
  });

  it('lets nobody fail for another’s question', async () => {
    const results = await Promise.allSettled([1, 13, 3].map((one) => doubled.ask(one)));
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(made()).toEqual([[1, 13, 3], [1], [13], [3]]);
    await expect(doubled.ask(13)).rejects.toThrow('13');
    expect(made()).toEqual([[13]]);
  });

  it('bounds a statement', async () => {
    const numbers = Array.from({ length: 1_200 }, (_, number) => 100 + number);
    expect(await Promise.all(numbers.map((one) => doubled.ask(one)))).toEqual(numbers.map((one) => one * 2));
    expect(made().map(({ length }) => length)).toEqual([500, 500, 200]);
  });
});
