import type { DataSource } from 'typeorm';
import { z } from 'zod';
import type { Clock, Logger } from '#libs/kernel';
import { DASHBOARD_DAYS } from './dashboard.js';
import type { SessionTally } from './session-tally.js';

const EVERY_MS = 10 * 60_000;

const zones = z.array(z.object({ timeZone: z.string() }));

/** Counts days as they end, so that nobody who looks at a dashboard waits for it. */
export class TallyKeeper {
  private timer: NodeJS.Timeout | null = null;
  private underWay: Promise<void> = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    private readonly tally: SessionTally,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {}

  /** Begins now, and looks again every ten minutes. */
  start(): void {
    this.underWay = this.look();
    this.timer = setInterval(() => {
      this.underWay = this.underWay.then(() => this.look());
    }, EVERY_MS);
  }

  /** Resolves when the look under way has ended. */
  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.underWay;
  }

  /** In UTC, and in the time zones that users have chosen. */
  private async look(): Promise<void> {
    try {
      const now = this.clock.now();
      await this.tally.keepCounts(now, DASHBOARD_DAYS);
      const rows: unknown = await this.dataSource.query(
        `SELECT DISTINCT time_zone AS "timeZone" FROM users WHERE time_zone IS NOT NULL ORDER BY 1`,
      );
      const chosen = zones.parse(rows).map(({ timeZone }) => timeZone);
      for (const zone of new Set(['UTC', ...chosen])) await this.tally.byDay(zone, now, DASHBOARD_DAYS);
      await this.tally.forget(now);
    } catch (error) {
      this.logger.warn({ err: error }, 'sessions of past days not counted yet; tried again in ten minutes');
    }
  }
}
