import { describe, expect, it } from 'vitest';
import { OutputKeeper } from './output-keeper.js';

describe('output of a command', () => {
  it('is kept up to the limit, of both outputs together', () => {
    const keeper = new OutputKeeper(10, { left: 1000 });
    keeper.take('stdout', Buffer.from('1234567'));
    keeper.take('stderr', Buffer.from('abcdef'));
    keeper.take('stdout', Buffer.from('890'));
    expect(keeper.outputs()).toEqual({ stdout: Buffer.from('1234567'), stderr: Buffer.from('abc') });
    expect(keeper.cutBytes).toBe(6);
  });

  it('shares what may be kept in all', () => {
    const budget = { left: 5 };
    const [first, second] = [new OutputKeeper(4, budget), new OutputKeeper(4, budget)];
    for (const keeper of [first, second]) keeper.take('stdout', Buffer.from('123456'));
    expect(first.outputs().stdout.toString()).toBe('1234');
    expect(second.outputs().stdout.toString()).toBe('1');
    expect([first.cutBytes, second.cutBytes, budget.left]).toEqual([2, 5, 0]);
  });

  it('is told apart also where it was cut, and by its end', () => {
    const digestOf = (end: number, ...chunks: string[]): string => {
      const keeper = new OutputKeeper(2, { left: 100 });
      for (const chunk of chunks) keeper.take('stdout', Buffer.from(chunk));
      return keeper.digest([end]);
    };
    expect(digestOf(0, 'same')).toBe(digestOf(0, 'sa', 'me'));
    expect(digestOf(0, 'same')).not.toBe(digestOf(0, 'sawn'));
    expect(digestOf(0, 'same')).not.toBe(digestOf(1, 'same'));
  });
});
