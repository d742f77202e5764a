import type { FileView } from '../api/models/file-view';

/** By what files are sorted. */
export type FileSort = 'name' | 'size' | 'modifiedAt';

/** How files are sorted. */
export interface FileOrder {
  readonly by: FileSort;
  /** The greatest or latest first. */
  readonly down: boolean;
}

const NAMES = new Intl.Collator(undefined, { numeric: true });

/** Folders first, each part by the order; equal ones by name. */
export function inOrder(files: readonly FileView[], { by, down }: FileOrder): FileView[] {
  const sign = down ? -1 : 1;
  return files.toSorted(
    (left, right) =>
      rankOf(left) - rankOf(right) || sign * compare(left, right, by) || NAMES.compare(left.name, right.name),
  );
}

function compare(left: FileView, right: FileView, by: FileSort): number {
  if (by === 'size') return left.size - right.size;
  if (by === 'modifiedAt') return (left.modifiedAt ?? '').localeCompare(right.modifiedAt ?? '');
  return NAMES.compare(left.name, right.name);
}

function rankOf({ kind, targetKind }: FileView): number {
  return kind === 'folder' || targetKind === 'folder' ? 0 : 1;
}
