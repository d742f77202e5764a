import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { told } from '#libs/inventory';
import type { Clock, UserId } from '#libs/kernel';
import { loginAttempt, type LoginAttemptRecord } from '../audit-trail.js';
import { localDays } from './local-days.js';
import type { DayFigures, SessionTally, TopEntry } from './session-tally.js';

/** How far back lines and top lists go, today included. */
export const DASHBOARD_DAYS = 30;
const TOP = 10;
const LOGINS = 8;
const FAILURES = 8;

const failure = z.object({
  systemUserId: z.string(),
  systemUsername: z.string(),
  assetId: z.string(),
  assetName: z.string(),
  /** Of the push that failed: another one may stand there. */
  mode: z.string(),
  failure: z.string(),
  /** The same by code, where it has one. */
  failureTold: z.object(told).nullable(),
  pushedAt: z.date(),
});
const counters = z.tuple([
  z.object({ users: z.number(), assets: z.number(), onlineUsers: z.number(), onlineSessions: z.number() }),
]);
const ownDays = z.array(z.object({ startsAt: z.date(), sessions: z.number() }));
const total = z.tuple([z.object({ total: z.number() })]);
const entries = z.array(z.object({ id: z.string(), name: z.string(), sessions: z.number() }));

/** A system user whose last push to an asset failed. */
export type PushFailure = z.infer<typeof failure>;

/** How the whole product is used. */
export interface DashboardFigures {
  /** Online users are those with a session under way. */
  counters: { users: number; assets: number; onlineUsers: number; onlineSessions: number };
  days: DayFigures[];
  topUsers: TopEntry[];
  topAssets: TopEntry[];
  lastLogins: LoginAttemptRecord[];
  pushFailures: { total: number; items: PushFailure[] };
}

/** How one person uses it. */
export interface OwnFigures {
  onlineSessions: number;
  days: Pick<DayFigures, 'day' | 'sessions'>[];
  topAssets: TopEntry[];
  lastLogins: LoginAttemptRecord[];
}

const LOGIN_COLUMNS = 'id, at, username, user_id AS "userId", address, way, method, succeeded, reason';

/** Figures of the first page: of everything, or of one's own sessions. */
export class Dashboard {
  constructor(
    private readonly dataSource: DataSource,
    private readonly tally: SessionTally,
    private readonly clock: Clock,
  ) {}

  /** Everybody's; days are those of the time zone. @throws RangeError for an unknown one */
  async overall(timeZone: string): Promise<DashboardFigures> {
    const now = this.clock.now();
    const [days, topUsers, topAssets, counted, lastLogins, pushFailures] = await Promise.all([
      this.tally.byDay(timeZone, now, DASHBOARD_DAYS),
      this.tally.top('user', now, DASHBOARD_DAYS, TOP),
      this.tally.top('asset', now, DASHBOARD_DAYS, TOP),
      this.counters(),
      this.logins(null),
      this.pushFailures(),
    ]);
    return { counters: counted, days, topUsers, topAssets, lastLogins, pushFailures };
  }

  /** One user's own. @throws RangeError for an unknown time zone */
  async own(userId: UserId, timeZone: string): Promise<OwnFigures> {
    const days = localDays(timeZone, this.clock.now(), DASHBOARD_DAYS);
    const query = (sql: string, parameters: unknown[]): Promise<unknown> =>
      this.dataSource.query(sql, parameters);
    const [online, sessions, topAssets, lastLogins] = await Promise.all([
      query('SELECT count(*)::int AS total FROM sessions WHERE ended_at IS NULL AND user_id = $1', [userId]),
      query(
        `SELECT d.starts_at AS "startsAt", count(s.id)::int AS sessions
         FROM unnest($2::timestamptz[], $3::timestamptz[]) AS d(starts_at, ends_at)
         JOIN sessions s ON s.user_id = $1 AND s.started_at >= d.starts_at AND s.started_at < d.ends_at
         GROUP BY d.starts_at`,
        [userId, days.map(({ startsAt }) => startsAt), days.map(({ endsAt }) => endsAt)],
      ),
      query(
        `SELECT s.asset_id AS id, (array_agg(s.asset_name ORDER BY s.started_at DESC))[1] AS name, count(*)::int AS sessions
         FROM sessions s WHERE s.user_id = $1 AND s.started_at >= $2
         GROUP BY s.asset_id ORDER BY 3 DESC, 1 LIMIT ${TOP}`,
        [userId, days[0]?.startsAt],
      ),
      this.logins(userId),
    ]);
    const of = new Map(ownDays.parse(sessions).map((row) => [row.startsAt.getTime(), row.sessions]));
    return {
      onlineSessions: total.parse(online)[0].total,
      days: days.map(({ day, startsAt }) => ({ day, sessions: of.get(startsAt.getTime()) ?? 0 })),
      topAssets: entries.parse(topAssets),
      lastLogins,
    };
  }

  private async counters(): Promise<DashboardFigures['counters']> {
    const rows: unknown = await this.dataSource.query(
      `SELECT (SELECT count(*)::int FROM users) AS users, (SELECT count(*)::int FROM assets) AS assets,
         count(DISTINCT user_id)::int AS "onlineUsers", count(*)::int AS "onlineSessions"
       FROM sessions WHERE ended_at IS NULL`,
    );
    return counters.parse(rows)[0];
  }

  private async logins(userId: UserId | null): Promise<LoginAttemptRecord[]> {
    const whose = userId === null ? 'true' : 'user_id = $1';
    const rows: unknown = await this.dataSource.query(
      `SELECT ${LOGIN_COLUMNS} FROM login_attempts WHERE ${whose} ORDER BY at DESC, id DESC LIMIT ${LOGINS}`,
      userId === null ? [] : [userId],
    );
    return loginAttempt.array().parse(rows);
  }

  private async pushFailures(): Promise<DashboardFigures['pushFailures']> {
    const counted: unknown = await this.dataSource.query(
      'SELECT count(*)::int AS total FROM push_records WHERE failure IS NOT NULL',
    );
    const rows: unknown = await this.dataSource.query(
      `SELECT r.system_user_id AS "systemUserId", s.username AS "systemUsername", r.asset_id AS "assetId",
         a.name AS "assetName", p.mode, r.failure, r.failure_told AS "failureTold", r.pushed_at AS "pushedAt"
       FROM (SELECT * FROM push_records WHERE failure IS NOT NULL ORDER BY pushed_at DESC LIMIT ${FAILURES}) r
       JOIN pushes p ON p.id = r.push_id JOIN system_users s ON s.id = r.system_user_id
       JOIN assets a ON a.id = r.asset_id
       ORDER BY r.pushed_at DESC, r.id`,
    );
    return { total: total.parse(counted)[0].total, items: failure.array().parse(rows) };
  }
}
