import { randomBytes } from 'node:crypto';
import { posix } from 'node:path';
import { OPEN, SFTP } from '../files/sftp-packets.js';
import { FileFailure } from './file-failure.js';
import { kindOf } from './file-kinds.js';
import { bytesOf } from './file-names.js';
import type { FileSession } from './file-session.js';
import { patiently } from './patience.js';
import type { FileAttributes, SftpClient } from './sftp-client.js';

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
  const part = besides(path);
  const { destinations } = session.downstream;
  const written = bytesOf(part).toString();
  destinations.set(written, bytesOf(path).toString());
  try {
    const mode = there ? there.mode & 0o777 : null;
    const opened = client.open(part, OPEN.WRITE | OPEN.CREAT | OPEN.EXCL, mode);
    const handle = await patiently(opened).catch((error: unknown) => {
      if (there && file.orInPlace && error instanceof FileFailure && error.fault === 'denied') return null;
      throw error;
    });
    if (!handle) {
      const own = await patiently(client.open(path, OPEN.WRITE | OPEN.TRUNC));
      await write(session, own, file, source, broken, null);
      await patiently(client.close(own));
      return;
    }
    await write(session, handle, file, source, broken, part);
    await finish(client, handle, part, path, file.overwrite);
  } finally {
    destinations.delete(written);
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

async function finish(
  client: SftpClient,
  handle: Buffer,
  part: string,
  path: string,
  overwrite: boolean,
): Promise<void> {
  try {
    await patiently(client.close(handle));
    await moveTo(client, part, path, overwrite);
  } catch (error) {
    await patiently(client.change(SFTP.REMOVE, part)).catch(() => undefined); // the first failure is told
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
function besides(path: string): string {
  const name = posix.basename(path).slice(0, PART_NAME);
  return posix.join(posix.dirname(path), `.${name}.${randomBytes(6).toString('hex')}.part`);
}

async function standing(client: SftpClient, path: string): Promise<FileAttributes | null> {
  try {
    return await client.stat(path);
  } catch (error) {
    if (error instanceof FileFailure && error.fault === 'no_such_file') return null;
    throw error;
  }
}

/** A plain rename leaves what is there alone; to replace it at once is an extension of OpenSSH's. */
async function moveTo(client: SftpClient, part: string, path: string, overwrite: boolean): Promise<void> {
  if (!overwrite) return patiently(client.change(SFTP.RENAME, part, path));
  try {
    await patiently(client.replace(part, path));
  } catch (error) {
    if (!(error instanceof FileFailure) || error.fault !== 'unsupported') throw error;
    await patiently(client.change(SFTP.REMOVE, path)).catch(() => undefined); // it may not be there
    await patiently(client.change(SFTP.RENAME, part, path));
  }
}
