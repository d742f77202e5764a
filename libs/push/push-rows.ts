import { z } from 'zod';
import {
  DRIFT_STATES,
  PUSH_RECORD_STATES,
  RUN_ITEM_STATES,
  type DriftState,
  type PushRecordState,
} from '#libs/contracts';
import {
  matches,
  orderBy,
  searchText,
  sortFields,
  type ListSql,
  type PageRequest,
  type PushEngine,
  type PushMode,
  type PushState,
} from '#libs/database';
import { runStep, told } from '#libs/inventory';
import { asId, type AssetId, type PushId, type SystemUserId } from '#libs/kernel';
import { driftFinding } from './drift-rows.js';

/** What a push may set on the asset, see {@link PushMode}. */
export const PUSH_MODES = [
  'key',
  'password',
  'both',
  'record-only',
  'recycle',
] as const satisfies readonly PushMode[];

/** What carries a push out. */
export const PUSH_ENGINES = ['none', 'agentless', 'ansible'] as const satisfies readonly PushEngine[];

/** Where a push may stand. */
export const PUSH_STATES = [
  'queued',
  'running',
  'succeeded',
  'partial',
  'failed',
  'stopped',
] as const satisfies readonly PushState[];

const pushId = z.string().transform(asId<PushId>);
const assetId = z.string().transform(asId<AssetId>);
const systemUserId = z.string().transform(asId<SystemUserId>);

/** One row of {@link pushList}. */
export const pushRow = z
  .object({
    id: pushId,
    systemUserId,
    systemUsername: z.string(),
    /** Whether the system user is still there. */
    systemUserExists: z.boolean(),
    removesSystemUser: z.boolean(),
    mode: z.enum(PUSH_MODES),
    state: z.enum(PUSH_STATES),
    pinHostKey: z.boolean(),
    requestedBy: z.string(),
    createdAt: z.date(),
    finishedAt: z.date().nullable(),
    /** null: nobody. */
    stoppedBy: z.string().nullable(),
    counts: z.object({
      assetCount: z.number(),
      succeededCount: z.number(),
      failedCount: z.number(),
      stoppedCount: z.number(),
    }),
  })
  .transform(({ counts, ...push }) => ({ ...push, ...counts }));

/** A push as people see it. */
export type PushRow = z.infer<typeof pushRow>;

/** How a push went on one asset. */
export const pushResultRow = z.object({
  assetId,
  assetName: z.string(),
  state: z.enum(RUN_ITEM_STATES),
  /** The step that was made last, or that failed. */
  step: z.string().nullable(),
  /** Why it failed. */
  reason: z.string(),
  steps: z.array(runStep),
  startedAt: z.date().nullable(),
  finishedAt: z.date().nullable(),
});
export type PushResultRow = z.infer<typeof pushResultRow>;

/** The results of pushes `id`, of those that ran and of those that only recorded. */
export const PUSH_RESULTS = `(
    SELECT push_id AS id, asset_id, asset_name, state, NULL AS step, '' AS reason, '[]'::jsonb AS steps, NULL AS engine,
           NULL::timestamptz AS started_at, NULL::timestamptz AS finished_at
    FROM push_results
    UNION ALL
    SELECT run_id, asset_id, asset_name, state, step, reason, steps, outcome->>'engine', started_at, finished_at
    FROM asset_run_items WHERE kind = 'push'
  )`;

/** Of a result `r`. */
export const PUSH_RESULT_COLUMNS = `r.asset_id AS "assetId", r.asset_name AS "assetName", r.state, r.step, r.reason, r.steps,
  r.started_at AS "startedAt", r.finished_at AS "finishedAt"`;

/** A push on one asset, with what the push was. */
export const pushHistoryRow = pushResultRow.extend({
  pushId,
  systemUserId,
  systemUsername: z.string(),
  mode: z.enum(PUSH_MODES),
  engine: z.enum(PUSH_ENGINES),
  requestedBy: z.string(),
  createdAt: z.date(),
});
export type PushHistoryRow = z.infer<typeof pushHistoryRow>;

/** Which pushes a history shows, asset by asset: of a system user, on an asset, or both. */
export interface PushHistoryFilter extends PageRequest {
  systemUserId?: SystemUserId | undefined;
  assetId?: AssetId | undefined;
}

/** What carried a push `p` out, whose run is `run`, on the asset of its result `r`. */
const PUSH_ENGINE = `CASE WHEN run.id IS NULL THEN 'none' ELSE coalesce(r.engine, run.terms->>'engine', 'agentless') END`;

/** The newest first. */
export function pushHistoryList(filter: PushHistoryFilter): {
  sql: ListSql;
  parameters: unknown[];
} {
  const sql = {
    columns: `${PUSH_RESULT_COLUMNS}, p.id AS "pushId", p.system_user_id AS "systemUserId",
      p.system_username AS "systemUsername", p.mode, ${PUSH_ENGINE} AS engine,
      p.requested_by AS "requestedBy", p.created_at AS "createdAt"`,
    from: `pushes p JOIN ${PUSH_RESULTS} r ON r.id = p.id LEFT JOIN asset_runs run ON run.id = p.id
           WHERE ($1::uuid IS NULL OR p.system_user_id = $1) AND ($2::uuid IS NULL OR r.asset_id = $2)`,
    order: 'p.created_at DESC, p.id DESC, r.asset_name, r.asset_id',
  };
  return { sql, parameters: [filter.systemUserId ?? null, filter.assetId ?? null] };
}

/** One row of {@link recordList}. */
export const recordRow = z.object({
  id: z.string(),
  systemUserId,
  systemUsername: z.string(),
  assetId,
  assetName: z.string(),
  pushId,
  mode: z.enum(PUSH_MODES),
  state: z.enum(PUSH_RECORD_STATES),
  succeeded: z.boolean(),
  /** Why the newest push failed; null: it didn't. */
  failure: z.string().nullable(),
  /** The same by code, where it has one. */
  failureTold: z.object(told).nullable(),
  engine: z.enum(PUSH_ENGINES),
  /** Whether the account stood there before the first push; null: no push has looked. */
  accountExisted: z.boolean().nullable(),
  /** What the newest drift scan since the push said; null: there was none. */
  drift: z.enum(DRIFT_STATES).nullable(),
  driftFindings: z.array(driftFinding),
  driftAt: z.date().nullable(),
  pushedAt: z.date(),
  pushedBy: z.string(),
});

/** That a system user stands on an asset, as people see it. */
export type PushRecordRow = z.infer<typeof recordRow>;

/** Of a push `p` with its system user `s`, if it is still there, and its run `run`, if it is one. */
export const PUSH_COLUMNS = `p.id, p.system_user_id AS "systemUserId", p.system_username AS "systemUsername",
  s.id IS NOT NULL AS "systemUserExists", p.removes_system_user AS "removesSystemUser", p.mode,
  coalesce(run.state, p.state) AS state, p.pin_host_key AS "pinHostKey", p.requested_by AS "requestedBy",
  p.created_at AS "createdAt", coalesce(run.finished_at, p.finished_at) AS "finishedAt", run.stopped_by AS "stoppedBy",
  (SELECT json_build_object('assetCount', count(*),
                            'succeededCount', count(*) FILTER (WHERE r.state = 'succeeded'),
                            'failedCount', count(*) FILTER (WHERE r.state = 'failed'),
                            'stoppedCount', count(*) FILTER (WHERE r.state = 'stopped'))
   FROM ${PUSH_RESULTS} r WHERE r.id = p.id) AS counts`;

/** Where {@link PUSH_COLUMNS} come from. */
export const PUSH_FROM =
  'pushes p LEFT JOIN system_users s ON s.id = p.system_user_id LEFT JOIN asset_runs run ON run.id = p.id';

const PUSH_SORT_COLUMNS = {
  createdAt: 'p.created_at',
  finishedAt: 'p.finished_at',
  systemUsername: 'p.system_username',
};

/** Fields by which pushes sort. */
export const PUSH_SORTS = sortFields(PUSH_SORT_COLUMNS);

/** Which pushes a list shows. */
export interface PushFilter extends PageRequest {
  systemUserId?: SystemUserId | undefined;
  state?: PushState | undefined;
  mode?: PushMode | undefined;
}

/** Newest first unless asked otherwise; `q` is looked for in the names of system user and asker. */
export function pushList(filter: PushFilter): { sql: ListSql; parameters: unknown[] } {
  const conditions = [
    matches('$1', 'p.system_username', 'p.requested_by'),
    '($2::uuid IS NULL OR p.system_user_id = $2)',
    '($3::text IS NULL OR coalesce(run.state, p.state) = $3)',
    '($4::text IS NULL OR p.mode = $4)',
  ];
  const sql = {
    columns: PUSH_COLUMNS,
    from: `${PUSH_FROM} WHERE ${conditions.join(' AND ')}`,
    order: orderBy(filter.sort, PUSH_SORT_COLUMNS, '-createdAt', 'p.id'),
  };
  const { systemUserId: user = null, state = null, mode = null } = filter;
  return { sql, parameters: [searchText(filter.q), user, state, mode] };
}

/** Of a record `p` with its system user `s`. */
const RECORD_STATE = `CASE WHEN p.failure IS NOT NULL OR NOT p.succeeded THEN 'failed'
  WHEN p.mode = 'record-only' THEN 'record-only'
  WHEN p.revision < s.revision OR p.key_version <> s.key_version OR p.password_version <> s.password_version THEN 'outdated'
  ELSE 'pushed' END`;

const RECORD_SORT_COLUMNS = { pushedAt: 'p.pushed_at', assetName: 'a.name', systemUsername: 's.username' };

/** Fields by which push records sort. */
export const PUSH_RECORD_SORTS = sortFields(RECORD_SORT_COLUMNS);

/** Which push records a list shows. */
export interface PushRecordFilter extends PageRequest {
  systemUserId?: SystemUserId | undefined;
  assetId?: AssetId | undefined;
  succeeded?: boolean | undefined;
  state?: PushRecordState | undefined;
  drift?: DriftState | undefined;
}

/** By asset unless asked otherwise; `q` is looked for in the names of system user and asset. */
export function recordList(filter: PushRecordFilter): { sql: ListSql; parameters: unknown[] } {
  const conditions = [
    matches('$1', 's.username', 'a.name'),
    '($2::uuid IS NULL OR p.system_user_id = $2)',
    '($3::uuid IS NULL OR p.asset_id = $3)',
    '($4::boolean IS NULL OR p.succeeded = $4)',
    `($5::text IS NULL OR ${RECORD_STATE} = $5)`,
    '($6::text IS NULL OR p.drift = $6)',
  ];
  const sql = {
    columns: `p.id, p.system_user_id AS "systemUserId", s.username AS "systemUsername", p.asset_id AS "assetId",
      a.name AS "assetName", p.push_id AS "pushId", p.mode, ${RECORD_STATE} AS state, p.succeeded,
      p.failure, p.failure_told AS "failureTold", p.engine, p.account_existed AS "accountExisted", p.drift,
      p.drift_findings AS "driftFindings", p.drift_at AS "driftAt", p.pushed_at AS "pushedAt", p.pushed_by AS "pushedBy"`,
    from: `push_records p JOIN system_users s ON s.id = p.system_user_id JOIN assets a ON a.id = p.asset_id
           WHERE ${conditions.join(' AND ')}`,
    order: orderBy(filter.sort, RECORD_SORT_COLUMNS, 'assetName', 'p.id'),
  };
  const { systemUserId = null, assetId = null, succeeded = null, state = null, drift = null } = filter;
  return { sql, parameters: [searchText(filter.q), systemUserId, assetId, succeeded, state, drift] };
}
