/** When {@link RecurringWork} is done: milliseconds to the first time, and from the end of one to the next. */
export interface Recurrence {
  firstMs: number;
  everyMs: number;
}

/** Work that is done again and again while the process lives, never twice at a time. After a failure the next time comes. */
export class RecurringWork {
  private timer: NodeJS.Timeout | null = null;
  private underWay: Promise<void> = Promise.resolve();

  /** @param onFailure gets what the work threw */
  constructor(
    private readonly work: () => Promise<unknown>,
    private readonly times: Recurrence,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  /** Begins to wait for the first time. */
  start(): void {
    this.wait(this.times.firstMs);
  }

  /** Ends it, after the work under way. */
  async stop(): Promise<void> {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    await this.underWay;
  }

  private wait(ms: number): void {
    this.timer = setTimeout(() => {
      this.underWay = this.once();
    }, ms);
  }

  private async once(): Promise<void> {
    try {
      await this.work();
    } catch (error) {
      this.onFailure(error);
    }
    if (this.timer !== null) this.wait(this.times.everyMs);
  }
}
