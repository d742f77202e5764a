/** Items to one statement: few enough for its parameters, enough for any crowd. */
const MOST = 500;

interface Waiting<Item> {
  item: Item;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/**
 * Writes one statement after the other: what comes while one is on its way goes together with the next. Nobody waits
 * for company, and a crowd costs few statements.
 */
export class WrittenTogether<Item> {
  private waiting: Waiting<Item>[] = [];
  private busy = false;

  constructor(private readonly writeAll: (items: Item[]) => Promise<void>) {}

  /**
   * Ends when it is written. Where those written together can't be, each is written by itself: nobody fails for another's.
   * @throws what `writeAll` throws for this item
   */
  write(item: Item): Promise<void> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ item, resolve, reject });
      if (!this.busy) void this.work();
    });
  }

  private async work(): Promise<void> {
    this.busy = true;
    while (this.waiting.length > 0) await this.writeThese(this.waiting.splice(0, MOST));
    this.busy = false;
  }

  private async writeThese(these: Waiting<Item>[]): Promise<void> {
    try {
      await this.writeAll(these.map(({ item }) => item));
      for (const { resolve } of these) resolve();
    } catch (error) {
      if (these.length === 1) these[0]?.reject(error);
      else for (const one of these) await this.writeThese([one]);
    }
  }
}
