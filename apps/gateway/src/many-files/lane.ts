import { FileFailure } from '../web-files/file-failure.js';

/** Chunks that wait for one asset; they are the same buffers for all assets. */
const MAX_WAITING = 8;
/** How long an asset may take nothing before the others go on without it. */
const STALL_MS = 20_000;

/** The way of one file to one of several assets: takes chunks while there is room, gives them in order. */
export class Lane implements AsyncIterable<Buffer> {
  /** Nobody takes from it any more. */
  isOver = false;
  failure: Error | null = null;
  private readonly waiting: Buffer[] = [];
  private isWhole = false;
  private changed: () => void = () => undefined;
  private change = new Promise<void>((resolve) => (this.changed = resolve));

  constructor(private readonly onTaken: (bytes: number) => void = () => undefined) {}

  /** Waits for room; an asset that makes none for too long fails. */
  async put(chunk: Buffer): Promise<void> {
    const end = Date.now() + STALL_MS;
    while (!this.isOver && !this.failure && this.waiting.length >= MAX_WAITING) {
      const left = end - Date.now();
      if (left <= 0) this.fail(new FileFailure('ended', `It took nothing for ${STALL_MS / 1000} s.`));
      else await this.somethingChanges(left);
    }
    if (this.isOver || this.failure) return;
    this.waiting.push(chunk);
    this.signal();
  }

  /** All of the file was put. */
  finish(): void {
    this.isWhole = true;
    this.signal();
  }

  /** It breaks off: whoever takes from it hears of it. */
  fail(error: Error): void {
    this.failure ??= error;
    this.signal();
  }

  /** Nobody takes from it any more, and nobody needs to wait for that. */
  close(): void {
    this.isOver = true;
    this.waiting.length = 0;
    this.signal();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer, void> {
    for (;;) {
      if (this.failure) throw this.failure;
      const chunk = this.waiting.shift();
      if (chunk) {
        this.signal();
        this.onTaken(chunk.length);
        yield chunk;
      } else if (this.isWhole) return;
      else await this.change;
    }
  }

  /** Rejects when it breaks off: for whoever waits for an asset rather than for the next chunk. */
  async broken(): Promise<never> {
    while (!this.failure) await this.change;
    throw this.failure;
  }

  private async somethingChanges(timeoutMs: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, timeoutMs)));
    await Promise.race([this.change, late]);
    clearTimeout(timer);
  }

  private signal(): void {
    this.changed();
    this.change = new Promise((resolve) => (this.changed = resolve));
  }
}
