import { afterEach, describe, expect, it, vi } from 'vitest';
import { Lane } from './lane.js';

const CHUNK = Buffer.from('chunk');

describe('the way of a file to one of several assets', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('gives chunks in order to their end, and counts what was taken', async () => {
    const taken: number[] = [];
    const lane = new Lane((bytes) => taken.push(bytes));
    const got: string[] = [];
    const taking = (async () => {
      for await (const chunk of lane) got.push(chunk.toString());
    })();
    for (const text of ['a', 'bb', 'ccc']) await lane.put(Buffer.from(text));
    lane.finish();
    await taking;
    expect([got, taken]).toEqual([
      ['a', 'bb', 'ccc'],
      [1, 2, 3],
    ]);
  });

  it('gives an asset up that takes nothing for 20 s, no sooner, and takes what comes later without waiting', async () => {
    vi.useFakeTimers();
    const lane = new Lane();
    for (let count = 0; count < 8; count++) await lane.put(CHUNK);
    let isPut = false;
    const putting = lane.put(CHUNK).then(() => (isPut = true));
    await vi.advanceTimersByTimeAsync(19_900);
    expect([isPut, lane.failure]).toEqual([false, null]);
    await vi.advanceTimersByTimeAsync(200);
    await putting;
    expect(lane.failure).toMatchObject({ fault: 'ended', message: 'It took nothing for 20 s.' });
    await lane.put(CHUNK);
    await expect(lane.broken()).rejects.toThrow('It took nothing for 20 s.');
    await expect(lane[Symbol.asyncIterator]().next()).rejects.toThrow('It took nothing');
  });

  it('does not give up one that is slow but goes on', async () => {
    vi.useFakeTimers();
    const lane = new Lane();
    const chunks = lane[Symbol.asyncIterator]();
    for (let count = 0; count < 8; count++) await lane.put(CHUNK);
    for (let round = 0; round < 4; round++) {
      const putting = lane.put(CHUNK);
      await vi.advanceTimersByTimeAsync(19_000);
      await chunks.next();
      await putting;
    }
    expect(lane.failure).toBeNull();
  });
});
