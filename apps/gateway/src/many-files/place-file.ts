import { posix } from 'node:path';
import { OPEN, SFTP } from '../files/sftp-packets.js';
import { FileFailure } from '../web-files/file-failure.js';
import { kindOf } from '../web-files/file-kinds.js';
import type { FileSession } from '../web-files/file-session.js';
import type { FileAttributes, SftpClient } from '../web-files/sftp-client.js';
import type { Lane } from './lane.js';
import { patiently } from './patience.js';

/** Where a file goes. */
export interface PlacedFile {
  path: string;
  /** What it is called beside its place until it is whole. */
  partName: string;
  overwrite: boolean;
}

/** Writes of one file that are on their way at once: many assets are written to at the same time. */
const AHEAD = 8;

/** Writes a file beside its place and moves it there once it is whole; what did not become whole is removed. */
export async function placeFile(session: FileSession, file: PlacedFile, lane: Lane): Promise<void> {
  const { client } = session;
  const there = await patiently(standing(client, file.path));
  if (there && !file.overwrite) throw new FileFailure('exists', 'Something of that name is there.');
  if (there && kindOf(there.mode) !== 'file')
    throw new FileFailure('exists', 'What is there is no file, so it is not replaced.');
  // what a link leads to is replaced, not the link
  const path = there ? await patiently(client.realPath(file.path)) : file.path;
  const part = posix.join(posix.dirname(path), file.partName);
  const mode = there ? there.mode & 0o777 : null;
  const handle = await patiently(client.open(part, OPEN.WRITE | OPEN.CREAT | OPEN.EXCL, mode));
  try {
    // an asset that does not answer can't hold up whoever breaks off
    await Promise.race([client.write(handle, lane, AHEAD), lane.broken()]);
  } catch (error) {
    await discard(session, handle, part, error);
    throw error;
  }
  try {
    await patiently(client.close(handle));
    await moveTo(client, part, path, file.overwrite);
  } catch (error) {
    await patiently(client.change(SFTP.REMOVE, part)).catch(() => undefined); // the first failure is told
    throw error;
  }
}

/** Removes what was written. A file that its source left stays open until the session ends: so its record says so. */
async function discard(session: FileSession, handle: Buffer, part: string, error: unknown): Promise<void> {
  const { client } = session;
  const isAnswered = error instanceof FileFailure && error.fault !== 'ended';
  // the asset may be gone: the first failure is told
  if (isAnswered) await patiently(client.close(handle)).catch(() => undefined);
  await patiently(client.change(SFTP.REMOVE, part)).catch(() => undefined);
  if (!isAnswered) session.leave();
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
