import { posix } from 'node:path';
import type { TransferCommand } from './transfer-command.js';
import type { TransferSubject } from './transfer.js';

/**
 * Where a file of scp lies on the asset. For an upload only the asset knows whether its target is a folder: then the
 * path is the target and the name stands beside it.
 */
export function scpSubject(
  { direction, paths, intoFolder }: TransferCommand,
  folders: readonly string[],
  name: string,
): TransferSubject {
  const inner = [...folders, name].join('/');
  const [only = ''] = paths;
  if (direction === 'upload') {
    return intoFolder ? { direction, path: posix.join(only, inner) } : { direction, path: only, name: inner };
  }
  const top = folders[0] ?? name;
  const asked = paths.find((path) => posix.basename(path) === top) ?? (paths.length === 1 ? only : null);
  return { direction, path: asked === null ? inner : posix.join(posix.dirname(asked), inner) };
}
