import type { FileView } from '../api/models/file-view';

/** A folder, or a link to one. */
export function isFolder({ kind, targetKind }: FileView): boolean {
  return kind === 'folder' || targetKind === 'folder';
}

/** A regular file, or a link to one. */
export function isFile({ kind, targetKind }: FileView): boolean {
  return kind === 'file' || targetKind === 'file';
}
