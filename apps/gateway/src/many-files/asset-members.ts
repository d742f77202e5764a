import { posix } from 'node:path';
import { FILE_RUN_LIMITS } from '#libs/contracts';
import { OPEN } from '../files/sftp-packets.js';
import { FileFailure } from '../web-files/file-failure.js';
import { kindOf } from '../web-files/file-kinds.js';
import type { FileSession } from '../web-files/file-session.js';
import { patiently, steadily } from '../web-files/patience.js';
import type { FileAttributes, SftpClient } from '../web-files/sftp-client.js';
import type { RunEntry } from './file-run.js';
import { memberName, unusedName } from './member-names.js';
import { tarHeader, tarPadding } from './tar.js';

/** Entries of one folder, and of all folders that wait, of one asset: what a hostile asset can have kept here. */
const MAX_WAITING = 50_000;
const MAX_DEPTH = 100;
/** Bytes of a file that says that it has none, as those of /proc do: it is kept until its length is known. */
const MAX_UNSIZED = 4 * 1024 * 1024;
/** Failures of one asset that are told one by one. */
const MAX_TOLD = 1_000;
const ZEROS = Buffer.alloc(64 * 1024);

/** Something that is still to come into the archive. */
interface Step {
  path: string;
  /** In the archive. */
  member: string;
  attributes: FileAttributes;
  depth: number;
}

/** What one asset gives to an archive. */
export class AssetMembers {
  private readonly client: SftpClient;
  private count = 0;
  private readonly names = new Set<string>();

  constructor(
    session: FileSession,
    private readonly entry: RunEntry,
    /** Tells that something is missing from the archive, or not whole. */
    private readonly tell: (path: string, why: string) => void,
  ) {
    this.client = session.client;
  }

  /** The members of files or of folders with all below them. @throws FileFailure when there is but one path and nothing there */
  async *of(paths: readonly string[], folder: string): AsyncGenerator<Buffer, void> {
    for (const path of paths) {
      try {
        yield* this.under(path, folder);
      } catch (error) {
        if (paths.length === 1) throw error;
        this.missBecause(path, error);
      }
    }
  }

  private async *under(path: string, folder: string): AsyncGenerator<Buffer, void> {
    const whole = await patiently(this.client.realPath(path === '' ? '.' : path));
    const attributes = await patiently(this.client.stat(whole));
    const base = posix.basename(whole);
    const member = base === '' ? folder : `${folder}/${unusedName(memberName(base), this.names)}`;
    const steps: Step[] = [{ path: whole, member, attributes, depth: 0 }];
    for (let step = steps.pop(); step; step = steps.pop()) {
      if (++this.count > FILE_RUN_LIMITS.entries)
        throw new FileFailure('failed', `It has more than ${FILE_RUN_LIMITS.entries} files and folders.`);
      const kind = kindOf(step.attributes.mode);
      if (kind === 'folder') {
        yield tarHeader({ ...of(step), path: step.member, kind, size: 0 });
        steps.push(...(await this.below(step, MAX_WAITING - steps.length)));
      } else if (kind === 'file') yield* this.file(step);
      else this.miss(step.path, 'neither file nor folder');
    }
  }

  /** What is in a folder, the last first. Of links, those to files are followed: a folder could lead back or anywhere. */
  private async below({ path, member, depth }: Step, room: number): Promise<Step[]> {
    if (depth >= MAX_DEPTH || room <= 0) {
      this.miss(path, 'too deep or too much in it');
      return [];
    }
    try {
      const entries = await patiently(this.client.list(path, room + 1));
      if (entries.length > room) this.miss(path, 'too much in it: not all is here');
      const steps: Step[] = [];
      for (const { name, ...listed } of entries.slice(0, room)) {
        const at = posix.join(path, name);
        // a server that names what is not in this folder is not followed
        if (name.includes('/') || name === '') this.miss(at, 'no name of a file');
        else {
          const attributes = kindOf(listed.mode) === 'link' ? await this.behind(at) : listed;
          if (attributes)
            steps.push({ path: at, member: `${member}/${memberName(name)}`, attributes, depth: depth + 1 });
        }
      }
      return steps.reverse();
    } catch (error) {
      this.missBecause(path, error);
      return [];
    }
  }

  private async behind(path: string): Promise<FileAttributes | null> {
    try {
      const attributes = await patiently(this.client.stat(path));
      if (kindOf(attributes.mode) === 'file') return attributes;
      this.miss(path, 'a link that leads to no file');
    } catch (error) {
      this.missBecause(path, error);
    }
    return null;
  }

  private async *file(step: Step): AsyncGenerator<Buffer, void> {
    let handle: Buffer;
    try {
      handle = await patiently(this.client.open(step.path, OPEN.READ));
    } catch (error) {
      this.missBecause(step.path, error);
      return;
    }
    try {
      const { size } = await patiently(this.client.statOpen(handle));
      if (size > 0) yield* this.sized(step, handle, size);
      else yield* this.unsized(step, handle);
    } finally {
      await patiently(this.client.close(handle));
    }
  }

  /** As many bytes as the header says: one that grew is cut, what one lacks is filled with zeros and told. */
  private async *sized(step: Step, handle: Buffer, size: number): AsyncGenerator<Buffer, void> {
    yield tarHeader({ ...of(step), path: step.member, kind: 'file', size });
    let left = size;
    let failure: unknown = null;
    try {
      for await (const chunk of steadily(this.client.read(handle))) {
        const part = chunk.subarray(0, left);
        left -= part.length;
        this.entry.bytes += part.length;
        yield part;
        if (left === 0) break;
      }
    } catch (error) {
      failure = error;
    }
    if (left === 0) this.entry.files++;
    else if (failure === null) this.miss(step.path, `became shorter while it was read; ${left} zeros follow`);
    const missing = left;
    for (; left > 0; left -= Math.min(left, ZEROS.length)) yield ZEROS.subarray(0, left);
    yield tarPadding(size);
    if (failure === null) return;
    this.missBecause(step.path, failure, `; its last ${missing} bytes are zeros`);
    if (failure instanceof FileFailure && failure.fault === 'ended') throw failure;
  }

  private async *unsized(step: Step, handle: Buffer): AsyncGenerator<Buffer, void> {
    const parts: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of steadily(this.client.read(handle))) {
        parts.push(chunk);
        size += chunk.length;
        if (size > MAX_UNSIZED) break;
      }
    } catch (error) {
      this.missBecause(step.path, error);
      return;
    }
    if (size > MAX_UNSIZED) {
      this.miss(step.path, `has no size and more than ${MAX_UNSIZED} bytes`);
      return;
    }
    this.entry.files++;
    this.entry.bytes += size;
    yield tarHeader({ ...of(step), path: step.member, kind: 'file', size });
    yield* parts;
    yield tarPadding(size);
  }

  private missBecause(path: string, error: unknown, more = ''): void {
    this.miss(path, (error instanceof FileFailure ? error.message : 'could not be read') + more);
    // the session is gone: nothing else of this asset comes
    if (error instanceof FileFailure && error.fault === 'ended' && more === '') throw error;
  }

  private miss(path: string, why: string): void {
    this.entry.failures++;
    this.entry.code ??= 'file_failed';
    this.entry.reason ??= `${path}: ${why}`;
    if (this.entry.failures <= MAX_TOLD) this.tell(path, why);
  }
}

function of({ attributes: { mode, modifiedAt } }: Step): Pick<FileAttributes, 'mode' | 'modifiedAt'> {
  return { mode, modifiedAt };
}
