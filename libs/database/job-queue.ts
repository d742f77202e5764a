import { setTimeout as sleep } from 'node:timers/promises';
import { PgBoss } from 'pg-boss';
import { JOB_NAMES, MAIL_TRIES, type JobName, type Jobs } from '#libs/contracts';
import { Unavailable, type Logger } from '#libs/kernel';
import type { Transaction } from './unit-of-work.js';

/** How long a worker waits for the sender, which brings the queue's own schema right after the product's. */
const QUEUE_PATIENCE_MS = 30_000;
const QUEUE_POLL_MS = 100;

/** How often an asker looks for its answer: a person waits for it, and seldom. */
const ANSWER_POLL_MS = 150;

/** Jobs of one name that are looked through; those that are done stay for an hour. */
const KEPT_AT_MOST = 10_000;

/** Jobs that are tried again when they fail, each time after a longer wait; for the others somebody waits. Seconds. */
const RETRIES: Partial<Record<JobName, { retryLimit: number; retryDelay: number; retryBackoff: boolean }>> = {
  'mail.send': { retryLimit: MAIL_TRIES - 1, retryDelay: 8, retryBackoff: true },
};

/** What the queue runs its statements with. */
interface QueueConnection {
  executeSql(text: string, values?: unknown[]): Promise<{ rows: unknown[] }>;
}

/** Whether a process only sends jobs or works on them too. */
export type QueuePart = 'sender' | 'worker';

/**
 * Work that gateways do for others, kept in PostgreSQL (pg-boss): it survives restarts
 * and is done by whichever gateway takes it first.
 */
export class JobQueue {
  private readonly boss: PgBoss;

  constructor(
    url: string,
    private readonly part: QueuePart,
    private readonly logger: Logger,
  ) {
    this.boss = new PgBoss({
      connectionString: url,
      application_name: 'gatehouse-jobs',
      max: 3,
      useListenNotify: part === 'worker',
      supervise: part === 'worker',
      schedule: part === 'worker',
      migrate: part === 'sender',
      createSchema: part === 'sender',
    });
    this.boss.on('error', (error) => {
      this.logger.warn({ err: error }, 'job queue');
    });
  }

  /** Connects; the sender also brings the queue's own schema up to date, for which workers wait. */
  async open(): Promise<void> {
    if (this.part === 'worker') return this.startWhenMade();
    await this.boss.start();
    const missing = await this.missingQueues();
    for (const name of missing) {
      await this.boss.createQueue(name, {
        notify: true,
        ...(RETRIES[name] ?? { retryLimit: 0 }),
        expireInSeconds: 120,
        deleteAfterSeconds: 3600,
      });
    }
  }

  private async startWhenMade(): Promise<void> {
    for (let waited = 0; ; waited += QUEUE_POLL_MS) {
      try {
        await this.boss.start();
        if ((await this.missingQueues()).length === 0) return;
      } catch (error) {
        // what pg-boss says while its schema is not there, or of an older version
        const unmade = error instanceof Error && /not installed|requires migrations/.test(error.message);
        if (!unmade || waited >= QUEUE_PATIENCE_MS) throw error;
      }
      if (waited >= QUEUE_PATIENCE_MS) throw new Error('The job queues were not made in time');
      await sleep(QUEUE_POLL_MS);
    }
  }

  private async missingQueues(): Promise<JobName[]> {
    const existing = new Set((await this.boss.getQueues()).map(({ name }) => name));
    return JOB_NAMES.filter((name) => !existing.has(name));
  }

  /** Stops; a worker lets what it has in hand end first. */
  async close(): Promise<void> {
    await this.boss.stop({ graceful: true, timeout: 3_000 });
  }

  /** Does jobs of this name, up to `concurrency` at once; what the handler gives is the job's answer. */
  async work<N extends JobName>(
    name: N,
    concurrency: number,
    handler: (data: Jobs[N]) => Promise<object>,
  ): Promise<void> {
    for (let count = 0; count < concurrency; count++) await this.workOne(name, handler);
  }

  private async workOne<N extends JobName>(
    name: N,
    handler: (data: Jobs[N]) => Promise<object>,
  ): Promise<void> {
    let workerId = '';
    workerId = await this.boss.work<Jobs[N], object>(
      name,
      { batchSize: 1, pollingIntervalSeconds: 2 },
      async ([job]) => {
        if (!job) return {};
        try {
          return await handler(job.data);
        } finally {
          // others may have queued up meanwhile: of them it was told, if at all, before it was free
          this.boss.notifyWorker(workerId);
        }
      },
    );
  }

  /** Leaves a job for the gateways, when and only when the transaction commits. Nobody hears of its end. */
  async enqueue<N extends JobName>(tx: Transaction, name: N, data: Jobs[N]): Promise<void> {
    await this.boss.send(name, data, { db: within(tx) });
  }

  /** The same for many jobs, in one statement. */
  async enqueueAll<N extends JobName>(tx: Transaction, name: N, data: readonly Jobs[N][]): Promise<void> {
    if (data.length === 0) return;
    await this.boss.insert(
      name,
      data.map((each) => ({ data: each })),
      { db: within(tx) },
    );
  }

  /** Has a job done again and again, by whichever gateway is first; null: never. `cron` goes by this machine's clock. */
  async schedule(name: JobName, cron: string | null): Promise<void> {
    const tz = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (cron === null) await this.boss.unschedule(name);
    else await this.boss.schedule(name, cron, {}, { tz });
  }

  /**
   * Has a job done and waits for its answer: `timeoutMs` for a gateway to take it, and as long again for its work.
   * @throws Unavailable when none has taken it or answered by then, or the job failed.
   */
  async ask<N extends JobName>(name: N, data: Jobs[N], timeoutMs: number): Promise<object> {
    const id = await this.boss.send(name, data);
    if (id === null) throw new Unavailable('The job could not be queued; try again.');
    let end = Date.now() + timeoutMs;
    let isTaken = false;
    while (Date.now() < end) {
      await sleep(ANSWER_POLL_MS);
      const [job] = await this.boss.findJobs(name, { id });
      if (job?.state === 'completed') return job.output;
      if (job?.state === 'failed')
        throw new Unavailable('A gateway took the job and failed; its log says why.', 'job_failed');
      if (job?.state === 'active' && !isTaken) end = Date.now() + timeoutMs;
      isTaken ||= job?.state === 'active';
    }
    if (isTaken)
      throw new Unavailable(
        'A gateway took the job and did not answer in time; its log may say why.',
        'job_late',
      );
    // nobody waits for it any more
    await this.boss.cancel(name, id);
    if (!(await this.isBusy(name)))
      throw new Unavailable('No gateway answered in time; is one running?', 'gateways_silent');
    throw new Unavailable(
      'The gateways are busy with others of these, and this one did not get its turn; try again in a moment.',
      'gateways_busy',
    );
  }

  /** Whether gateways work on jobs of this name. */
  private async isBusy(name: JobName): Promise<boolean> {
    // the queue's own figures may be an hour old
    const kept = await this.boss.findJobs(name, { limit: KEPT_AT_MOST });
    return kept.some(({ state }) => state === 'active');
  }
}

/** Runs the queue's statements inside the transaction. */
function within(tx: Transaction): QueueConnection {
  return {
    executeSql: async (text, values) => {
      const rows: unknown = await tx.manager.query(text, values);
      return { rows: Array.isArray(rows) ? rows : [] };
    },
  };
}
