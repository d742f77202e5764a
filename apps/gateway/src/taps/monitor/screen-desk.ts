import { Worker } from 'node:worker_threads';
import type { Logger } from '#libs/kernel';
import type { KnownScreen, ScreenAnswer, ScreenRequest } from './screen-messages.js';

interface Waiting {
  done: (screen: KnownScreen | null) => void;
  failed: (error: Error) => void;
}

/** The thread starts so long after the gateway: it must not be waited for when somebody wants to watch. */
const START_AFTER_MS = 3_000;

/** Has the screens of watched sessions kept in a thread of its own. */
export class ScreenDesk {
  private worker: Worker | null = null;
  private readonly waiting = new Map<string, Waiting>();

  constructor(private readonly logger: Logger) {
    setTimeout(() => this.thread(), START_AFTER_MS).unref();
  }

  /**
   * One request of a screen at a time. Resolves when it is worked off, with the screen if that was wanted.
   * @throws Error when the screen is lost; the next request must bring its source.
   */
  ask(request: ScreenRequest): Promise<KnownScreen | null> {
    return new Promise((done, failed) => {
      this.waiting.set(request.key, { done, failed });
      this.thread().postMessage(request);
    });
  }

  private thread(): Worker {
    if (this.worker) return this.worker;
    const worker = new Worker(new URL('./screen-worker.js', import.meta.url));
    worker.unref();
    worker.on('message', ({ key, screen, failure }: ScreenAnswer) => {
      const waiting = this.waiting.get(key);
      this.waiting.delete(key);
      if (failure === null) waiting?.done(screen);
      else waiting?.failed(new Error(failure));
    });
    worker.on('error', (error) => {
      this.logger.error({ err: error }, 'the thread of watched screens failed and is started again');
    });
    worker.on('exit', () => {
      this.worker = null;
      const lost = [...this.waiting.values()];
      this.waiting.clear();
      for (const { failed } of lost) failed(new Error('the thread of watched screens ended'));
    });
    this.worker = worker;
    return worker;
  }
}
