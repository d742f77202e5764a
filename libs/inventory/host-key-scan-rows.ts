import { z } from 'zod';
import { HOST_KEY_VERDICTS, type HostKeyVerdict } from '#libs/contracts';
import { matches, orderBy, searchText, type ListSql } from '#libs/database';
import type { RunId } from '#libs/kernel';
import { EFFECTIVE_PORT } from './default-settings.js';
import { hostKeyFinding } from './host-key-findings.js';
import { RUN_ITEM_COLUMNS, RUN_ITEM_SORT_COLUMNS, runItemRow, type RunItemFilter } from './run-rows.js';

/** Lines of the keys that a scan kept under this name. */
const lines = (name: 'keys' | 'pins'): string =>
  `jsonb_path_query_array(i.outcome, '$.${name}[*].publicKey')`;

/** The results `i` of scans, each with its asset `a`, if that is still there, and the lines `p.lines` that are pinned now. */
export const SCANNED = `asset_run_items i LEFT JOIN assets a ON a.id = i.asset_id
  CROSS JOIN LATERAL (SELECT coalesce(jsonb_agg(k.type || ' ' || k.blob ORDER BY (k.type || ' ' || k.blob) COLLATE "C"), '[]') AS lines
                      FROM asset_host_keys k WHERE k.asset_id = i.asset_id) p`;

/** Where a result of {@link SCANNED} stands now; null: it was not scanned, or not yet. */
export const VERDICT = `CASE WHEN i.state = 'failed' THEN 'unreachable' WHEN i.state <> 'succeeded' THEN NULL
  WHEN a.id IS NULL THEN 'asset-deleted'
  WHEN p.lines <> ${lines('pins')} AND p.lines = ${lines('keys')} THEN 'pinned'
  WHEN p.lines <> ${lines('pins')} THEN 'pins-changed'
  WHEN a.address <> i.outcome->>'address' OR ${EFFECTIVE_PORT} <> (i.outcome->>'port')::int THEN 'address-changed'
  ELSE i.outcome->>'finding' END`;

const verdict = z.enum(HOST_KEY_VERDICTS).nullable();
const NOTHING_FOUND = { address: '', port: 0, finding: 'new' as const, keys: [], pins: [] };

/** One row of {@link hostKeyResultList}. */
export const hostKeyResultRow = runItemRow
  .extend({ verdict, outcome: hostKeyFinding.catch(NOTHING_FOUND) })
  .transform(({ outcome: { keys, pins }, ...item }) => ({ ...item, keys, pins }));

/** What an asset showed, as people see it. */
export type HostKeyResultRow = z.infer<typeof hostKeyResultRow>;

/** Which results of a scan a list shows. */
export interface HostKeyResultFilter extends RunItemFilter {
  verdict?: HostKeyVerdict | undefined;
}

/** By asset name; `q` is looked for in that and in the reason. */
export function hostKeyResultList(
  runId: RunId,
  filter: HostKeyResultFilter,
): { sql: ListSql; parameters: unknown[] } {
  const conditions = [
    'i.run_id = $1',
    matches('$2', 'i.asset_name', 'i.reason'),
    '($3::text IS NULL OR i.state = $3)',
    `($4::text IS NULL OR ${VERDICT} = $4)`,
  ];
  const sql = {
    columns: `${RUN_ITEM_COLUMNS}, ${VERDICT} AS verdict`,
    from: `${SCANNED} WHERE ${conditions.join(' AND ')}`,
    order: orderBy(filter.sort, RUN_ITEM_SORT_COLUMNS, 'place', 'i.asset_id'),
  };
  return { sql, parameters: [runId, searchText(filter.q), filter.state ?? null, filter.verdict ?? null] };
}

/** How many assets of a scan stand where. */
export const verdictCount = z.object({ verdict: z.enum(HOST_KEY_VERDICTS), count: z.number() });
export type VerdictCount = z.infer<typeof verdictCount>;

/** Gives rows of {@link verdictCount}; `$1` is the scan. */
export const VERDICT_COUNTS = `SELECT verdict, count(*)::int AS count
  FROM (SELECT ${VERDICT} AS verdict FROM ${SCANNED} WHERE i.run_id = $1) AS each
  WHERE verdict IS NOT NULL GROUP BY verdict`;
