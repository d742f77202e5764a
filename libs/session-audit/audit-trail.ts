import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { matches, searchText } from '#libs/database';
import type { UserId } from '#libs/kernel';
import { withNames } from './operation-names.js';
import { readTimeline, type TimelinePage, type TimelineRequest } from './timeline.js';

/** A row of the table `login_attempts`, in the words of the code. */
export const loginAttempt = z.object({
  id: z.string(),
  at: z.date(),
  username: z.string(),
  userId: z.string().nullable(),
  address: z.string(),
  way: z.string(),
  method: z.string(),
  succeeded: z.boolean(),
  reason: z.string().nullable(),
});

/** A login to the product, successful or not. */
export type LoginAttemptRecord = z.infer<typeof loginAttempt>;

/** Which login attempts a list shows. */
export interface LoginAttemptFilter extends TimelineRequest {
  userId?: UserId | undefined;
  succeeded?: boolean | undefined;
}

const fields = z.record(z.string(), z.unknown());

const operation = z.object({
  id: z.string(),
  at: z.date(),
  actorId: z.string().nullable(),
  actorName: z.string(),
  address: z.string().nullable(),
  way: z.string(),
  action: z.string(),
  subjectType: z.string(),
  subjectId: z.string().nullable(),
  subjectName: z.string(),
  before: fields.nullable(),
  after: fields.nullable(),
});

/** A change that somebody made. */
export interface OperationEntry extends z.infer<typeof operation> {
  /** By id: what is mentioned in `before` and `after` and has a name, as it is now or was last. */
  names: Record<string, string>;
}

/** Which operations a list shows. */
export interface OperationFilter extends TimelineRequest {
  actorId?: UserId | undefined;
  action?: string | undefined;
  subjectType?: string | undefined;
  subjectId?: string | undefined;
}

const PERIOD = '($2::timestamptz IS NULL OR at >= $2) AND ($3::timestamptz IS NULL OR at < $3)';

/** Who logged in and who changed what. */
export class AuditTrail {
  constructor(private readonly dataSource: DataSource) {}

  /** One page of logins, the latest first; `q` searches user name and address. */
  loginAttempts(filter: LoginAttemptFilter): Promise<TimelinePage<LoginAttemptRecord>> {
    const sql = {
      columns: 'id, at, username, user_id AS "userId", address, way, method, succeeded, reason',
      table: 'login_attempts',
      where: `${matches('$1', 'username', 'address')} AND ${PERIOD}
        AND ($4::uuid IS NULL OR user_id = $4) AND ($5::boolean IS NULL OR succeeded = $5)`,
      at: 'at',
    };
    const { q, from = null, to = null, userId = null, succeeded = null } = filter;
    const parameters = [searchText(q), from, to, userId, succeeded];
    return readTimeline(this.dataSource, loginAttempt, ({ at }) => at, sql, parameters, filter);
  }

  /** One page of operations, the latest first; `q` searches who, what and its name. */
  async operations(filter: OperationFilter): Promise<TimelinePage<OperationEntry>> {
    const sql = {
      columns: `id, at, actor_id AS "actorId", actor_name AS "actorName", address, way, action,
        subject_type AS "subjectType", subject_id AS "subjectId", subject_name AS "subjectName", before, after`,
      table: 'operations',
      where: `${matches('$1', 'actor_name', 'action', 'subject_name', 'address')} AND ${PERIOD}
        AND ($4::uuid IS NULL OR actor_id = $4) AND ($5::text IS NULL OR action = $5)
        AND ($6::text IS NULL OR subject_type = $6) AND ($7::text IS NULL OR subject_id = $7)`,
      at: 'at',
    };
    const { q, from = null, to = null, actorId = null, action = null } = filter;
    const { subjectType = null, subjectId = null } = filter;
    const parameters = [searchText(q), from, to, actorId, action, subjectType, subjectId];
    const page = await readTimeline(this.dataSource, operation, ({ at }) => at, sql, parameters, filter);
    return { ...page, items: await withNames(this.dataSource, page.items) };
  }
}
