import { RecurringWork, type Clock, type Logger } from '#libs/kernel';
import { SEALED_ROWS, type SealedRow } from '../integrity/seal.js';
import type { RecordingRetention } from './recording-retention.js';
import type { RetentionPolicy, RetentionSettings } from './retention-settings.js';
import type { RowRetention } from './row-retention.js';

const FIRST_MS = 5 * 60_000;
const EVERY_MS = 60 * 60_000;
const DAY_MS = 24 * 60 * 60_000;
const GIBIBYTE = 1024 ** 3;

/** Which setting a kind of rows has. */
const ROW_DAYS = {
  command: 'commandDays',
  'file-transfer': 'fileTransferDays',
  login: 'loginDays',
  operation: 'operationDays',
  batch: 'batchDays',
  session: 'sessionDays',
} as const satisfies Record<SealedRow, keyof RetentionPolicy>;

/** Deletes each hour what is older, or more, than the settings let stay. */
export class RetentionKeeper {
  /** Runs each hour. */
  readonly recurring: RecurringWork;

  constructor(
    private readonly settings: RetentionSettings,
    private readonly rows: RowRetention,
    private readonly recordings: RecordingRetention,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.recurring = new RecurringWork(
      () => this.run(),
      { firstMs: FIRST_MS, everyMs: EVERY_MS },
      (error) => logger.error({ err: error }, 'retention did not come to its end'),
    );
  }

  /** Deletes what is due now; gives how many of each kind. */
  async run(): Promise<Record<string, number>> {
    const policy = await this.settings.get();
    const now = this.clock.now().getTime();
    const before = (days: number): Date => new Date(now - days * DAY_MS);
    const deleted: Record<string, number> = {};
    const note = (kind: string, count: number): void => {
      if (count > 0) deleted[kind] = (deleted[kind] ?? 0) + count;
    };
    // the recording of a session that goes, goes with it
    const days = [policy.recordingDays, policy.sessionDays].filter((one) => one !== null);
    if (days.length > 0) note('recording', await this.recordings.deleteBefore(before(Math.min(...days))));
    const { recordingGibibytes } = policy;
    if (recordingGibibytes !== null)
      note('recording', await this.recordings.deleteBeyond(recordingGibibytes * GIBIBYTE));
    for (const kind of SEALED_ROWS) {
      const age = policy[ROW_DAYS[kind]];
      if (age !== null) note(kind, await this.rows.deleteBefore(kind, before(age)));
    }
    if (Object.keys(deleted).length > 0) this.logger.info({ deleted }, 'retention deleted');
    return deleted;
  }
}
