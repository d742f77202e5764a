import type { DataSource } from 'typeorm';
import { z } from 'zod';
import type { BatchFailure, BatchResultState, Told } from '#libs/contracts';
import type { SqlSource } from '#libs/database';
import {
  asId,
  Gathered,
  type AssetId,
  type BatchExecutionId,
  type GatewayId,
  type SessionId,
  type SystemUserId,
  type UserId,
} from '#libs/kernel';
import type { AuditSpool } from '../spool/audit-spool.js';

/** A gateway that was silent for this long is lost. */
const LOST_AFTER = `interval '20 seconds'`;

/**
 * So long, to either side as clocks differ, a gateway leaves what has just been asked for to the one that has carried
 * out the same user's last one as the same system user: that one still has the connections (see `LEFT_MS`).
 */
const LEFT_FOR = `interval '500 milliseconds'`;
/** The same in milliseconds: who finds nothing looks again thereafter. */
export const LEFT_MS = 500;

const LOST_RUNNING: Told = {
  message:
    'The gateway that ran it was lost. Whether the command came to its end is not known; it is not run again.',
  code: 'lost-running',
};
const LOST_QUEUED: Told = { message: 'The gateway was lost before it began here.', code: 'lost-queued' };
const NOT_BEGUN: Told = { message: 'The gateway was stopped before it began here.', code: 'not-begun' };

const claimedRow = z.object({
  id: z.string().transform(asId<BatchExecutionId>),
  userId: z.string().transform(asId<UserId>),
  sourceAddress: z.string(),
  systemUserId: z.string().transform(asId<SystemUserId>),
  command: z.string(),
  parallel: z.number(),
  timeLimitSeconds: z.number(),
  outputBytes: z.number(),
});

/** A batch execution that a gateway has taken. */
export type ClaimedBatch = z.infer<typeof claimedRow>;

const CLAIMED = `id, user_id AS "userId", source_address AS "sourceAddress", system_user_id AS "systemUserId", command,
  parallel, time_limit_seconds AS "timeLimitSeconds", output_bytes AS "outputBytes"`;

const targetRows = z.array(z.object({ assetId: z.string().transform(asId<AssetId>), assetName: z.string() }));

/** One asset of a batch execution. */
export type BatchTarget = z.infer<typeof targetRows>[number];

/** What came of it on one asset. */
export interface BatchOutcome {
  assetId: AssetId;
  state: Extract<BatchResultState, 'succeeded' | 'failed' | 'stopped'>;
  exitStatus: number | null;
  signal: string | null;
  stdout: Buffer;
  stderr: Buffer;
  cutBytes: number;
  digest: string;
  failure: BatchFailure | null;
  reason: string;
  reasonTold: Told | null;
  sessionId: SessionId | null;
}

/** Of which a gateway hears that it is to be stopped. */
const idRows = z.array(z.object({ id: z.string().transform(asId<BatchExecutionId>) }));

interface Begin {
  gatewayId: GatewayId;
  id: BatchExecutionId;
  assetId: AssetId;
}

const begunRows = z.array(z.object({ id: z.string(), assetId: z.string() }));

/**
 * What gateways read and write of batch executions. One gateway carries one out from begin to end. A command is run at
 * most once on an asset: its row says `running` before it begins, and what a lost gateway had in hand is failed.
 */
export class BatchLedger {
  private readonly gathered = new Gathered((begins: Begin[]) => this.beginAll(begins));

  constructor(
    private readonly dataSource: DataSource,
    private readonly spool: AuditSpool,
  ) {}

  /**
   * Takes the one that waits longest; null: none waits, or another gateway, which still has connections (those that it
   * keeps for `keptMs` milliseconds), has the first word for some milliseconds more.
   */
  async claim(gatewayId: GatewayId, keptMs: number): Promise<ClaimedBatch | null> {
    const rows: unknown = await this.dataSource.query(
      `WITH taken AS (
         UPDATE batch_executions SET gateway_id = $1, state = 'running', started_at = now()
         WHERE id = (
           SELECT e.id FROM batch_executions e WHERE e.state = 'queued' AND e.finished_at IS NULL
             AND (e.created_at NOT BETWEEN now() - ${LEFT_FOR} AND now() + ${LEFT_FOR} OR NOT EXISTS (
               SELECT FROM (
                 SELECT o.gateway_id FROM batch_executions o
                 WHERE o.user_id = e.user_id AND o.system_user_id = e.system_user_id
                   AND o.created_at > now() - interval '1 hour' AND o.finished_at > now() - $2 * interval '1 millisecond'
                 ORDER BY o.created_at DESC LIMIT 1
               ) last JOIN gateways g ON g.id = last.gateway_id
               WHERE g.id <> $1 AND g.last_seen_at >= now() - ${LOST_AFTER}))
           ORDER BY e.created_at, e.id LIMIT 1 FOR UPDATE OF e SKIP LOCKED)
         RETURNING *
       ) SELECT ${CLAIMED} FROM taken`,
      [gatewayId, keptMs],
    );
    return claimedRow.array().parse(rows)[0] ?? null;
  }

  /** One that was begun for this gateway; null: it is over. */
  async own(gatewayId: GatewayId, id: BatchExecutionId): Promise<ClaimedBatch | null> {
    const rows: unknown = await this.dataSource.query(
      `SELECT ${CLAIMED} FROM batch_executions WHERE id = $2 AND gateway_id = $1 AND finished_at IS NULL`,
      [gatewayId, id],
    );
    return claimedRow.array().parse(rows)[0] ?? null;
  }

  /** Where it is to be run, by name. */
  async targets(id: BatchExecutionId): Promise<BatchTarget[]> {
    const rows: unknown = await this.dataSource.query(
      `SELECT asset_id AS "assetId", asset_name AS "assetName" FROM batch_results
       WHERE execution_id = $1 AND state = 'queued' ORDER BY place`,
      [id],
    );
    return targetRows.parse(rows);
  }

  /**
   * Says before the command begins on an asset that it does. False: it may not, it was stopped or taken for lost. Those
   * that begin in the same moment share a statement.
   */
  begin(gatewayId: GatewayId, id: BatchExecutionId, assetId: AssetId): Promise<boolean> {
    return this.gathered.ask({ gatewayId, id, assetId });
  }

  /** Notes what came out on an asset; it is written soon, of a gateway that was lost only to the others, also late. */
  finish(gatewayId: GatewayId, executionId: BatchExecutionId, outcome: BatchOutcome): void {
    const [stdout, stderr] = [outcome.stdout.toString('base64'), outcome.stderr.toString('base64')];
    const finishedAt = new Date();
    this.spool.note('batch-outcome', { ...outcome, stdout, stderr, executionId, gatewayId, finishedAt });
  }

  /** Fails what was not begun: its gateway stops. */
  async giveUp(gatewayId: GatewayId, id: BatchExecutionId): Promise<void> {
    await this.dataSource.query(
      `UPDATE batch_results r SET state = 'failed', failure = 'gateway_stopped', reason = $3::jsonb->>'message', reason_told = $3::jsonb,
         digest = 'gateway_stopped', finished_at = now()
       FROM batch_executions e
       WHERE e.id = $2 AND e.gateway_id = $1 AND r.execution_id = e.id AND r.state = 'queued'`,
      [gatewayId, id, JSON.stringify(NOT_BEGUN)],
    );
  }

  /** Counts what came of it, when nothing of it is left to do. Resolves when that and all its outcomes are written. */
  async close(id: BatchExecutionId): Promise<void> {
    this.spool.note('batch-close', { id });
    await this.spool.settled();
  }

  /** Those of the given ones that somebody stopped or that were closed. */
  async ended(ids: readonly BatchExecutionId[]): Promise<BatchExecutionId[]> {
    const rows: unknown = await this.dataSource.query(
      `SELECT id FROM batch_executions WHERE id = ANY($1::uuid[]) AND (stopped_by IS NOT NULL OR finished_at IS NOT NULL)`,
      [ids],
    );
    return idRows.parse(rows).map(({ id }) => id);
  }

  private async beginAll(begins: Begin[]): Promise<boolean[]> {
    const rows: unknown = await this.dataSource.query(
      `WITH begun AS (
         UPDATE batch_results r SET state = 'running', started_at = now()
         FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS asked (gateway_id, id, asset_id)
         JOIN batch_executions e ON e.id = asked.id AND e.gateway_id = asked.gateway_id AND e.stopped_by IS NULL
         WHERE r.execution_id = asked.id AND r.asset_id = asked.asset_id AND r.state = 'queued'
         RETURNING r.execution_id, r.asset_id
       ) SELECT execution_id AS id, asset_id AS "assetId" FROM begun`,
      [
        begins.map(({ gatewayId }) => gatewayId),
        begins.map(({ id }) => id),
        begins.map(({ assetId }) => assetId),
      ],
    );
    const begun = new Set(begunRows.parse(rows).map(({ id, assetId }) => `${id} ${assetId}`));
    return begins.map(({ id, assetId }) => begun.has(`${id} ${assetId}`));
  }

  /** Fails what lost gateways had in hand, and closes it. */
  async sweep(): Promise<void> {
    const rows: unknown = await this.dataSource.query(
      `WITH lost AS (
         SELECT e.id FROM batch_executions e WHERE e.finished_at IS NULL AND e.gateway_id IS NOT NULL
           AND NOT EXISTS (SELECT FROM gateways g WHERE g.id = e.gateway_id AND g.last_seen_at >= now() - ${LOST_AFTER})
       ), failed AS (
         UPDATE batch_results r SET state = 'failed', failure = 'gateway_lost', finished_at = now(),
           reason = told.how->>'message', reason_told = told.how, digest = 'gateway_lost ' || r.state
         FROM lost, (VALUES ('running', $1::jsonb), ('queued', $2::jsonb)) AS told (state, how)
         WHERE told.state = r.state AND r.execution_id = lost.id AND r.state IN ('queued', 'running')
       ) SELECT id FROM lost`,
      [LOST_RUNNING, LOST_QUEUED].map((told) => JSON.stringify(told)),
    );
    for (const { id } of idRows.parse(rows)) await closeBatch(this.dataSource, id);
  }
}

/** Writes the state of a batch execution of which nothing is left to do, or counts it again. */
export async function closeBatch(source: SqlSource, id: BatchExecutionId): Promise<void> {
  await source.query(
    `WITH counted AS (
       SELECT count(*) FILTER (WHERE state = 'succeeded') AS succeeded, count(*) FILTER (WHERE state = 'failed') AS failed,
         count(*) FILTER (WHERE state = 'stopped') AS stopped, count(*) FILTER (WHERE finished_at IS NULL) AS left
       FROM batch_results WHERE execution_id = $1
     )
     UPDATE batch_executions e SET finished_at = coalesce(e.finished_at, now()), succeeded_count = c.succeeded,
       failed_count = c.failed, stopped_count = c.stopped,
       state = CASE WHEN c.stopped > 0 THEN 'stopped' WHEN c.failed = 0 THEN 'succeeded'
         WHEN c.succeeded = 0 THEN 'failed' ELSE 'partial' END
     FROM counted c WHERE e.id = $1 AND c.left = 0`,
    [id],
  );
}
