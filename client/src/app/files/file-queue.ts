import { DestroyRef, computed, inject, signal, type Signal } from '@angular/core';
import type { Subscription } from 'rxjs';
import type { Problem } from '../problem/problem';

/** How a transfer stands. */
export type TransferState = 'waiting' | 'running' | 'done' | 'failed' | 'cancelled';

/** A file on its way, as lists show it. */
export interface MovingFile {
  readonly state: Signal<TransferState>;
  readonly bytes: Signal<number>;
  readonly problem: Signal<Problem | null>;
  /** What it is; without `file`, it comes from the asset. */
  readonly of: {
    readonly name: string;
    readonly path: string;
    readonly size: number;
    readonly file?: Blob;
    /** Where there are several. */
    readonly assetName?: string;
  };
  /** Its answer came or it is on its way: unsubscribing ends it. */
  way: Subscription | null;
}

/** Files that wait for their turn, are on their way, or are over. Whoever leaves the page ends those on their way. */
export abstract class FileQueue<Entry extends MovingFile> {
  private readonly entries = signal<readonly Entry[]>([]);
  readonly all = this.entries.asReadonly();
  readonly open = computed(() => this.all().filter(isOpen).length);
  readonly failed = computed(() => this.all().filter(({ state }) => state() === 'failed'));
  readonly done = computed(() => this.all().filter(({ state }) => state() === 'done').length);

  constructor() {
    inject(DestroyRef).onDestroy(() => {
      for (const entry of this.entries()) entry.way?.unsubscribe();
    });
  }

  abstract cancel(entry: Entry): void;

  /** Once more; over what is there, where that is meant. */
  abstract again(entry: Entry, overwrite?: boolean): void;

  /** Takes those that are over off the list. */
  clear(): void {
    this.entries.update((entries) => entries.filter(isOpen));
  }

  /** Starts those whose turn it is. */
  protected abstract next(): void;

  protected enqueue(more: readonly Entry[]): void {
    this.entries.update((entries) => [...entries, ...more]);
    this.next();
  }
}

const isOpen = ({ state }: MovingFile): boolean => state() === 'waiting' || state() === 'running';
