import { Service, inject, signal } from '@angular/core';
import type { ImportKind } from '#libs/contracts';
import type { ImportView } from '../api/models/import-view';
import { JobDesk } from '../jobs/job-desk';
import { injectImportSources, type ImportRun, type ImportWishes } from './import-source';

/** How often the progress of a run is asked for, in milliseconds. */
const POLL_MS = 700;

/** A run that is watched here. */
export interface FollowedImport {
  readonly running: boolean;
  /** As last seen; absent: not yet. */
  readonly view?: ImportView;
  /** What the server answered at its end; absent where the run was begun elsewhere. */
  readonly answer?: ImportRun;
  /** Why it did not run. */
  readonly error?: unknown;
}

/**
 * The imports that were begun in this window. A run goes on when its page is left, and its answer, which alone holds the
 * one-time passwords of new users, is still here when somebody comes back to the page.
 */
@Service()
export class ImportDesk {
  private readonly sources = injectImportSources();
  private readonly jobs = inject(JobDesk);
  private readonly followed = signal<ReadonlyMap<string, FollowedImport>>(new Map());

  /** The run of this import, when it is watched here. */
  of(id: string): FollowedImport | undefined {
    return this.followed().get(id);
  }

  /** Runs it; what comes of it is told by {@link of}. */
  async run(kind: ImportKind, id: string, wishes: ImportWishes): Promise<void> {
    this.note(id, { running: true });
    const timer = setInterval(() => void this.look(kind, id), POLL_MS);
    try {
      const answer = await this.sources[kind].run(id, wishes);
      this.note(id, { running: false, view: answer, answer });
    } catch (error) {
      this.note(id, { running: false, error });
    } finally {
      clearInterval(timer);
      this.jobs.watch();
    }
  }

  /** Watches a run that was begun elsewhere until it ends. */
  follow(kind: ImportKind, id: string): void {
    if (this.of(id)?.running) return;
    this.note(id, { running: true });
    const timer = setInterval(() => {
      void this.look(kind, id).then((view) => {
        if (!view || view.state === 'running') return;
        clearInterval(timer);
        this.note(id, { running: false, view });
      });
    }, POLL_MS);
  }

  private async look(kind: ImportKind, id: string): Promise<ImportView | undefined> {
    const known = this.of(id)?.view !== undefined;
    try {
      const view = await this.sources[kind].view(id);
      if (!this.of(id)?.running) return undefined;
      this.note(id, { running: true, view });
      if (!known) this.jobs.watch();
      return view;
    } catch {
      // the next look tells it again, and the answer to the run says what went wrong
      return undefined;
    }
  }

  private note(id: string, run: FollowedImport): void {
    this.followed.update((all) => new Map(all).set(id, run));
  }
}
