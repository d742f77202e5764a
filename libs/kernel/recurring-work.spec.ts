import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { RecurringWork } from './recurring-work.js';

describe('RecurringWork', () => {
  it('goes on after a failure, never twice at a time', async () => {
    const failures: unknown[] = [];
    let running = 0;
    let most = 0;
    let done = 0;
    const work = async (): Promise<void> => {
      most = Math.max(most, ++running);
      await sleep(5);
      running--;
      if (++done === 2) throw new Error('the second time');
    };
    const recurring = new RecurringWork(work, { firstMs: 0, everyMs: 1 }, (error) => failures.push(error));
    recurring.start();
    await expect.poll(() => done, { timeout: 5_000 }).toBeGreaterThan(3);
    await recurring.stop();
    expect(most).toBe(1);
    expect(failures).toEqual([new Error('the second time')]);
  });

  it('stops after the work under way, and waits for it', async () => {
    let begun = 0;
    let ended = 0;
    const work = async (): Promise<void> => {
      begun++;
      await sleep(50);
      ended++;
    };
    const recurring = new RecurringWork(work, { firstMs: 0, everyMs: 0 }, () => undefined);
    recurring.start();
    await expect.poll(() => begun, { timeout: 5_000 }).toBe(1);
    await recurring.stop();
    expect(ended).toBe(1);
    await sleep(20);
    expect(begun).toBe(1);
  });
});
