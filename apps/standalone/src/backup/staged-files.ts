import { chmod, lstat, mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { BackedUpFile, Manifest } from './backup-folder.js';
import { absent, copyHashed, openForSync } from './hashed-file.js';

/** Folders of the data folder that a backup holds. */
export const PARTS = ['keys', 'recordings', 'spool'] as const;

/** Where files wait for all others to be there. */
export const STAGE = '.restoring';

/** The files of a backup beside their places. */
export interface StagedFiles {
  /** Moves them there. */
  settle(): Promise<void>;
  /** Takes them back. */
  discard(): Promise<void>;
}

/**
 * Copies the files of a backup into folders beside their places, on the file system where they belong: each part, and
 * folders in it, may be a mount of its own.
 * @throws Error when a file is not as the backup says, or can't be written; nothing is left then
 */
export async function stageFiles(
  folder: string,
  dataDir: string,
  { modes }: Manifest,
  files: readonly BackedUpFile[],
): Promise<StagedFiles> {
  await mkdir(dataDir, { recursive: true });
  const stages = new Map<string, string>();
  for (const part of PARTS) stages.set(part, join(await stageFor(dataDir, part), part));
  const placed = (path: string): string => {
    const [part = '', ...rest] = path.split('/');
    return join(stages.get(part) ?? join(dataDir, STAGE), ...rest);
  };
  const discard = async (): Promise<void> => {
    for (const stage of stages.values()) await rm(join(stage, '..'), { recursive: true, force: true });
  };
  await discard();
  try {
    for (const { path, sha256 } of files) {
      if (!PARTS.some((part) => path.startsWith(`${part}/`))) continue;
      const copied = await copyHashed(join(folder, path), placed(path));
      if (copied !== sha256) throw new Error(`${path} of the backup changed while it was read.`);
    }
    for (const [path, mode] of Object.entries(modes)) {
      if (mode & 0o100) await mkdir(placed(path), { recursive: true, mode: 0o700 });
      await chmod(placed(path), mode);
    }
  } catch (error) {
    await discard();
    throw error;
  }
  const settle = async (): Promise<void> => {
    for (const part of PARTS) {
      const from = placed(part);
      if (await lstat(from).catch(absent)) await move(from, join(dataDir, part));
    }
    await openForSync(dataDir);
    await discard();
  };
  return { settle, discard };
}

/** In the part itself where that is another file system. */
async function stageFor(dataDir: string, part: string): Promise<string> {
  const there = await lstat(join(dataDir, part)).catch(absent);
  const isElsewhere = there !== null && there.dev !== (await lstat(dataDir)).dev;
  return isElsewhere ? join(dataDir, part, STAGE) : join(dataDir, STAGE);
}

/** By renaming where that is possible: a folder that is there already, empty or mounted, is filled instead. */
async function move(from: string, to: string): Promise<void> {
  const [source, target] = [await lstat(from), await lstat(to).catch(absent)];
  if (!target && (await renamed(from, to))) return;
  if (!source.isDirectory()) {
    const draft = `${to}${STAGE}`;
    await copyHashed(from, draft);
    await chmod(draft, source.mode & 0o777);
    await rename(draft, to);
    return;
  }
  if (!target) await mkdir(to, { mode: 0o700 });
  for (const name of await readdir(from)) await move(join(from, name), join(to, name));
  if (((target?.mode ?? 0) & 0o777) !== (source.mode & 0o777)) await chmod(to, source.mode & 0o777);
  await openForSync(to);
}

/** Whether it could be renamed: not from one mount to another. */
async function renamed(from: string, to: string): Promise<boolean> {
  try {
    await rename(from, to);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EXDEV') return false;
    throw error;
  }
}
