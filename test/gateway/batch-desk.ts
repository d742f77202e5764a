import { vi, expect } from 'vitest';
import { z } from 'zod';
import type { RestClient } from './rest.js';

const withId = z.object({ id: z.uuid() });

const execution = z.object({
  id: z.string(),
  state: z.string(),
  username: z.string(),
  way: z.string(),
  sourceAddress: z.string(),
  systemUsername: z.string(),
  command: z.string(),
  pattern: z.string(),
  assetCount: z.number(),
  succeededCount: z.number(),
  failedCount: z.number(),
  stoppedCount: z.number(),
  runningCount: z.number(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
  stoppedBy: z.string().nullable(),
});
const outcome = {
  state: z.string(),
  exitStatus: z.number().nullable(),
  signal: z.string().nullable(),
  failure: z.string().nullable(),
  reason: z.string(),
  stdout: z.string(),
  stderr: z.string(),
  cutBytes: z.number(),
  keptBytes: z.number(),
};
const result = z.object({
  assetId: z.string(),
  assetName: z.string(),
  ...outcome,
  sessionId: z.string().nullable(),
  startedAt: z.string().nullable(),
  finishedAt: z.string().nullable(),
});
const group = z.object({ ...outcome, count: z.number(), assetNames: z.array(z.string()) });

export type BatchShown = z.infer<typeof execution>;
export type BatchResultShown = z.infer<typeof result>;

/** What somebody runs on many assets over the API, and what they see of it. */
export class BatchHand {
  constructor(
    private readonly client: RestClient,
    private readonly systemUserId: string,
  ) {}

  async begin(pattern: string, command: string, more: object = {}): Promise<string> {
    const { systemUserId } = this;
    const body = { systemUserId, pattern, command, ...more };
    return (await this.client.call('POST', '/batch-executions', withId, body)).id;
  }

  show(id: string): Promise<BatchShown> {
    return this.client.call('GET', `/batch-executions/${id}`, execution);
  }

  async results(id: string, query = ''): Promise<Record<string, BatchResultShown>> {
    const page = z.object({ items: z.array(result) });
    const { items } = await this.client.call('GET', `/batch-executions/${id}/results?${query}`, page);
    return Object.fromEntries(items.map((item) => [item.assetName, item]));
  }

  whole(id: string, assetId: string): Promise<BatchResultShown> {
    return this.client.call('GET', `/batch-executions/${id}/results/${assetId}`, result);
  }

  async groups(id: string): Promise<z.infer<typeof group>[]> {
    const page = z.object({ items: z.array(group) });
    return (await this.client.call('GET', `/batch-executions/${id}/groups`, page)).items;
  }

  async stop(id: string): Promise<void> {
    await this.client.do('POST', `/batch-executions/${id}/stop`);
  }

  /** As soon as it is over. */
  ended(id: string, timeout = 30_000): Promise<BatchShown> {
    return vi.waitFor(
      async () => {
        const now = await this.show(id);
        expect(now.finishedAt, JSON.stringify(now)).not.toBeNull();
        return now;
      },
      { timeout, interval: 50 },
    );
  }

  /** Runs it to its end; gives the results by asset name. */
  async run(pattern: string, command: string, more: object = {}): Promise<Record<string, BatchResultShown>> {
    const id = await this.begin(pattern, command, more);
    await this.ended(id);
    return this.results(id);
  }
}
