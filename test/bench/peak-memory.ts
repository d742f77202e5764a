import { setTimeout as sleep } from 'node:timers/promises';
import type { Bench } from './routes.js';

const SAMPLE_MS = 100;

/** Memory of the gateways before, and the most of it meanwhile; bytes. */
export async function peakDuring(
  { harness: { product } }: Bench,
  work: () => Promise<void>,
): Promise<{ before: number; peak: number }> {
  const before = await product.gatewayMemory();
  let peak = before;
  const done = new AbortController();
  const watching = (async () => {
    while (!done.signal.aborted) {
      peak = Math.max(peak, await product.gatewayMemory());
      await sleep(SAMPLE_MS);
    }
  })();
  await work().finally(() => {
    done.abort();
  });
  await watching;
  return { before, peak };
}
