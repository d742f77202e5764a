import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { localDays, type LocalDay } from './local-days.js';

/** The row of a session is written before it begins; this is for gateways whose clocks differ. */
const SETTLED_MS = 15 * 60_000;
/** Days that are kept: what the dashboard looks at, and some. */
const KEEP_MS = 60 * 24 * 60 * 60_000;
/** Totals are those of one window of days each: only the last one is asked for. */
const TOTALS_KEEP_MS = 3 * 24 * 60 * 60_000;

/** Sessions of a day, and of how many users they are. */
export interface DayFigures {
  day: string;
  sessions: number;
  users: number;
}

/** A user or an asset and how many sessions they had. */
export interface TopEntry {
  id: string;
  /** As they are called now; who is gone, as they were called last. */
  name: string;
  sessions: number;
}

const figures = z.array(z.object({ startsAt: z.date(), sessions: z.number(), users: z.number() }));
type Figures = z.infer<typeof figures>;
const marks = z.array(z.object({ startsAt: z.date(), hasTotals: z.boolean() }));
const entries = z.array(z.object({ id: z.string(), name: z.string(), sessions: z.number() }));

/** Where subjects have their names: now, and in a session. */
const SUBJECTS = {
  user: { table: 'users', name: 'username', told: 'username' },
  asset: { table: 'assets', name: 'name', told: 'asset_name' },
} as const;

/** Takes the bounds as two lists. */
const GIVEN_DAYS = 'unnest($1::timestamptz[], $2::timestamptz[]) AS d(starts_at, ends_at)';

/** In one order, so that two who keep the same days never wait for each other in a ring. */
const COUNT_DAYS = `SELECT d.starts_at AS "startsAt", d.ends_at, count(s.user_id)::int AS sessions,
    count(DISTINCT s.user_id)::int AS users
  FROM ${GIVEN_DAYS} LEFT JOIN sessions s ON s.started_at >= d.starts_at AND s.started_at < d.ends_at
  GROUP BY d.starts_at, d.ends_at ORDER BY d.starts_at`;

/**
 * Counts sessions by day. A day that is over is counted once and kept, as no session begins in it any more; only the day
 * under way is counted when somebody asks. So no question goes through the history.
 */
export class SessionTally {
  constructor(private readonly dataSource: DataSource) {}

  /** The last `count` days of the zone, today last. */
  async byDay(timeZone: string, now: Date, count: number): Promise<DayFigures[]> {
    const days = localDays(timeZone, now, count);
    const over = days.filter((each) => isOver(each, now));
    let rows = await this.kept(over);
    if (rows.length < over.length) {
      await this.keep(over, rows);
      rows = await this.kept(over);
    }
    rows = [...rows, ...(await this.counted(days.filter((each) => !isOver(each, now))))];
    const of = new Map(rows.map((row) => [row.startsAt.getTime(), row]));
    return days.map(({ day, startsAt }) => {
      const { sessions = 0, users = 0 } = of.get(startsAt.getTime()) ?? {};
      return { day, sessions, users };
    });
  }

  /** Who had the most sessions in the last `count` days, counted in UTC. */
  async top(subject: 'user' | 'asset', now: Date, count: number, limit: number): Promise<TopEntry[]> {
    const open = await this.keepCounts(now, count);
    const { table, name, told } = SUBJECTS[subject];
    const rows: unknown = await this.dataSource.query(
      `WITH before AS (SELECT subject_id AS id, sessions FROM session_totals WHERE day = $1::date AND subject = $2),
         lately AS (SELECT ${subject}_id AS id, count(*)::int AS sessions FROM sessions WHERE started_at >= $3 GROUP BY 1)
       SELECT t.id, t.sessions, coalesce(
         (SELECT n.${name} FROM ${table} n WHERE n.id = t.id),
         (SELECT s.${told} FROM sessions s WHERE s.${subject}_id = t.id ORDER BY s.started_at DESC LIMIT 1),
         t.id::text) AS name
       FROM (
         SELECT l.id, l.sessions + coalesce(b.sessions, 0) AS sessions FROM lately l LEFT JOIN before b USING (id)
         UNION ALL
         SELECT * FROM (
           SELECT * FROM before b WHERE NOT EXISTS (SELECT FROM lately l WHERE l.id = b.id)
           ORDER BY b.sessions DESC, b.id LIMIT $4
         ) best
         ORDER BY 2 DESC, 1 LIMIT $4
       ) t ORDER BY t.sessions DESC, t.id`,
      [open.day, subject, open.startsAt, limit],
    );
    return entries.parse(rows);
  }

  /** Counts by user and asset what is over and not yet counted; gives the first day (UTC) that is not over. */
  async keepCounts(now: Date, count: number): Promise<LocalDay> {
    const days = localDays('UTC', now, count);
    const over = days.filter((each) => isOver(each, now));
    const rows: unknown = await this.dataSource.query(
      `SELECT f.starts_at AS "startsAt", f.has_totals AS "hasTotals"
       FROM ${GIVEN_DAYS} JOIN session_figures f USING (starts_at, ends_at) WHERE f.has_counts`,
      boundsOf(over),
    );
    const done = new Map(marks.parse(rows).map((mark) => [mark.startsAt.getTime(), mark]));
    for (const each of over) if (!done.has(each.startsAt.getTime())) await this.keepCountsOf(each);
    const [first] = days;
    const last = over.at(-1);
    const open = days[over.length];
    if (!first || !last || !open) throw new RangeError('top lists look at two days at least');
    if (!done.get(last.startsAt.getTime())?.hasTotals) await this.keepTotals(first, last, open);
    return open;
  }

  /** Removes what no dashboard looks at any more. */
  async forget(now: Date): Promise<void> {
    const before = new Date(now.getTime() - KEEP_MS);
    await this.dataSource.query('DELETE FROM session_figures WHERE ends_at < $1', [before]);
    await this.dataSource.query('DELETE FROM session_counts WHERE day < $1::date', [before]);
    await this.dataSource.query('DELETE FROM session_totals WHERE day < $1::date', [
      new Date(now.getTime() - TOTALS_KEEP_MS),
    ]);
  }

  private async kept(days: readonly LocalDay[]): Promise<Figures> {
    const rows: unknown = await this.dataSource.query(
      `SELECT f.starts_at AS "startsAt", f.sessions, f.users
       FROM ${GIVEN_DAYS} JOIN session_figures f USING (starts_at, ends_at)`,
      boundsOf(days),
    );
    return figures.parse(rows);
  }

  private async counted(days: readonly LocalDay[]): Promise<Figures> {
    return figures.parse(await this.dataSource.query(COUNT_DAYS, boundsOf(days)));
  }

  /** Counts those of the days that nobody has counted yet. */
  private async keep(days: readonly LocalDay[], kept: Figures): Promise<void> {
    const known = new Set(kept.map(({ startsAt }) => startsAt.getTime()));
    const missing = days.filter(({ startsAt }) => !known.has(startsAt.getTime()));
    await this.dataSource.query(
      `INSERT INTO session_figures (starts_at, ends_at, sessions, users) ${COUNT_DAYS} ON CONFLICT DO NOTHING`,
      boundsOf(missing),
    );
  }

  /** The row of the day tells who else counts it to wait, and then that it is done. */
  private async keepCountsOf(day: LocalDay): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const taken: unknown = await manager.query(
        `INSERT INTO session_figures AS f (starts_at, ends_at, sessions, users, has_counts)
         SELECT c.*, true FROM (${COUNT_DAYS}) c
         ON CONFLICT (starts_at, ends_at) DO UPDATE SET has_counts = true WHERE NOT f.has_counts
         RETURNING starts_at AS "startsAt", has_totals AS "hasTotals"`,
        boundsOf([day]),
      );
      if (marks.parse(taken).length === 0) return;
      for (const subject of ['user', 'asset'] as const) {
        await manager.query(
          `INSERT INTO session_counts (day, subject, subject_id, sessions)
           SELECT $1::date, $2, ${subject}_id, count(*) FROM sessions
           WHERE started_at >= $3 AND started_at < $4 GROUP BY ${subject}_id`,
          [day.day, subject, day.startsAt, day.endsAt],
        );
      }
    });
  }

  /** Adds up the days from the first to the last, for questions asked on the day after it. */
  private async keepTotals(first: LocalDay, last: LocalDay, next: LocalDay): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      const rows: unknown = await manager.query(
        `SELECT f.starts_at AS "startsAt", f.has_totals AS "hasTotals"
         FROM ${GIVEN_DAYS} JOIN session_figures f USING (starts_at, ends_at) FOR UPDATE OF f`,
        boundsOf([last]),
      );
      if (marks.parse(rows)[0]?.hasTotals) return;
      await manager.query(
        `INSERT INTO session_totals (day, subject, subject_id, sessions)
         SELECT $3::date, subject, subject_id, sum(sessions) FROM session_counts
         WHERE day >= $1::date AND day <= $2::date GROUP BY subject, subject_id`,
        [first.day, last.day, next.day],
      );
      await manager.query(
        'UPDATE session_figures SET has_totals = true WHERE starts_at = $1 AND ends_at = $2',
        [last.startsAt, last.endsAt],
      );
    });
  }
}

function isOver({ endsAt }: LocalDay, now: Date): boolean {
  return endsAt.getTime() + SETTLED_MS <= now.getTime();
}

function boundsOf(days: readonly LocalDay[]): [Date[], Date[]] {
  return [days.map(({ startsAt }) => startsAt), days.map(({ endsAt }) => endsAt)];
}
