import { z } from 'zod';
import type { SqlSource } from '#libs/database';
import type { SessionId } from '#libs/kernel';

/** What can be missing of a session: output in its recording; or rows that its gateway could keep nowhere. */
export const GAP_KINDS = ['recording', 'records'] as const;
export type GapKind = (typeof GAP_KINDS)[number];

const gapRow = z
  .object({
    kind: z.enum(GAP_KINDS),
    after: z.object({
      from: z.coerce.date(),
      to: z.coerce.date(),
      bytes: z.number().optional(),
      lost: z.record(z.string(), z.number()).optional(),
    }),
  })
  .transform(({ kind, after: { from, to, bytes = null, lost } }) => ({
    kind,
    from,
    to,
    /** Of output; null: rows are missing. */
    bytes,
    /** Rows of all sessions of the gateway, without logins, which are of none; null: output is missing. */
    records: lost ? countOf(lost) : null,
  }));

function countOf({ login: _, ...ofSessions }: Record<string, number>): number {
  return Object.values(ofSessions).reduce((sum, count) => sum + count, 0);
}

/** Something that is missing of a session, and from when to when. */
export type SessionGap = z.infer<typeof gapRow>;

/** What the operations log says is missing of a session, the first first. */
export async function readGaps(source: SqlSource, id: SessionId): Promise<SessionGap[]> {
  const rows = await source.query(
    `SELECT CASE o.action WHEN 'audit.gap' THEN 'records' ELSE 'recording' END AS kind, o.after
     FROM sessions s JOIN operations o ON o.action IN ('session.recording-gap', 'audit.gap')
       AND (o.action = 'session.recording-gap' AND o.subject_id = s.id::text
         OR o.action = 'audit.gap' AND o.subject_id = s.gateway_id::text
           AND (o.after->>'from')::timestamptz <= coalesce(s.ended_at, 'infinity')
           AND (o.after->>'to')::timestamptz >= s.started_at)
     WHERE s.id = $1 ORDER BY o.after->>'from', o.id`,
    [id],
  );
  return gapRow
    .array()
    .parse(rows)
    .filter(({ records }) => records !== 0);
}
