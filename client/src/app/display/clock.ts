import { DestroyRef, Service, inject, signal } from '@angular/core';

const TICK_MS = 1000;

/** The time now, for everything on the page that shows an age or a duration: one timer for all. */
@Service()
export class Clock {
  private readonly time = signal(Date.now());

  /** Milliseconds since 1970, moved on each second. */
  readonly now = this.time.asReadonly();

  constructor() {
    const timer = setInterval(() => this.time.set(Date.now()), TICK_MS);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }
}
