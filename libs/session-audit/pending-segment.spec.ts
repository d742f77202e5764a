import { describe, expect, it } from 'vitest';
import { PendingSegment } from './pending-segment.js';

type Shown = [at: number, code: string, data: string];

function shown(segment: PendingSegment): Shown[] {
  return [...segment.events()].map(({ at, code, data }) => [at, code, data.toString()]);
}

describe('pending segment', () => {
  it('joins output that follows within eight milliseconds, but not across a mark', () => {
    const segment = new PendingSegment();
    segment.addOutput(0.25, Buffer.from('a'));
    segment.addOutput(7, Buffer.from('b'));
    segment.addOutput(9, Buffer.from('c'));
    segment.addMark(10, 'r', '100x30');
    segment.addOutput(11, Buffer.from('d'));
    expect(shown(segment)).toEqual([
      [0.25, 'o', 'ab'],
      [9, 'o', 'c'],
      [10, 'r', '100x30'],
      [11, 'o', 'd'],
    ]);
    expect([segment.firstAt, segment.lastAt, segment.shown]).toEqual([0.25, 11, 4]);
    expect(segment.tail(3).toString()).toBe('bcd');
  });

  it('puts marks of earlier moments where they belong', () => {
    const segment = new PendingSegment();
    for (const at of [10, 20, 30]) segment.addOutput(at, Buffer.from(`${at};`));
    segment.addMark(40, 'm', 'forty');
    segment.addMark(15, 'm', 'fifteen');
    segment.addMark(5, 'm', 'five');
    segment.addMark(20, 'm', 'twenty');
    segment.addMark(15, 'm', 'fifteen too');
    segment.addOutput(41, Buffer.from('41;'));
    expect(shown(segment).map(([, , data]) => data)).toEqual([
      'five',
      '10;',
      'fifteen',
      'fifteen too',
      '20;',
      'twenty',
      '30;',
      'forty',
      '41;',
    ]);
    expect(segment.firstAt).toBe(5);
    expect(segment.lastAt).toBe(41);
  });

  it('takes a hundred thousand marks among as many outputs without counting them anew for each', () => {
    const segment = new PendingSegment();
    const begun = performance.now();
    for (let at = 0; at < 100_000; at++) {
      segment.addOutput(at * 10, Buffer.from('.'));
      segment.addMark(at * 10 + 5, 'r', '80x24');
    }
    expect([...segment.events()]).toHaveLength(200_000);
    expect(performance.now() - begun).toBeLessThan(5_000);
  });

  it('keeps what grows in several segments at once apart', () => {
    const all = ['a', 'b', 'c'].map((letter) => ({ letter, segment: new PendingSegment() }));
    for (let round = 0; round < 3; round++) {
      for (let count = 0; count < 50; count++) {
        for (const { letter, segment } of all) segment.addOutput(count, Buffer.alloc(1000, letter));
      }
      for (const { letter, segment } of all) {
        const text = shown(segment)
          .map(([, , data]) => data)
          .join('');
        expect(text === letter.repeat(50_000)).toBe(true);
        segment.release();
      }
      for (const one of all) one.segment = new PendingSegment();
    }
  });
});
