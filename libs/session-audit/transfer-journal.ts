import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource, QueryDeepPartialEntity } from 'typeorm';
import { FileTransfer } from '#libs/database';
import type { Logger } from '#libs/kernel';

/** A file that went to an asset or came from it, or a change of one there; its size is a number here. */
export type TransferRecord = Omit<FileTransfer, 'size'> & { size: number };

const RETRY_MS = 1_000;
const BATCH = 500;
/** Records that wait while the database is away; some 1 KB each. */
const MAX_WAITING = 100_000;
/** Paths and command lines are kept up to this many characters. */
const MAX_TEXT = 4_096;

/** Writes the records of file transfers, in batches, tried until the database took them. */
export class TransferJournal {
  private waiting: TransferRecord[] = [];
  private flushing: Promise<void> | null = null;
  private stopped = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly logger: Logger,
  ) {}

  /** Notes a transfer that is over; it is written soon. */
  note(record: TransferRecord): void {
    if (this.waiting.length >= MAX_WAITING)
      this.logger.error({ session: record.sessionId }, 'record of a file transfer lost: too many wait');
    else this.waiting.push(record);
    this.flushing ??= this.flush();
  }

  /** Waits until what was noted is written, at most `timeoutMs`. */
  async close(timeoutMs: number): Promise<void> {
    const end = Date.now() + timeoutMs;
    while (this.flushing && Date.now() < end) await sleep(20);
    this.stopped = true;
  }

  private async flush(): Promise<void> {
    while (this.waiting.length > 0 && !this.stopped) {
      // what is noted in the same moment shares a statement
      await sleep(10);
      const batch = this.waiting.slice(0, BATCH);
      try {
        await this.dataSource
          .createQueryBuilder()
          .insert()
          .into(FileTransfer)
          .values(batch.map(asRow))
          .orIgnore() // a batch whose answer was lost is written again
          .updateEntity(false)
          .execute();
        this.waiting = this.waiting.slice(batch.length);
      } catch (error) {
        this.logger.warn(
          { err: error, waiting: this.waiting.length },
          'file transfers wait for the database',
        );
        await sleep(RETRY_MS);
      }
    }
    this.flushing = null;
  }
}

function asRow(record: TransferRecord): QueryDeepPartialEntity<FileTransfer> {
  const { path, target, name, command, detail, size } = record;
  return {
    ...record,
    size: String(size),
    path: storable(path),
    target: target === null ? null : storable(target),
    name: name === null ? null : storable(name),
    command: command === null ? null : storable(command),
    detail: detail === null ? null : storable(detail),
  };
}

/** PostgreSQL's text holds no NUL, and no half of a surrogate pair. */
function storable(text: string): string {
  return text.slice(0, MAX_TEXT).replaceAll('\0', '\ufffd').toWellFormed();
}
