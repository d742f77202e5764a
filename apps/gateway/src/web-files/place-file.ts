import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import { OPEN, SFTP } from '../files/sftp-packets.js';
import { FileFailure } from './file-failure.js';
import { kindOf } from './file-kinds.js';
import { bytesOf } from './file-names.js';
import type { FileSession } from './file-session.js';
import { patiently } from './patience.js';
import { POSIX_RENAME, type FileAttributes, type SftpClient } from './sftp-client.js';

/** Where a file goes. */
export interface PlacedFile {
  path: string;
  /** What is there is replaced. */
  overwrite: boolean;
  /** Writes that are on their way at once. */
  ahead: number;
  /** A file whose folder takes no new ones is written where it is; else that fails. */
  orInPlace?: boolean;
}

/** Characters of the name that what is not whole yet has too: with the rest it stays below `NAME_MAX`. */
const PART_NAME = 60;

/**
 * Writes a file beside its place and moves it there once it is whole; what did not become whole is removed. Its record
 * names its place. `broken` rejects when the source breaks off, for an asset that does not answer.
 */
export async function placeFile(
  session: FileSession,
  file: PlacedFile,
  source: AsyncIterable<Buffer>,
  broken: Promise<never> | null = null,
): Promise<void> {
  broken?.catch(() => undefined); // heard where it is waited for
  const { client } = session;
  const there = await patiently(standing(client, file.path));
  if (there && !file.overwrite) throw new FileFailure('exists', 'Something of that name is there.');
  if (there && kindOf(there.mode) !== 'file')
    throw new FileFailure('exists', 'What is there is no file, so it is not replaced.');
  // what a link leads to is replaced, not the link
  const path = there ? await patiently(client.realPath(file.path)) : file.path;
  const part = besides(path, 'part');
  const former = there ? besides(path, 'former') : null;
  const { destinations } = session.downstream;
  const own = [part, ...(former === null ? [] : [former])].map((each) => bytesOf(each).toString());
  for (const each of own) destinations.set(each, bytesOf(path).toString());
  try {
    const mode = there ? there.mode & 0o777 : null;
    const opened = client.open(part, OPEN.WRITE | OPEN.CREAT | OPEN.EXCL, mode);
    const handle = await patiently(opened).catch((error: unknown) => {
      if (there && file.orInPlace && error instanceof FileFailure && error.fault === 'denied') return null;
      throw error;
    });
    if (!handle) {
      const inPlace = await patiently(client.open(path, OPEN.WRITE | OPEN.TRUNC));
      await write(session, inPlace, file, source, broken, null);
      await patiently(client.close(inPlace));
      return;
    }
    await write(session, handle, file, source, broken, part);
    await finish(session, handle, { part, path, former, overwrite: file.overwrite });
  } finally {
    for (const each of own) destinations.delete(each);
  }
}

async function write(
  session: FileSession,
  handle: Buffer,
  { ahead }: PlacedFile,
  source: AsyncIterable<Buffer>,
  broken: Promise<never> | null,
  part: string | null,
): Promise<void> {
  try {
    const written = session.client.write(handle, source, ahead);
    // an asset that does not answer can't hold up whoever breaks off
    await (broken ? Promise.race([written, broken]) : written);
  } catch (error) {
    await discard(session, handle, part, error);
    throw error;
  }
}

async function finish(session: FileSession, handle: Buffer, move: Move): Promise<void> {
  const { client } = session;
  try {
    await patiently(client.close(handle));
    await moveTo(session, move);
  } catch (error) {
    await patiently(client.change(SFTP.REMOVE, move.part)).catch(() => undefined); // the first failure is told
    throw error;
  }
}

/**
 * Removes what was written. A file that its source left, or whose asset does not answer, stays open until the session ends:
 * so its record says so. Nobody waits for such an asset, which may still do it.
 */
async function discard(
  session: FileSession,
  handle: Buffer,
  part: string | null,
  error: unknown,
): Promise<void> {
  const { client } = session;
  // the first failure is told
  const remove = async (): Promise<void> => {
    if (part !== null) await patiently(client.change(SFTP.REMOVE, part)).catch(() => undefined);
  };
  if (error instanceof FileFailure && error.fault !== 'ended') {
    await patiently(client.close(handle)).catch(() => undefined);
    await remove();
    return;
  }
  const leave = session.enter();
  session.leave();
  void remove().finally(leave);
}

/** A hidden name in the same folder, of which nobody else has one. */
function besides(path: string, ending: string): string {
  const name = posix.basename(path).slice(0, PART_NAME);
  return posix.join(posix.dirname(path), `.${name}.${randomBytes(6).toString('hex')}.${ending}`);
}

async function standing(client: SftpClient, path: string): Promise<FileAttributes | null> {
  try {
    return await client.stat(path);
  } catch (error) {
    if (error instanceof FileFailure && error.fault === 'no_such_file') return null;
    throw error;
  }
}

/** A file that is whole, its place, and where what stands there goes meanwhile; null: nothing stands there. */
interface Move {
  part: string;
  path: string;
  former: string | null;
  overwrite: boolean;
}

/**
 * A plain rename leaves what is there alone (draft-ietf-secsh-filexfer-02, section 6.5). To replace it at once is an extension;
 * without it, what is there steps aside until the new file stands, and comes back when that fails.
 */
async function moveTo(
  { client, downstream }: FileSession,
  { part, path, former, overwrite }: Move,
): Promise<void> {
  const rename = (from: string, to: string): Promise<void> => patiently(client.change(SFTP.RENAME, from, to));
  if (overwrite && downstream.extensions.has(POSIX_RENAME)) return patiently(client.replace(part, path));
  if (former === null) return rename(part, path);
  await rename(path, former);
  try {
    await rename(part, path);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    await rename(former, path).catch(() => {
      throw new FileFailure(
        'failed',
        `The file could not be put in its place (${why}). What was there is ${former} now.`,
      );
    });
    throw error;
  }
  await patiently(client.change(SFTP.REMOVE, former)).catch(() => undefined); // the new file stands; who lists the folder sees the rest
}
