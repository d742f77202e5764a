import type { JobName } from '#libs/contracts';
import type { ControlBus, JobQueue } from '#libs/database';
import type { NightSchedule } from '#libs/inventory';
import type { Logger, RunId } from '#libs/kernel';

/** What every nightly run of a gateway needs. */
export class NightlyParts {
  constructor(
    readonly queue: JobQueue,
    readonly bus: ControlBus,
    readonly logger: Logger,
  ) {}
}

/** What is planned each night: gives the run; null: there is nothing to do. */
interface NightPlanner {
  nightly(): Promise<RunId | null>;
}

/** Has a run over assets planned each night, at the time that the settings say. */
export class NightlyRun {
  constructor(
    private readonly job: Extract<JobName, `${string}.nightly`>,
    private readonly schedule: NightSchedule,
    private readonly planner: NightPlanner,
    private readonly parts: NightlyParts,
  ) {}

  /** Keeps to the settings from now on. */
  async start(): Promise<void> {
    const { queue, bus } = this.parts;
    await queue.work(this.job, 1, async () => ({ runId: await this.planner.nightly() }));
    bus.on('schedule.changed', () => void this.apply());
    bus.onResync(() => void this.apply());
    await this.apply();
  }

  /** Every gateway says the same: whichever is last is right too. */
  private async apply(): Promise<void> {
    const { queue, logger } = this.parts;
    try {
      const { nightly, time } = await this.schedule.get();
      const [hour, minute] = time.split(':').map(Number);
      await queue.schedule(this.job, nightly ? `${minute} ${hour} * * *` : null);
    } catch (error) {
      logger.warn({ err: error, job: this.job }, 'the time of a nightly run was not set');
    }
  }
}
