import { type Signal, computed, signal } from '@angular/core';
import { readStored, writeStored } from '../account/stored';

/** A column of a list. */
export interface Column {
  readonly id: string;
  /** Key of its heading. */
  readonly label: string;
  /** Field that the server sorts by; absent: not sortable. */
  readonly sort?: string;
  /** The first click sorts downwards. */
  readonly latestFirst?: boolean;
  readonly align?: 'end';
  readonly width?: string;
  /** How wide its cells are at most where the list has little room; longer texts are cut. */
  readonly narrow?: string;
  /** Shown only to who asks for it in the column chooser. */
  readonly extra?: boolean;
  /** Always shown. */
  readonly fixed?: boolean;
}

/** Which columns a person sees in one list; kept on this browser per list and user. */
export class ColumnChoice {
  private readonly chosen = signal<ReadonlySet<string> | null>(null);
  readonly shown: Signal<readonly Column[]>;

  constructor(
    readonly all: readonly Column[],
    private readonly storageKey: string,
  ) {
    const stored = readStored(storageKey);
    if (stored !== null) this.chosen.set(new Set(stored.split(',')));
    this.shown = computed(() => this.all.filter((column) => this.isShown(column)));
  }

  isShown(column: Column): boolean {
    if (column.fixed) return true;
    return this.chosen()?.has(column.id) ?? !column.extra;
  }

  show(column: Column, on: boolean): void {
    const ids = new Set(this.shown().map((each) => each.id));
    if (on) ids.add(column.id);
    else ids.delete(column.id);
    this.chosen.set(ids);
    writeStored(this.storageKey, [...ids].join(','));
  }
}
