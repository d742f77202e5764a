import {
  type ResourceRef,
  type Signal,
  type WritableSignal,
  computed,
  inject,
  linkedSignal,
  resource,
  signal,
} from '@angular/core';
import type { FileView } from '../api/models/file-view';
import type { FolderView as Folder } from '../api/models/folder-view';
import { FileDesk, type FilePlace } from './file-desk';
import { shownName } from './file-paths';
import { type FileOrder, inOrder } from './file-sort';

/** Rows that are drawn; the search finds the others. */
const MAX_ROWS = 1_000;

/** What is in a folder, and which of it is shown. */
export interface FolderContent {
  readonly listed: ResourceRef<Folder | undefined>;
  /** undefined: not known yet, or it could not be read. */
  readonly folder: Signal<Folder | undefined>;
  readonly search: WritableSignal<string>;
  /** Whether names that begin with a dot are shown. */
  readonly withHidden: WritableSignal<boolean>;
  readonly order: WritableSignal<FileOrder>;
  readonly rows: Signal<readonly FileView[]>;
  /** How many more there are than rows are drawn. */
  readonly undrawn: Signal<number>;
  readonly hiddenCount: Signal<number>;
}

/** Reads the folder whenever its place or path changes. Call it in an injection context. */
export function injectFolderContent(
  place: Signal<FilePlace>,
  path: Signal<string | undefined>,
): FolderContent {
  const desk = inject(FileDesk);
  const listed = resource({
    params: () => ({ place: place(), path: path() }),
    loader: ({ params }) => desk.list(params.place, params.path),
  });
  const folder = computed(() => (listed.hasValue() ? listed.value() : undefined));
  const items = computed(() => folder()?.items ?? []);
  const search = linkedSignal<unknown, string>({ source: path, computation: () => '' });
  const withHidden = signal(false);
  const order = signal<FileOrder>({ by: 'name', down: false });
  const matching = computed(() => {
    const wanted = search().toLowerCase();
    const isShown = ({ name }: FileView): boolean =>
      (withHidden() || !name.startsWith('.')) && shownName(name).toLowerCase().includes(wanted);
    return inOrder(items().filter(isShown), order());
  });
  return {
    listed,
    folder,
    search,
    withHidden,
    order,
    rows: computed(() => matching().slice(0, MAX_ROWS)),
    undrawn: computed(() => Math.max(0, matching().length - MAX_ROWS)),
    hiddenCount: computed(() => items().filter(({ name }) => name.startsWith('.')).length),
  };
}
