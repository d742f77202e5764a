import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { lstat, mkdir, open, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Writes a private file (0600) that is on the disk afterwards; gives its SHA-256. @throws the file system's error */
export async function writeHashed(path: string, content: AsyncIterable<Buffer>): Promise<string> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const hash = createHash('sha256');
  const file = await open(path, 'w', 0o600);
  try {
    for await (const chunk of content) {
      hash.update(chunk);
      for (let done = 0; done < chunk.length;) done += (await file.write(chunk, done)).bytesWritten;
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return hash.digest('hex');
}

/** Copies a file as it is at the moment of reading; gives its SHA-256. */
export function copyHashed(from: string, to: string): Promise<string> {
  return writeHashed(to, createReadStream(from) as AsyncIterable<Buffer>);
}

/** Puts a file or folder that was written before on the disk. */
export async function openForSync(path: string): Promise<void> {
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Of root alone, at the top of a file system: nothing of ours. */
const LOST_AND_FOUND = 'lost+found';

/** What lies below a folder, which need not exist: plain files and folders, by paths from `root` on. */
export async function* walk(root: string, folder: string): AsyncGenerator<{ path: string; stats: Stats }> {
  const stats = await lstat(join(root, folder)).catch(absent);
  if (!stats) return;
  yield { path: folder, stats };
  if (!stats.isDirectory()) return;
  for (const name of (await readdir(join(root, folder)).catch(absent))?.sort() ?? [])
    if (name !== LOST_AND_FOUND) yield* walk(root, join(folder, name));
}

/** For a file that went away meanwhile. @throws every other error */
export function absent(error: unknown): null {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
  throw error;
}
