import { HttpEventType } from '@angular/common/http';
import { Service, computed, inject, signal } from '@angular/core';
import type { Subscription } from 'rxjs';
import type { BatchTargetView } from '../../api/models/batch-target-view';
import type { FileRunEntryView } from '../../api/models/file-run-entry-view';
import { readProblem, type Problem } from '../../problem/problem';
import { progressOf } from '../file-desk';
import { FileQueue, type MovingFile, type TransferState } from '../file-queue';
import { ManyDesk } from './many-desk';
import { newId } from './new-id';
import { injectRunWatch, type RunWatch } from './watched-run';

/** Where a file goes. */
export interface CopyTerms {
  readonly systemUserId: string;
  readonly folder: string;
  readonly overwrite: boolean;
  readonly targets: readonly BatchTargetView[];
}

/** One file on its way to many assets, and how it stands on each. */
export class Copy implements MovingFile {
  readonly state = signal<TransferState>('waiting');
  /** Bytes that left the browser. */
  readonly bytes = signal(0);
  readonly problem = signal<Problem | null>(null);
  readonly watch = signal<RunWatch | null>(null);
  /** By asset, as last told. */
  private readonly told = signal<ReadonlyMap<string, FileRunEntryView>>(new Map());
  readonly entries = computed<readonly FileRunEntryView[]>(() => {
    const now = new Map(this.told());
    for (const entry of this.watch()?.entries() ?? []) now.set(entry.assetId, entry);
    return [...now.values()];
  });
  readonly failed = computed(() => this.entries().filter(({ state }) => state === 'failed'));
  readonly done = computed(() => this.entries().filter(({ state }) => state === 'done').length);
  /** Those that it still is to reach. */
  pending: readonly BatchTargetView[];
  overwrite: boolean;
  way: Subscription | null = null;

  readonly of: MovingFile['of'] & { readonly file: File };

  constructor(
    file: File,
    readonly terms: CopyTerms,
  ) {
    this.of = { name: file.name, path: file.name, size: file.size, file };
    this.pending = terms.targets;
    this.overwrite = terms.overwrite;
  }

  tell(entries: readonly FileRunEntryView[]): void {
    this.told.update((told) => {
      const now = new Map(told);
      for (const entry of entries) now.set(entry.assetId, entry);
      return now;
    });
  }
}

/** Files on their way to many assets, one after the other: each goes to all of its assets at once. */
@Service({ autoProvided: false })
export class Copies extends FileQueue<Copy> {
  private readonly desk = inject(ManyDesk);
  private readonly watchRun = injectRunWatch();
  /** Assets that a file before could not reach: they are not waited for again, until they are tried again. */
  private readonly unreachable = new Map<string, FileRunEntryView>();

  add(files: readonly File[], terms: CopyTerms): void {
    if (this.open() === 0) this.unreachable.clear();
    this.enqueue(files.map((file) => new Copy(file, terms)));
  }

  cancel(copy: Copy): void {
    copy.way?.unsubscribe();
    copy.watch()?.stop();
    copy.watch.set(null);
    copy.state.set('cancelled');
    this.next();
  }

  /** Once more where it failed; over what is there, where that is meant. */
  again(copy: Copy, overwrite = copy.overwrite): void {
    const failed = new Set(copy.failed().map(({ assetId }) => assetId));
    for (const id of failed) this.unreachable.delete(id);
    const isPartly = copy.state() === 'failed' && failed.size > 0;
    copy.pending = copy.terms.targets.filter(({ id }) => !isPartly || failed.has(id));
    copy.overwrite = overwrite;
    copy.problem.set(null);
    copy.state.set('waiting');
    this.next();
  }

  protected next(): void {
    if (this.all().some(({ state }) => state() === 'running')) return;
    const copy = this.all().find(({ state }) => state() === 'waiting');
    if (copy) this.start(copy);
  }

  private start(copy: Copy): void {
    const { systemUserId, folder } = copy.terms;
    copy.tell(copy.pending.flatMap(({ id }) => this.unreachable.get(id) ?? []));
    const reached = copy.pending.filter(({ id }) => !this.unreachable.has(id));
    if (reached.length === 0) {
      copy.state.set('failed');
      this.next();
      return;
    }
    const runId = newId();
    const assetIds = reached.map(({ id }) => id);
    copy.state.set('running');
    copy.bytes.set(0);
    copy.watch.set(this.watchRun(runId));
    const order = { systemUserId, assetIds, runId, folder, overwrite: copy.overwrite, file: copy.of.file };
    copy.way = this.desk.upload(order).subscribe({
      next: (event) => {
        const bytes = progressOf(event);
        if (bytes !== null) copy.bytes.set(bytes);
        if (event.type === HttpEventType.Response) this.over(copy, event.body?.entries ?? []);
      },
      error: (error: unknown) => {
        copy.problem.set(readProblem(error));
        this.over(copy, []);
      },
    });
  }

  private over(copy: Copy, entries: readonly FileRunEntryView[]): void {
    copy.watch()?.stop();
    copy.watch.set(null);
    copy.tell(entries);
    for (const entry of entries)
      if (entry.code === 'file_not_opened') this.unreachable.set(entry.assetId, entry);
    copy.state.set(copy.problem() || copy.failed().length > 0 ? 'failed' : 'done');
    this.next();
  }
}
