import { z } from 'zod';
import { DRIFT_FINDINGS, DRIFT_STATES, RUN_ITEM_STATES } from '#libs/contracts';
import type { Harness } from './harness.js';

const withId = z.object({ id: z.uuid() });
const run = z.object({ state: z.string(), requestedBy: z.string(), finishedAt: z.string().nullable() });

const result = z.object({
  assetName: z.string(),
  state: z.enum(RUN_ITEM_STATES),
  step: z.string().nullable(),
  reason: z.string(),
  steps: z.array(
    z.object({ step: z.string(), ok: z.boolean(), message: z.string(), code: z.string().optional() }),
  ),
  checkedCount: z.number(),
  drifted: z.array(z.string()),
});
export type DriftResult = z.infer<typeof result>;

const drift = z.object({
  drift: z.enum(DRIFT_STATES).nullable(),
  driftFindings: z.array(
    z.object({
      finding: z.enum(DRIFT_FINDINGS),
      isNote: z.boolean(),
      pushed: z.string(),
      found: z.string(),
    }),
  ),
  driftAt: z.string().nullable(),
});
export type DriftSeen = z.infer<typeof drift>;

const POLL_MS = 50;
const PATIENCE_MS = 60_000;

/** Scans for drift as an admin asks for them over REST. */
export class DriftDesk {
  constructor(private readonly harness: Harness) {}

  async start(body: object): Promise<string> {
    return (await this.harness.admin.call('POST', '/drift-scans', withId, body)).id;
  }

  /** Waits for its end; gives what came of each asset. */
  async end(id: string): Promise<DriftResult[]> {
    const deadline = Date.now() + PATIENCE_MS;
    while ((await this.harness.admin.call('GET', `/drift-scans/${id}`, run)).finishedAt === null) {
      if (Date.now() > deadline) throw new Error('The scan did not end');
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    const page = z.object({ items: z.array(result) });
    return (await this.harness.admin.call('GET', `/drift-scans/${id}/results`, page)).items;
  }

  /** Scans one asset to its end. */
  async scan(assetId: string): Promise<DriftResult> {
    const [only] = await this.end(await this.start({ assetIds: [assetId] }));
    if (!only) throw new Error('The scan has no result');
    return only;
  }

  async record(systemUserId: string, assetId: string): Promise<DriftSeen> {
    const path = `/push-records?systemUserId=${systemUserId}&assetId=${assetId}`;
    const { items } = await this.harness.admin.call('GET', path, z.object({ items: z.array(drift) }));
    const [only] = items;
    if (!only) throw new Error('There is no such record');
    return only;
  }

  /** What a scan says of one system user: `finding`s, notes in brackets. */
  async findings(systemUserId: string, assetId: string): Promise<string> {
    await this.scan(assetId);
    const { driftFindings } = await this.record(systemUserId, assetId);
    return driftFindings.map(({ finding, isNote }) => (isNote ? `(${finding})` : finding)).join(' ');
  }
}
