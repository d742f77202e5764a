import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { RecurringWork, type Clock, type Logger } from '#libs/kernel';
import { DASHBOARD_DAYS } from './dashboard.js';
import type { SessionTally } from './session-tally.js';

const EVERY_MS = 10 * 60_000;

const zones = z.array(z.object({ timeZone: z.string() }));

/** Counts days as they end, so that nobody who looks at a dashboard waits for it. */
export class TallyKeeper {
  /** Looks now, and again every ten minutes. */
  readonly recurring: RecurringWork;

  constructor(
    private readonly dataSource: DataSource,
    private readonly tally: SessionTally,
    private readonly clock: Clock,
    logger: Logger,
  ) {
    this.recurring = new RecurringWork(
      () => this.look(),
      { firstMs: 0, everyMs: EVERY_MS },
      (error) =>
        logger.warn({ err: error }, 'sessions of past days not counted yet; tried again in ten minutes'),
    );
  }

  /** In UTC, and in the time zones that users have chosen. */
  private async look(): Promise<void> {
    const now = this.clock.now();
    await this.tally.keepCounts(now, DASHBOARD_DAYS);
    const rows: unknown = await this.dataSource.query(
      `SELECT DISTINCT time_zone AS "timeZone" FROM users WHERE time_zone IS NOT NULL ORDER BY 1`,
    );
    const chosen = zones.parse(rows).map(({ timeZone }) => timeZone);
    for (const zone of new Set(['UTC', ...chosen])) await this.tally.byDay(zone, now, DASHBOARD_DAYS);
    await this.tally.forget(now);
  }
}
