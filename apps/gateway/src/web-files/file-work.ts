import { posix } from 'node:path';
import type { Readable } from 'node:stream';
import type { Action, FileKind } from '#libs/contracts';
import { OPEN, SFTP } from '../files/sftp-packets.js';
import { FileFailure } from './file-failure.js';
import { kindOf } from './file-kinds.js';
import type { FileSession } from './file-session.js';
import { bodyOf } from './patience.js';
import { placeFile } from './place-file.js';
import type { FolderEntry, SftpClient } from './sftp-client.js';

/** Entries of a folder that are shown. */
const MAX_ENTRIES = 20_000;
/** Links of a folder whose target is looked up. */
const MAX_LINKS = 200;
/** Writes of one upload that are on their way at once. */
const AHEAD = 16;
const ATTR_PERMISSIONS = 4;

/** A file as it is listed. */
export interface ListedFile {
  name: string;
  kind: FileKind;
  size: number;
  /** Permissions in octal digits. */
  mode: string;
  owner: string;
  group: string;
  modifiedAt: Date | null;
  /** Where a link leads; null: it is none. */
  target: string | null;
  targetKind: FileKind | null;
}

/** A folder with what is in it. */
export interface ListedFolder {
  path: string;
  items: ListedFile[];
  /** There is more than is shown. */
  truncated: boolean;
  /** What the rules allow with files here. */
  actions: Action[];
}

/** Lists a folder; an empty path is where a login begins. */
export async function listFolder({ client, allowed }: FileSession, path: string): Promise<ListedFolder> {
  const whole = await client.realPath(path === '' ? '.' : path);
  const entries = await client.list(whole, MAX_ENTRIES + 1);
  const items = entries.slice(0, MAX_ENTRIES).map(listed);
  const links = items.filter(({ kind }) => kind === 'link').slice(0, MAX_LINKS);
  await Promise.all(links.map((link) => follow(client, whole, link)));
  const actions = (['upload', 'download'] as const).filter((action) => allowed().has(action));
  return { path: whole, items, truncated: entries.length > MAX_ENTRIES, actions };
}

/** A file that is open for reading. */
export interface OpenedFile {
  name: string;
  /** null: not known before its end. */
  size: number | null;
  bytes: AsyncGenerator<Buffer, void>;
  /** The same from an offset on. */
  from(offset: number): AsyncGenerator<Buffer, void>;
  close(): Promise<void>;
}

/** Opens a file to read it all. @throws FileFailure when it is none */
export async function openFile({ client }: FileSession, path: string): Promise<OpenedFile> {
  const before = await client.stat(path);
  if (kindOf(before.mode) !== 'file') throw new FileFailure('failed', 'Only files can be downloaded.');
  const handle = await client.open(path, OPEN.READ);
  const { size } = await client.statOpen(handle);
  return {
    name: posix.basename(path),
    // files of /proc say 0 and have more
    size: size > 0 ? size : null,
    bytes: client.read(handle),
    from: (offset) => client.read(handle, offset),
    close: () => client.close(handle),
  };
}

/** As many bytes as were told before; a file that grew is cut there, one that shrank breaks off. */
export async function* exactly(
  bytes: AsyncGenerator<Buffer, void>,
  size: number | null,
): AsyncGenerator<Buffer, void> {
  let passed = 0;
  for await (const chunk of bytes) {
    const part = size === null ? chunk : chunk.subarray(0, size - passed);
    passed += part.length;
    yield part;
    if (passed === size) return;
  }
  if (size !== null && passed < size)
    throw new FileFailure('ended', 'The file became shorter while it was read.');
}

/**
 * Writes a file from `source`, which appears in its place when it is whole; one that is there is replaced only where
 * that is meant. A file whose folder takes no new ones is written where it is.
 */
export function writeFile(
  session: FileSession,
  path: string,
  source: Readable,
  overwrite: boolean,
): Promise<void> {
  return placeFile(session, { path, overwrite, ahead: AHEAD, orInPlace: true }, bodyOf(source));
}

/** Makes a folder. */
export function makeFolder({ client }: FileSession, path: string): Promise<void> {
  return client.change(SFTP.MKDIR, path, 0);
}

/** Renames or moves; what stands at the new path stays. */
export function rename({ client }: FileSession, path: string, newPath: string): Promise<void> {
  return client.change(SFTP.RENAME, path, newPath);
}

/** Removes a file, a link itself, or an empty folder. */
export async function remove({ client }: FileSession, path: string): Promise<void> {
  const { mode } = await client.lstat(path);
  await client.change(kindOf(mode) === 'folder' ? SFTP.RMDIR : SFTP.REMOVE, path);
}

/** Sets permissions. */
export function setMode({ client }: FileSession, path: string, mode: number): Promise<void> {
  return client.change(SFTP.SETSTAT, path, ATTR_PERMISSIONS, mode);
}

async function follow(client: SftpClient, folder: string, link: ListedFile): Promise<void> {
  const path = posix.join(folder, link.name);
  const [target, attributes] = await Promise.allSettled([client.readLink(path), client.stat(path)]);
  if (target.status === 'fulfilled') link.target = target.value;
  if (attributes.status === 'fulfilled') link.targetKind = kindOf(attributes.value.mode);
}

function listed({ name, longName, size, mode, modifiedAt }: FolderEntry): ListedFile {
  const [, , owner = '', group = ''] = longName.trim().split(/\s+/);
  const octal = (mode & 0o7777).toString(8).padStart(4, '0');
  const nowhere = { target: null, targetKind: null };
  return { name, kind: kindOf(mode), size, mode: octal, owner, group, modifiedAt, ...nowhere };
}
