import { z } from 'zod';
import { END_REASONS, SESSION_KINDS, type SessionKind } from '#libs/contracts';
import { matches, searchText } from '#libs/database';
import { asId, type AssetId, type SessionId, type SystemUserId, type UserId } from '#libs/kernel';
import { timelineOrder, type TimelineRequest, type TimelineSql } from './timeline.js';

/** PostgreSQL gives bigint as text; no session moves 8 PiB. */
const bytes = z.string().transform(Number);

/** One row of {@link SESSION_COLUMNS}. */
export const sessionRecord = z.object({
  id: z.string().transform(asId<SessionId>),
  kind: z.enum(SESSION_KINDS),
  userId: z.string().transform(asId<UserId>),
  username: z.string(),
  assetId: z.string().transform(asId<AssetId>),
  assetName: z.string(),
  systemUserId: z.string().transform(asId<SystemUserId>),
  systemUsername: z.string(),
  sourceAddress: z.string(),
  command: z.string().nullable(),
  destination: z.string().nullable(),
  startedAt: z.date(),
  /** null: online. */
  endedAt: z.date().nullable(),
  endReason: z.enum(END_REASONS).nullable(),
  endDetail: z.string().nullable(),
  exitStatus: z.number().nullable(),
  bytesIn: bytes,
  bytesOut: bytes,
  recordingPath: z.string().nullable(),
  recordingBytes: bytes,
  /** Lines entered so far; of an exec session, its one. */
  commandCount: z.number(),
});

/** A session as it stands in the history. */
export type SessionRecord = z.infer<typeof sessionRecord>;

/** Of the table `sessions`. */
export const SESSION_COLUMNS = `id, kind, user_id AS "userId", username, asset_id AS "assetId", asset_name AS "assetName",
  system_user_id AS "systemUserId", system_username AS "systemUsername", source_address AS "sourceAddress", command, destination,
  started_at AS "startedAt", ended_at AS "endedAt", end_reason AS "endReason", end_detail AS "endDetail",
  exit_status AS "exitStatus", bytes_in AS "bytesIn", bytes_out AS "bytesOut", recording_path AS "recordingPath",
  recording_bytes AS "recordingBytes",
  (SELECT count(*)::int FROM commands c WHERE c.session_id = sessions.id AND c.kind IN ('line', 'exec')) AS "commandCount"`;

/** Which sessions a list shows: those that were open at some moment from `from` on and before `to`. */
export interface SessionFilter extends TimelineRequest {
  state?: 'online' | 'ended' | undefined;
  userId?: UserId | undefined;
  assetId?: AssetId | undefined;
  systemUserId?: SystemUserId | undefined;
  kind?: SessionKind | undefined;
  /** Text in one of its commands. */
  entered?: string | undefined;
}

/** What lasts longer is rare; the index `sessions_long` holds it. */
const LONG = "interval '12 hours'";

/**
 * Sessions that hadn't ended before that moment, as a table and a condition. Of those that began long before it, only what
 * runs and what lasted long is read, each by an index of its own: a page that doesn't fill reads nothing that can't be on
 * it. All others are the plain table, narrowed from outside by `sought_at`, as PostgreSQL doesn't read a subquery with a
 * condition of its own in the page's order, but all of it, to sort it.
 */
function openFrom(parameter: string, order: string): { table: string; condition: string } {
  const from = `${parameter}::timestamptz`;
  const longAgo = [
    `started_at < ${from} - ${LONG} AND ended_at IS NULL`,
    `started_at < ${from} - ${LONG} AND ended_at >= ${from} AND ended_at - started_at > ${LONG}`,
  ].map((condition) => `(SELECT *, ${from} AS sought_at FROM sessions WHERE ${condition} ${order})`);
  return {
    table: `(${['SELECT *, started_at AS sought_at FROM sessions', ...longAgo].join(' UNION ALL ')}) AS sessions`,
    // the end that is noted for what a gateway lost can lie before the start
    condition: `sought_at >= ${from} - ${LONG} AND (ended_at IS NULL OR greatest(started_at, ended_at) >= ${from})`,
  };
}

/** The list as SQL with its parameters; `q` searches names, source address, command line and destination. */
export function sessionTimeline(filter: SessionFilter): { sql: TimelineSql; parameters: unknown[] } {
  const states = { online: 'ended_at IS NULL', ended: 'ended_at IS NOT NULL', any: 'true' };
  const conditions = [
    states[filter.state ?? 'any'],
    matches('$1', 'username', 'asset_name', 'system_username', 'source_address', 'command', 'destination'),
    '($2::uuid IS NULL OR user_id = $2)',
    '($3::uuid IS NULL OR asset_id = $3)',
    '($4::uuid IS NULL OR system_user_id = $4)',
    '($5::text IS NULL OR kind = $5)',
    '($6::timestamptz IS NULL OR started_at < $6)',
    '($7::text IS NULL OR sessions.id IN (SELECT c.session_id FROM commands c WHERE c.command ILIKE $7))',
  ];
  const { userId = null, assetId = null, systemUserId = null, kind = null, from = null, to = null } = filter;
  const known = [searchText(filter.q), userId, assetId, systemUserId, kind, to, searchText(filter.entered)];
  const at = 'started_at';
  if (from === null) {
    const where = conditions.join(' AND ');
    return { sql: { columns: SESSION_COLUMNS, table: 'sessions', where, at }, parameters: known };
  }
  const { table, condition } = openFrom('$8', timelineOrder(at, filter));
  const where = [...conditions, condition].join(' AND ');
  return { sql: { columns: SESSION_COLUMNS, table, where, at, inOrder: true }, parameters: [...known, from] };
}
