import { z } from 'zod';
import {
  RUN_ITEM_STATES,
  RUN_KINDS,
  RUN_STATES,
  type RunItemState,
  type RunKind,
  type RunState,
} from '#libs/contracts';
import { matches, orderBy, searchText, sortFields, type ListSql, type PageRequest } from '#libs/database';
import { asId, type AssetId, type RunId } from '#libs/kernel';
import { told } from './told.js';

const counts = z.object({
  succeededCount: z.number(),
  failedCount: z.number(),
  stoppedCount: z.number(),
  runningCount: z.number(),
});

/** One row of {@link RUN_COLUMNS}. */
export const runRow = z
  .object({
    id: z.string().transform(asId<RunId>),
    kind: z.enum(RUN_KINDS),
    state: z.enum(RUN_STATES),
    terms: z.record(z.string(), z.unknown()),
    requestedBy: z.string(),
    createdAt: z.date(),
    startedAt: z.date().nullable(),
    finishedAt: z.date().nullable(),
    /** null: nobody. */
    stoppedBy: z.string().nullable(),
    assetCount: z.number(),
    counts,
  })
  .transform(({ counts: counted, ...run }) => ({ ...run, ...counted }));

/** A run as people see it. */
export type RunRow = z.infer<typeof runRow>;

/** Of a run `r`. Of one that is under way, its items are counted. */
export const RUN_COLUMNS = `r.id, r.kind, r.state, r.terms, r.requested_by AS "requestedBy", r.created_at AS "createdAt",
  r.started_at AS "startedAt", r.finished_at AS "finishedAt", r.stopped_by AS "stoppedBy", r.asset_count AS "assetCount",
  CASE WHEN r.finished_at IS NULL THEN
    (SELECT json_build_object('succeededCount', count(*) FILTER (WHERE i.state = 'succeeded'),
                              'failedCount', count(*) FILTER (WHERE i.state = 'failed'),
                              'stoppedCount', count(*) FILTER (WHERE i.state = 'stopped'),
                              'runningCount', count(*) FILTER (WHERE i.state = 'running'))
     FROM asset_run_items i WHERE i.run_id = r.id)
  ELSE json_build_object('succeededCount', r.succeeded_count, 'failedCount', r.failed_count,
                         'stoppedCount', r.stopped_count, 'runningCount', 0) END AS counts`;

const SORTS = { createdAt: 'r.created_at' };

/** Fields by which runs sort. */
export const RUN_SORTS = sortFields(SORTS);

/** Which runs a list shows. */
export interface RunFilter extends PageRequest {
  kind?: RunKind | undefined;
  state?: RunState | undefined;
  /** true: only those that are not finished. */
  open?: boolean | undefined;
}

/** The newest first unless asked otherwise; `q` is looked for in the name of who asked for it. */
export function runList(filter: RunFilter): { sql: ListSql; parameters: unknown[] } {
  const conditions = [
    matches('$1', 'r.requested_by'),
    '($2::text IS NULL OR r.kind = $2)',
    '($3::text IS NULL OR r.state = $3)',
    ...(filter.open === undefined ? [] : [`r.finished_at IS ${filter.open ? '' : 'NOT '}NULL`]),
  ];
  const sql = {
    columns: RUN_COLUMNS,
    from: `asset_runs r WHERE ${conditions.join(' AND ')}`,
    order: orderBy(filter.sort, SORTS, '-createdAt', 'r.id'),
    row: 'r',
  };
  return { sql, parameters: [searchText(filter.q), filter.kind ?? null, filter.state ?? null] };
}

/** A step as it stands in a result. */
export const runStep = z.object({ step: z.string(), ok: z.boolean(), ms: z.number(), ...told });

/** One row of {@link runItemList}. */
export const runItemRow = z.object({
  assetId: z.string().transform(asId<AssetId>),
  assetName: z.string(),
  state: z.enum(RUN_ITEM_STATES),
  /** The step that was made last, or that failed. */
  step: z.string().nullable(),
  reason: z.string(),
  steps: z.array(runStep),
  outcome: z.record(z.string(), z.unknown()),
  startedAt: z.date().nullable(),
  finishedAt: z.date().nullable(),
});

/** A run on one asset as people see it. */
export type RunItemRow = z.infer<typeof runItemRow>;

/** Of an item `i`. */
export const RUN_ITEM_COLUMNS = `i.asset_id AS "assetId", i.asset_name AS "assetName", i.state, i.step, i.reason, i.steps,
  i.outcome, i.started_at AS "startedAt", i.finished_at AS "finishedAt"`;

/** The columns by which the results of a run sort, by the fields' names. */
export const RUN_ITEM_SORT_COLUMNS = { place: 'i.place' };

/** Fields by which the results of a run sort. */
export const RUN_ITEM_SORTS = sortFields(RUN_ITEM_SORT_COLUMNS);

/** Which results of a run a list shows. */
export interface RunItemFilter extends PageRequest {
  state?: RunItemState | undefined;
}

/** By asset name; `q` is looked for in that and in the reason. */
export function runItemList(runId: RunId, filter: RunItemFilter): { sql: ListSql; parameters: unknown[] } {
  const conditions = [
    'i.run_id = $1',
    matches('$2', 'i.asset_name', 'i.reason'),
    '($3::text IS NULL OR i.state = $3)',
  ];
  const sql = {
    columns: RUN_ITEM_COLUMNS,
    from: `asset_run_items i WHERE ${conditions.join(' AND ')}`,
    order: orderBy(filter.sort, RUN_ITEM_SORT_COLUMNS, 'place', 'i.asset_id'),
  };
  return { sql, parameters: [runId, searchText(filter.q), filter.state ?? null] };
}
