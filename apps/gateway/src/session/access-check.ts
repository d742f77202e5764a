import { inTime, type Logger } from '#libs/kernel';

/** A database that hangs is one that is away. */
const ANSWER_MS = 5_000;
const FIRST_RETRY_MS = 500;
const LAST_RETRY_MS = 15_000;

/** What is asked about, and how. */
export interface AccessCheckParts<T> {
  all: () => T[];
  /** Those whose time to be asked about has come. */
  due: () => T[];
  /** Asks, and does what the answer says. */
  ask: (about: T[]) => Promise<void>;
  logger: Pick<Logger, 'error' | 'info'>;
}

/**
 * Asks the database again and again about what lives. One question is under way at a time; while none is answered they
 * come more and more seldom, up to 15 s apart, and the log tells of it once.
 */
export class AccessCheck<T> {
  private wantsAll = false;
  private isAsking = false;
  private failures = 0;
  private notBefore = 0;

  constructor(private readonly parts: AccessCheckParts<T>) {}

  /** Whether the last question got no answer. */
  get isFailing(): boolean {
    return this.failures > 0;
  }

  /** All are asked about at once: something changed, so the database is there. */
  checkAll(): void {
    this.wantsAll = true;
    this.notBefore = 0;
    this.tick();
  }

  /** Asks when there is something to ask and it may be asked now. To be called a few times a second. */
  tick(): void {
    if (this.isAsking || performance.now() < this.notBefore) return;
    const { all, due } = this.parts;
    const about = this.wantsAll ? all() : due();
    if (about.length > 0) void this.ask(about);
    else this.wantsAll = false;
  }

  private async ask(about: T[]): Promise<void> {
    const { ask, logger } = this.parts;
    const wasAll = this.wantsAll;
    this.wantsAll = false;
    this.isAsking = true;
    try {
      await inTime(ask(about), ANSWER_MS, 'the database did not answer in time');
      if (this.isFailing) logger.info('live sessions can be checked again');
      this.failures = 0;
    } catch (error) {
      if (!this.isFailing) logger.error({ err: error }, 'live sessions can not be checked; trying again');
      this.notBefore = performance.now() + Math.min(FIRST_RETRY_MS * 2 ** this.failures, LAST_RETRY_MS);
      this.failures++;
      this.wantsAll ||= wasAll;
    } finally {
      this.isAsking = false;
    }
    if (this.wantsAll) this.tick();
  }
}
