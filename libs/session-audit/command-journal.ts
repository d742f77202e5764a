import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import type { Command } from '#libs/database';
import type { Logger } from '#libs/kernel';

/** A command as its session noted it. */
export type CommandRecord = Pick<Command, keyof Command>;

const RETRY_MS = 1_000;
/** Commands that come within this time share a statement. */
const GATHER_MS = 100;
const BATCH = 2_000;
/** Records that wait while the database is away; some 0.5 KB each. */
const MAX_WAITING = 200_000;

/** Writes the records of commands, in batches, tried until the database took them. */
export class CommandJournal {
  private waiting: CommandRecord[] = [];
  private flushing: Promise<void> | null = null;
  private stopped = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly logger: Logger,
  ) {}

  /** Notes a command; it is written soon. */
  note(record: CommandRecord): void {
    if (this.waiting.length >= MAX_WAITING)
      this.logger.error({ session: record.sessionId }, 'record of a command lost: too many wait');
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
      if (this.waiting.length < BATCH) await sleep(GATHER_MS);
      const batch = this.waiting.slice(0, BATCH);
      try {
        await this.write(batch);
        this.waiting = this.waiting.slice(batch.length);
      } catch (error) {
        this.logger.warn({ err: error, waiting: this.waiting.length }, 'commands wait for the database');
        await sleep(RETRY_MS);
      }
    }
    this.flushing = null;
  }

  /** A batch whose answer was lost is written again, and changes nothing then. */
  private async write(batch: readonly CommandRecord[]): Promise<void> {
    await this.dataSource.query(
      `INSERT INTO commands (id, session_id, user_id, username, asset_id, asset_name, system_user_id,
              system_username, kind, command, certain, at, offset_ms)
       SELECT id, "sessionId", "userId", username, "assetId", "assetName", "systemUserId",
              "systemUsername", kind, command, certain, at, "offsetMs"
       FROM json_to_recordset($1::json) AS c(id uuid, "sessionId" uuid, "userId" uuid, username text,
              "assetId" uuid, "assetName" text, "systemUserId" uuid, "systemUsername" text, kind text,
              command text, certain boolean, at timestamptz, "offsetMs" int)
       ON CONFLICT (id) DO NOTHING`,
      [JSON.stringify(batch)],
    );
  }
}
