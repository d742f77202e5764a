import { DestroyRef, type Signal, inject, signal } from '@angular/core';
import type { FileRunEntryView } from '../../api/models/file-run-entry-view';
import { readProblem } from '../../problem/problem';
import { ManyDesk } from './many-desk';

const LOOK_MS = 1_000;
/** How often it may be unknown: its request is on the way, or never was let in. */
const MAX_UNKNOWN = 20;

/** Asks again and again how far a run is. */
export interface RunWatch {
  readonly entries: Signal<readonly FileRunEntryView[]>;
  /** It is not known: it never began, or its gateway is gone. */
  readonly isLost: Signal<boolean>;
  stop(): void;
}

/** Gives a function that begins to watch a run; call it in an injection context. */
export function injectRunWatch(): (id: string, onFinished?: () => void) => RunWatch {
  const desk = inject(ManyDesk);
  const running = new Set<() => void>();
  inject(DestroyRef).onDestroy(() => running.forEach((stop) => stop()));
  return (id, onFinished = () => undefined) => {
    const entries = signal<readonly FileRunEntryView[]>([]);
    const isLost = signal(false);
    let unknown = 0;
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
        if (run.finished) {
          stop();
          onFinished();
        }
      } catch (error) {
        if (readProblem(error).status === 404 && ++unknown >= MAX_UNKNOWN && !isStopped) {
          isLost.set(true);
          stop();
          onFinished();
        }
      }
      if (!isStopped) timer = setTimeout(() => void look(), LOOK_MS);
    };
    running.add(stop);
    timer = setTimeout(() => void look(), LOOK_MS / 4);
    return { entries: entries.asReadonly(), isLost: isLost.asReadonly(), stop };
  };
}
