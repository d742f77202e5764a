import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AccessCheck } from './access-check.js';

const TICK_MS = 250;

/** A check that is ticked as gateways do, over a database that is told how to answer. */
class Watched {
  readonly asked: string[][] = [];
  readonly told: string[] = [];
  due: string[] = [];
  answer: () => Promise<void> = () => Promise.resolve();

  readonly check = new AccessCheck<string>({
    all: () => ['a', 'b'],
    due: () => this.due,
    ask: (about) => {
      this.asked.push(about);
      return this.answer();
    },
    logger: {
      error: () => void this.told.push('error'),
      info: () => void this.told.push('info'),
    },
  });

  readonly ticker = setInterval(() => {
    this.check.tick();
  }, TICK_MS);
}

const away = (): Promise<void> => Promise.reject(new Error('connection refused'));
const hanging = (): Promise<void> => new Promise(() => undefined);

describe('the check of live sessions', () => {
  let watched: Watched;

  beforeEach(() => {
    vi.useFakeTimers();
    watched = new Watched();
  });
  afterEach(() => {
    clearInterval(watched.ticker);
    vi.useRealTimers();
  });

  it.each([
    ['away', away, 50],
    ['hanging', hanging, 40],
  ])('asks seldom and tells once while the database is %s for ten minutes', async (_how, answer, most) => {
    watched.due = ['a'];
    watched.answer = answer;
    await vi.advanceTimersByTimeAsync(600_000);
    expect(watched.asked.length).toBeGreaterThan(20);
    expect(watched.asked.length).toBeLessThan(most);
    expect(watched.told).toEqual(['error']);
    expect(watched.check.isFailing).toBe(true);
    watched.answer = () => {
      watched.due = [];
      return Promise.resolve();
    };
    await vi.advanceTimersByTimeAsync(21_000);
    expect(watched.told).toEqual(['error', 'info']);
    expect(watched.check.isFailing).toBe(false);
    const count = watched.asked.length;
    await vi.advanceTimersByTimeAsync(60_000);
    expect(watched.asked).toHaveLength(count);
  });

  it('asks about all at once when something changed, also in an outage', async () => {
    watched.due = ['a'];
    watched.answer = away;
    await vi.advanceTimersByTimeAsync(120_000);
    const count = watched.asked.length;
    watched.answer = () => Promise.resolve();
    watched.check.checkAll();
    expect(watched.asked.slice(count)).toEqual([['a', 'b']]);
  });

  it('asks again about what changed while it asked, and about all until they were answered', async () => {
    let answered: () => void = () => undefined;
    watched.answer = () => new Promise((resolve) => (answered = resolve));
    watched.check.checkAll();
    watched.check.checkAll();
    expect(watched.asked).toHaveLength(1);
    watched.answer = away;
    answered();
    await vi.advanceTimersByTimeAsync(1);
    expect(watched.asked).toEqual([
      ['a', 'b'],
      ['a', 'b'],
    ]);
    watched.answer = () => Promise.resolve();
    await vi.advanceTimersByTimeAsync(1_000);
    expect(watched.asked.slice(2)).toEqual([['a', 'b']]);
  });
});
