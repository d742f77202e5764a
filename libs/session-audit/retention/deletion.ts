import type { Transaction } from '#libs/database';
import { newId } from '#libs/kernel';
import { ZERO_HASH, type Checkpoint, type SealedRow } from '../integrity/seal.js';
import type { SealChain } from '../integrity/seal-chain.js';

/** What is deleted in one transaction: places in the chain, and the time of each. */
export interface Deletion {
  of: SealedRow | 'recording';
  places: readonly { seq: number; at: Date }[];
  /** Size of files, where there are any. */
  bytes?: number;
}

/**
 * Writes down what a transaction deletes: a link of the chain with the places, so that verification accepts exactly
 * these, and a row of the operations log. @returns what the chain is to settle after the commit
 */
export async function writeDown(tx: Transaction, chain: SealChain, deletion: Deletion): Promise<Checkpoint> {
  const { of, places, bytes } = deletion;
  const times = places.map(({ at }) => at.getTime());
  const span = times.reduce<[number, number]>(
    ([first, last], time) => [Math.min(first, time), Math.max(last, time)],
    [Infinity, -Infinity],
  );
  const [from, to] = span.map((time) => new Date(time).toISOString());
  await tx.record({
    action: 'retention.delete',
    subjectType: 'retention',
    subjectId: null,
    subjectName: of,
    after: { count: places.length, from, to, ...(bytes !== undefined && { bytes }) },
  });
  const body = JSON.stringify({ of, runs: runsOf(places.map(({ seq }) => seq)) });
  return chain.extend(tx.manager, [{ kind: 'deletion', rowId: newId(), hash: ZERO_HASH, body }]);
}

/** Places as runs `[first, how many]`. */
function runsOf(seqs: readonly number[]): [number, number][] {
  const runs: [number, number][] = [];
  for (const seq of [...seqs].sort((one, other) => one - other)) {
    const last = runs.at(-1);
    if (last && last[0] + last[1] === seq) last[1] += 1;
    else runs.push([seq, 1]);
  }
  return runs;
}
