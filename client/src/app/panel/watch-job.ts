import { DestroyRef, effect, inject } from '@angular/core';

/** What a panel shows while it runs. */
export interface WatchedJob {
  readonly id: string;
  /** ISO 8601; null: under way. */
  readonly finishedAt: string | null;
}

/** How a panel follows its job. */
export interface JobWatch {
  /** The job as it was read last. */
  readonly job: () => WatchedJob | undefined;
  /** Reads it again: each `everyMs` milliseconds while it is under way and the page is seen. */
  readonly reload: () => void;
  readonly everyMs: number;
  /** A job that was seen under way has ended: lists that show it are out of date. */
  readonly ended: () => void;
}

/** Follows a job until it has ended; call it in an injection context, which also ends it. */
export function watchJob({ job, reload, everyMs, ended }: JobWatch): void {
  const timer = setInterval(() => {
    if (!document.hidden && job()?.finishedAt === null) reload();
  }, everyMs);
  inject(DestroyRef).onDestroy(() => clearInterval(timer));
  let underWay: string | undefined;
  effect(() => {
    const now = job();
    if (!now) return;
    if (now.finishedAt === null) underWay = now.id;
    else if (underWay === now.id) {
      underWay = undefined;
      ended();
    }
  });
}
