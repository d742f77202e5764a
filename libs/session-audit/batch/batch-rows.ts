import { z } from 'zod';
import {
  BATCH_FAILURES,
  BATCH_RESULT_STATES,
  BATCH_WAYS,
  RUN_STATES,
  type BatchResultState,
  type RunState,
} from '#libs/contracts';
import { matches, orderBy, searchText, type ListSql, type PageRequest } from '#libs/database';
import { told } from '#libs/inventory';
import {
  asId,
  type AssetId,
  type BatchExecutionId,
  type SessionId,
  type SystemUserId,
  type UserId,
} from '#libs/kernel';
import type { TimelineRequest, TimelineSql } from '../timeline.js';
import { plainOutput } from './plain-output.js';

/** Of each output a list shows so much, bytes. */
const PREVIEW_BYTES = 8_192;
/** Names that a group shows. */
const NAMED = 100;

const counts = z.object({
  succeededCount: z.number(),
  failedCount: z.number(),
  stoppedCount: z.number(),
  runningCount: z.number(),
});

/** One row of {@link EXECUTION_COLUMNS}. */
export const executionRow = z
  .object({
    id: z.string().transform(asId<BatchExecutionId>),
    userId: z.string().transform(asId<UserId>),
    username: z.string(),
    sourceAddress: z.string(),
    way: z.enum(BATCH_WAYS),
    systemUserId: z.string().transform(asId<SystemUserId>),
    systemUsername: z.string(),
    command: z.string(),
    pattern: z.string(),
    parallel: z.number(),
    timeLimitSeconds: z.number(),
    outputBytes: z.number(),
    state: z.enum(RUN_STATES),
    assetCount: z.number(),
    createdAt: z.date(),
    startedAt: z.date().nullable(),
    finishedAt: z.date().nullable(),
    /** null: nobody. */
    stoppedBy: z.string().nullable(),
    counts,
  })
  .transform(({ counts: counted, ...execution }) => ({ ...execution, ...counted }));

/** A batch execution as people see it. */
export type BatchExecutionRow = z.infer<typeof executionRow>;

/** Of `batch_executions`. Of one that is under way, its results are counted. */
export const EXECUTION_COLUMNS = `id, user_id AS "userId", username, source_address AS "sourceAddress", way,
  system_user_id AS "systemUserId", system_username AS "systemUsername", command, pattern, parallel,
  time_limit_seconds AS "timeLimitSeconds", output_bytes AS "outputBytes", state, asset_count AS "assetCount",
  created_at AS "createdAt", started_at AS "startedAt", finished_at AS "finishedAt", stopped_by AS "stoppedBy",
  CASE WHEN finished_at IS NULL THEN
    (SELECT json_build_object('succeededCount', count(*) FILTER (WHERE r.state = 'succeeded'),
      'failedCount', count(*) FILTER (WHERE r.state = 'failed'),
      'stoppedCount', count(*) FILTER (WHERE r.state = 'stopped'),
      'runningCount', count(*) FILTER (WHERE r.state = 'running'))
     FROM batch_results r WHERE r.execution_id = batch_executions.id)
  ELSE json_build_object('succeededCount', succeeded_count, 'failedCount', failed_count,
    'stoppedCount', stopped_count, 'runningCount', 0) END AS counts`;

/** Which batch executions a list shows. */
export interface BatchFilter extends TimelineRequest {
  userId?: UserId | undefined;
  systemUserId?: SystemUserId | undefined;
  state?: RunState | undefined;
}

/** The list as SQL; `q` searches user, system user, command, pattern and source address. */
export function executionTimeline(filter: BatchFilter): { sql: TimelineSql; parameters: unknown[] } {
  const conditions = [
    matches('$1', 'username', 'system_username', 'command', 'pattern', 'source_address'),
    '($2::uuid IS NULL OR user_id = $2)',
    '($3::uuid IS NULL OR system_user_id = $3)',
    '($4::text IS NULL OR state = $4)',
    '($5::timestamptz IS NULL OR created_at >= $5)',
    '($6::timestamptz IS NULL OR created_at < $6)',
  ];
  const { userId = null, systemUserId = null, state = null, from = null, to = null } = filter;
  return {
    sql: {
      columns: EXECUTION_COLUMNS,
      table: 'batch_executions',
      where: conditions.join(' AND '),
      at: 'created_at',
    },
    parameters: [searchText(filter.q), userId, systemUserId, state, from, to],
  };
}

const outcome = {
  state: z.enum(BATCH_RESULT_STATES),
  exitStatus: z.number().nullable(),
  signal: z.string().nullable(),
  failure: z.enum(BATCH_FAILURES).nullable(),
  reason: z.string(),
  reasonTold: z.object(told).nullable(),
  stdout: z.instanceof(Buffer).transform(plainOutput),
  stderr: z.instanceof(Buffer).transform(plainOutput),
  /** PostgreSQL gives bigint as text; nobody waits for 8 PiB. */
  cutBytes: z.string().transform(Number),
  keptBytes: z.number(),
  digest: z.string(),
};

/** One row of {@link RESULT_COLUMNS}. */
export const resultRow = z.object({
  assetId: z.string().transform(asId<AssetId>),
  assetName: z.string(),
  ...outcome,
  sessionId: z
    .string()
    .transform(asId<SessionId>)
    .nullable(),
  startedAt: z.date().nullable(),
  finishedAt: z.date().nullable(),
});

/** What came of it on one asset; in lists the outputs are cut to their first 8 KiB. */
export type BatchResultRow = z.infer<typeof resultRow>;

const outcomeColumns = (
  bytes: string,
): string => `r.exit_status AS "exitStatus", r.signal, r.failure, r.reason, r.reason_told AS "reasonTold",
  ${bytes.replaceAll('?', 'r.stdout')} AS stdout, ${bytes.replaceAll('?', 'r.stderr')} AS stderr,
  r.cut_bytes AS "cutBytes", octet_length(r.stdout) + octet_length(r.stderr) AS "keptBytes", r.digest`;

const PREVIEW = `substring(? FROM 1 FOR ${PREVIEW_BYTES})`;

/** Of a result `r`; its outputs whole, or their beginnings. */
export function resultColumns(outputs: 'whole' | 'preview'): string {
  return `r.asset_id AS "assetId", r.asset_name AS "assetName", r.state,
    ${outcomeColumns(outputs === 'whole' ? '?' : PREVIEW)},
    r.session_id AS "sessionId", r.started_at AS "startedAt", r.finished_at AS "finishedAt"`;
}

/** Which results a list shows. */
export interface BatchResultFilter extends PageRequest {
  state?: BatchResultState | undefined;
  /** Only those that came out like this. */
  digest?: string | undefined;
}

/** The list as SQL, by asset name. */
export function resultList(
  id: BatchExecutionId,
  { q, sort, state, digest }: BatchResultFilter,
): { sql: ListSql; parameters: unknown[] } {
  return {
    sql: {
      columns: resultColumns('preview'),
      from: `batch_results r WHERE r.execution_id = $1 AND ($2::text IS NULL OR r.state = $2)
        AND ($3::text IS NULL OR r.digest = $3) AND ${matches('$4', 'r.asset_name')}`,
      order: orderBy(sort, { assetName: 'r.place' }, 'assetName', 'r.asset_id'),
    },
    parameters: [id, state ?? null, digest ?? null, searchText(q)],
  };
}

/** Results that came out alike. */
export const groupRow = z.object({
  ...outcome,
  count: z.number(),
  /** The first by name. */
  assetNames: z.array(z.string()),
});

/** Results that came out alike, as one; outputs are cut to their first 8 KiB. */
export type BatchGroupRow = z.infer<typeof groupRow>;

/** Groups of what is done, the largest first; of those that failed alike, the reason is that of the first. */
export function groupList(sort: string | undefined): ListSql {
  return {
    columns: `r.state, ${outcomeColumns(PREVIEW)}, g.count, g."assetNames"`,
    from: `(
        SELECT state, digest, count(*)::int AS count, min(place) AS place,
          (array_agg(asset_name ORDER BY place))[1:${NAMED}] AS "assetNames"
        FROM batch_results WHERE execution_id = $1 AND finished_at IS NOT NULL AND ($2::text IS NULL OR state = $2)
        GROUP BY state, digest
      ) g JOIN batch_results r ON r.execution_id = $1 AND r.place = g.place`,
    // of equally large ones, the first by name comes first
    order: orderBy(sort, { count: 'g.count' }, '-count', '-g.place'),
  };
}
