import { expect, it } from 'vitest';
import { makePair } from './key-smith.js';

it('makes encrypted pairs while the process goes on answering', async () => {
  let answers = 0;
  const ticker = setInterval(() => answers++, 10);
  const pairs = await Promise.all(
    [1, 2, 3].map(() => makePair({ comment: 'alice', passphrase: 'a pass phrase' })),
  );
  clearInterval(ticker);
  expect(new Set(pairs.map((pair) => pair.publicKey)).size).toBe(3);
  expect(pairs[0]?.privateKey).toContain('OPENSSH PRIVATE KEY');
  // made in this thread, the three would leave at most a turn between them
  expect(answers).toBeGreaterThan(10);
});

it('refuses when too many wait', async () => {
  const wishes = Array.from({ length: 30 }, () => makePair({ comment: 'alice', passphrase: null }));
  const outcomes = await Promise.allSettled(wishes);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(20);
});
