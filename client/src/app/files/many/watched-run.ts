import { DestroyRef, type Signal, inject, signal } from '@angular/core';
import type { FileRunEntryView } from '../../api/models/file-run-entry-view';
import { ManyDesk } from './many-desk';

const LOOK_MS = 1_000;

/** Asks again and again how far a run is. */
export interface RunWatch {
  readonly entries: Signal<readonly FileRunEntryView[]>;
  stop(): void;
}

/** Gives a function that begins to watch a run; call it in an injection context. */
export function injectRunWatch(): (id: string) => RunWatch {
  const desk = inject(ManyDesk);
  const running = new Set<() => void>();
  inject(DestroyRef).onDestroy(() => running.forEach((stop) => stop()));
  return (id) => {
    const entries = signal<readonly FileRunEntryView[]>([]);
    let timer: ReturnType<typeof setTimeout> | undefined;
    let isStopped = false;
    const stop = (): void => {
      isStopped = true;
      clearTimeout(timer);
      running.delete(stop);
    };
    const look = async (): Promise<void> => {
      try {
        const run = await desk.run(id);
        if (isStopped) return;
        entries.set(run.entries);
        if (run.finished) stop();
      } catch {
        // its request is on the way, or ended: whoever made that hears of it
      }
      if (!isStopped) timer = setTimeout(() => void look(), LOOK_MS);
    };
    running.add(stop);
    timer = setTimeout(() => void look(), LOOK_MS / 4);
    return { entries: entries.asReadonly(), stop };
  };
}
