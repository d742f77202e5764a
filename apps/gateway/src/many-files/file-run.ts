import { FILE_RUN_LIMITS, type FileRunState } from '#libs/contracts';
import type { AssetId, UserId } from '#libs/kernel';
import { FileFailure } from '../web-files/file-failure.js';

/** How work with files stands on one of its assets. */
export interface RunEntry {
  readonly assetId: AssetId;
  readonly assetName: string;
  state: FileRunState;
  /** Files that went whole. */
  files: number;
  /** Bytes that went, of those under way too. */
  bytes: number;
  /** Files that did not go, or not whole. */
  failures: number;
  /** Stable, as the problems of the API; null: nothing failed. */
  code: string | null;
  reason: string | null;
}

/** Work with files on many assets, and how it stands. */
export class FileRun {
  finished = false;

  constructor(readonly entries: readonly RunEntry[]) {}

  static on(targets: readonly { id: AssetId; name: string }[]): FileRun {
    const nothing = { files: 0, bytes: 0, failures: 0, code: null, reason: null };
    return new FileRun(
      targets.map(({ id, name }) => ({ assetId: id, assetName: name, state: 'waiting', ...nothing })),
    );
  }
}

/** Notes that all of an asset failed. */
export function failEntry(entry: RunEntry, error: unknown): void {
  entry.state = 'failed';
  entry.failures ||= 1;
  entry.code = error instanceof FileFailure ? `file_${error.fault}` : 'file_ended';
  entry.reason = error instanceof FileFailure ? error.message : 'The transfer broke off.';
}

/** How long it is told how a run went that is over. */
const KEPT_MS = 10 * 60_000;
/** Runs of one user that are kept. */
const MAX_KEPT = 50;

/** What is under way with files on many assets, for whoever asks how far it is. */
export class FileRuns {
  private readonly runs = new Map<string, { run: FileRun; endedAt: number | null }>();

  /** Does work that can be asked about by this id. @throws FileFailure when the user has too much under way */
  async during<T>(userId: UserId, id: string, run: FileRun, work: () => Promise<T>): Promise<T> {
    const own = [...this.runs].filter(([key]) => key.startsWith(`${userId} `));
    if (own.filter(([, { endedAt }]) => endedAt === null).length >= FILE_RUN_LIMITS.atOnce)
      throw new FileFailure('too_many', 'You have too many transfers to or from many assets under way.');
    const now = Date.now();
    for (const [key, { endedAt }] of own)
      if (endedAt !== null && (endedAt < now - KEPT_MS || own.length > MAX_KEPT)) this.runs.delete(key);
    const entry: { run: FileRun; endedAt: number | null } = { run, endedAt: null };
    this.runs.set(`${userId} ${id}`, entry);
    try {
      return await work();
    } finally {
      run.finished = true;
      entry.endedAt = Date.now();
    }
  }

  /** How it stands; null: nobody's, somebody else's, or long over. */
  find(userId: UserId, id: string): FileRun | null {
    return this.runs.get(`${userId} ${id}`)?.run ?? null;
  }
}
