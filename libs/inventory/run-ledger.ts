import type { DataSource } from 'typeorm';
import { z } from 'zod';
import type { RunItemState, RunKind, RunStep } from '#libs/contracts';
import type { SqlSource } from '#libs/database';
import { asId, WrittenTogether, type AssetId, type GatewayId, type RunId, type UserId } from '#libs/kernel';

/** How long a gateway that says nothing keeps what it took. */
const LEASE = `interval '20 seconds'`;
/** How often a gateway must renew its leases, so that a late answer or two of the database costs none. */
export const RUN_HEARTBEAT_MS = 5_000;
/** Begun so often without an end, it is given up: it may be what ends the gateways. */
const MAX_ATTEMPTS = 3;

const id = {
  runId: z.string().transform(asId<RunId>),
  assetId: z.string().transform(asId<AssetId>),
};

const claimed = z.object({
  ...id,
  assetName: z.string(),
  terms: z.record(z.string(), z.unknown()),
  requestedById: z
    .string()
    .transform(asId<UserId>)
    .nullable(),
  requestedBy: z.string(),
});

/** One asset of a run that a gateway has taken, and for whom it does it. */
export type ClaimedItem = z.infer<typeof claimed>;

/** Which asset of which run. */
export type RunItemKey = Pick<ClaimedItem, 'runId' | 'assetId'>;

/** What came of it. */
export interface RunItemResult {
  state: Extract<RunItemState, 'succeeded' | 'failed' | 'stopped'>;
  step: string | null;
  reason: string;
  steps: RunStep[];
  outcome: Record<string, unknown>;
}

/** What came of an item that a gateway holds. */
type Ended = RunItemKey & RunItemResult & { workerId: GatewayId };

const kept = z.array(z.object({ ...id, stopped: z.boolean() }));

/**
 * Shares out the work of runs among gateways. Who takes an item holds it by a lease that it renews; what a lost gateway
 * held is taken by another, and a gateway that was lost only to itself can't write its result any more.
 * All times are the database's.
 */
export class RunLedger {
  private readonly endings = new WrittenTogether((ended: Ended[]) => this.writeEndings(ended));

  constructor(private readonly dataSource: DataSource) {}

  /** Takes up to `count` items of this kind; runs take turns, asset by asset. */
  async claim(kind: RunKind, workerId: GatewayId, count: number): Promise<ClaimedItem[]> {
    const rows: unknown = await this.dataSource.query(
      `WITH due AS (
         SELECT run_id, asset_id FROM asset_run_items WHERE kind = $1 AND state = 'queued'
         ORDER BY place, run_id LIMIT $3 FOR UPDATE SKIP LOCKED
       ), taken AS (
         UPDATE asset_run_items i SET state = 'running', worker_id = $2, lease_until = now() + ${LEASE},
           attempts = i.attempts + 1, step = NULL, started_at = now()
         FROM due WHERE i.run_id = due.run_id AND i.asset_id = due.asset_id
         RETURNING i.run_id, i.asset_id, i.asset_name
       ), begun AS (
         UPDATE asset_runs SET state = 'running', started_at = now()
         WHERE state = 'queued' AND id IN (SELECT run_id FROM taken)
       )
       SELECT t.run_id AS "runId", t.asset_id AS "assetId", t.asset_name AS "assetName", r.terms,
              r.requested_by_id AS "requestedById", r.requested_by AS "requestedBy"
       FROM taken t JOIN asset_runs r ON r.id = t.run_id`,
      [kind, workerId, count],
    );
    return claimed.array().parse(rows);
  }

  /** Renews these. Gives those that the gateway still holds, and whether their run was stopped meanwhile. */
  async renew(
    workerId: GatewayId,
    keys: readonly RunItemKey[],
  ): Promise<(RunItemKey & { stopped: boolean })[]> {
    const rows: unknown = await this.dataSource.query(
      `WITH kept AS (
         UPDATE asset_run_items i SET lease_until = now() + ${LEASE}
         FROM unnest($2::uuid[], $3::uuid[]) AS held(run_id, asset_id)
         WHERE i.run_id = held.run_id AND i.asset_id = held.asset_id AND i.worker_id = $1 AND i.state = 'running'
         RETURNING i.run_id, i.asset_id
       )
       SELECT k.run_id AS "runId", k.asset_id AS "assetId", r.stopped_by IS NOT NULL AS stopped
       FROM kept k JOIN asset_runs r ON r.id = k.run_id`,
      [workerId, keys.map((key) => key.runId), keys.map((key) => key.assetId)],
    );
    return kept.parse(rows);
  }

  /** Shows how far items have come. */
  async showSteps(workerId: GatewayId, steps: readonly (RunItemKey & { step: string })[]): Promise<void> {
    await this.dataSource.query(
      `UPDATE asset_run_items i SET step = s.step FROM unnest($2::uuid[], $3::uuid[], $4::text[]) AS s(run_id, asset_id, step)
       WHERE i.run_id = s.run_id AND i.asset_id = s.asset_id AND i.worker_id = $1 AND i.state = 'running'`,
      [workerId, steps.map((s) => s.runId), steps.map((s) => s.assetId), steps.map((s) => s.step)],
    );
  }

  /** Writes what came of an item, if the gateway still holds it, and closes the run when that was its last. */
  finish(workerId: GatewayId, { runId, assetId }: RunItemKey, result: RunItemResult): Promise<void> {
    return this.endings.write({ ...result, workerId, runId, assetId });
  }

  private async writeEndings(ended: Ended[]): Promise<void> {
    await this.dataSource.query(
      `UPDATE asset_run_items i SET state = e.state, step = e.step, reason = e.reason, steps = e.steps,
         outcome = e.outcome, finished_at = now(), worker_id = NULL, lease_until = NULL
       FROM jsonb_to_recordset($1) AS e("workerId" uuid, "runId" uuid, "assetId" uuid, state text, step text, reason text,
         steps jsonb, outcome jsonb)
       WHERE i.run_id = e."runId" AND i.asset_id = e."assetId" AND i.worker_id = e."workerId" AND i.state = 'running'`,
      [JSON.stringify(ended)],
    );
    await closeRuns(this.dataSource, [...new Set(ended.map(({ runId }) => runId))]);
  }

  /** Gives back what the gateway holds of this kind, to be begun anew: it stops. */
  async release(kind: RunKind, workerId: GatewayId): Promise<void> {
    await this.dataSource.query(
      `UPDATE asset_run_items SET state = 'queued', worker_id = NULL, lease_until = NULL, step = NULL,
         started_at = NULL, attempts = attempts - 1
       WHERE state = 'running' AND kind = $1 AND worker_id = $2`,
      [kind, workerId],
    );
    await this.sweep();
  }

  /** Sets free what lost gateways held, ends what is left of stopped runs, closes runs that are done. */
  async sweep(): Promise<void> {
    const given = `Begun ${MAX_ATTEMPTS} times, and each time the gateway that did it was lost.`;
    await this.dataSource.query(
      `WITH lost AS (
         SELECT run_id, asset_id FROM asset_run_items WHERE state = 'running' AND lease_until < now() FOR UPDATE SKIP LOCKED
       )
       UPDATE asset_run_items i SET worker_id = NULL, lease_until = NULL,
         state = CASE WHEN i.attempts >= ${MAX_ATTEMPTS} THEN 'failed' ELSE 'queued' END,
         reason = CASE WHEN i.attempts >= ${MAX_ATTEMPTS} THEN $1 ELSE '' END,
         finished_at = CASE WHEN i.attempts >= ${MAX_ATTEMPTS} THEN now() END
       FROM lost WHERE i.run_id = lost.run_id AND i.asset_id = lost.asset_id`,
      [given],
    );
    await this.dataSource.query(
      `UPDATE asset_run_items i SET state = 'stopped', finished_at = now()
       FROM asset_runs r WHERE r.id = i.run_id AND r.finished_at IS NULL AND r.stopped_by IS NOT NULL AND i.state = 'queued'`,
    );
    await closeRuns(this.dataSource, null);
  }
}

/**
 * Writes the outcome of these runs, or of any (null), of which nothing is left to do. A statement of its own: of two gateways
 * that end the last two items at once, at least the later one sees both.
 */
export async function closeRuns(source: SqlSource, runIds: readonly RunId[] | null): Promise<void> {
  await source.query(
    `WITH done AS MATERIALIZED (
         SELECT r.id FROM asset_runs r WHERE r.finished_at IS NULL AND ($1::uuid[] IS NULL OR r.id = ANY($1))
         AND NOT EXISTS (SELECT FROM asset_run_items i WHERE i.run_id = r.id AND i.state = 'queued')
         AND NOT EXISTS (SELECT FROM asset_run_items i WHERE i.run_id = r.id AND i.state = 'running')
       ), counted AS (
         SELECT i.run_id, count(*) FILTER (WHERE i.state = 'succeeded') AS succeeded,
           count(*) FILTER (WHERE i.state = 'failed') AS failed, count(*) FILTER (WHERE i.state = 'stopped') AS stopped
         FROM done JOIN asset_run_items i ON i.run_id = done.id GROUP BY i.run_id
       ), closed AS (
         UPDATE asset_runs r SET finished_at = now(), succeeded_count = c.succeeded, failed_count = c.failed,
           stopped_count = c.stopped, state = CASE WHEN c.stopped > 0 THEN 'stopped' WHEN c.failed = 0 THEN 'succeeded'
             WHEN c.succeeded = 0 THEN 'failed' ELSE 'partial' END
         FROM counted c WHERE r.id = c.run_id AND r.finished_at IS NULL RETURNING r.id
       )
       SELECT id FROM closed`,
    [runIds],
  );
}
