import {
  chmodSync,
  chownSync,
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { randomUUID } from 'node:crypto';

/**
 * Reads a key file, or writes the one that `make` gives when there is none yet. Processes that start
 * together agree: the file appears whole, with `mode`, and whoever comes second reads the first one's.
 */
export async function readOrMakeKeyFile(
  path: string,
  mode: number,
  make: () => Promise<string>,
): Promise<string> {
  const existing = readKeyFile(path);
  if (existing !== null) return existing;
  mkdirSync(dirname(dirname(path)), { recursive: true, mode: 0o755 });
  mkdirSync(dirname(path), { recursive: true, mode: mode === 0o600 ? 0o700 : 0o755 });
  const draft = `${path}.${randomUUID()}`;
  writeFileSync(draft, await make(), { mode, flag: 'wx' });
  try {
    linkSync(draft, path);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
  } finally {
    rmSync(draft);
  }
  return readFileSync(path, 'utf8');
}

/** The file's text, or null when there is none. */
export function readKeyFile(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isCode(error, 'ENOENT')) return null;
    throw error;
  }
}

/**
 * Puts other text into a key file, which keeps its mode and owner: readers find the whole former text or the whole new
 * one, also after a power cut.
 */
export function replaceKeyFile(path: string, text: string): void {
  const { mode, uid, gid } = statSync(path);
  const draft = `${path}.${randomUUID()}`;
  try {
    writeFileSync(draft, text, { mode: 0o600, flag: 'wx', flush: true });
    chownSync(draft, uid, gid);
    chmodSync(draft, mode & 0o777);
    renameSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
  const folder = openSync(dirname(path), 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
