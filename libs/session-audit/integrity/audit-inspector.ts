import type { DataSource } from 'typeorm';
import type { UnitOfWork } from '#libs/database';
import { RecurringWork, type Actor, type Logger } from '#libs/kernel';
import type { AuditKey } from './audit-key.js';
import type { CoveredRows } from './covered-rows.js';
import type { ApiCheck, CheckBoard } from './check-board.js';
import { LiveAudit } from './live-audit.js';
import type { Checkpoint } from './seal.js';
import type { AuditCheck } from './signed-check.js';
import { AuditVerifier } from './verify.js';

/** The first check after a start; the api has other things to do in its first minutes. */
const FIRST_MS = 10 * 60_000;
const EVERY_MS = 24 * 60 * 60_000;
/** How soon the apis know of each other's checks, and put back their own when it was taken away. */
const EXCHANGE_MS = 60_000;

/** How the audit's seals stand. */
export interface IntegrityState {
  /** PEM. */
  publicKey: string;
  checkpoint: Checkpoint | null;
  /** Finished rows that have no seal yet. */
  waiting: number;
  /** The newest, by whichever api; null: none yet. */
  lastCheck: AuditCheck | null;
  /** What each api found last, the newest first. */
  checks: ApiCheck[];
  /** Since when the rows are being checked by this api; null: they aren't. */
  checkingSince: Date | null;
}

/** Says how the audit's seals stand, and checks the rows each day; bytes of recordings are left to the command. */
export class AuditInspector {
  /** Checks each day. */
  readonly recurring: RecurringWork;
  /** Looks after what the apis say of their checks. */
  readonly exchanging: RecurringWork;
  private underWay: Promise<AuditCheck> | null = null;
  private since: Date | null = null;

  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly key: AuditKey,
    private readonly rows: CoveredRows,
    private readonly board: CheckBoard,
    private readonly logger: Logger,
  ) {
    this.recurring = new RecurringWork(
      () => this.check(),
      { firstMs: FIRST_MS, everyMs: EVERY_MS },
      (error) => logger.error({ err: error }, 'the audit was not checked'),
    );
    this.exchanging = new RecurringWork(
      () => this.board.exchange(),
      { firstMs: EXCHANGE_MS, everyMs: EXCHANGE_MS },
      (error) => logger.error({ err: error }, 'the checks of the apis were not compared'),
    );
  }

  /** The state now. */
  async state(): Promise<IntegrityState> {
    const checks = await this.board.exchange();
    const { checkpoint, waiting } = await LiveAudit.state(this.dataSource);
    return {
      publicKey: this.key.publicKey,
      checkpoint,
      waiting,
      lastCheck: checks.find(({ check }) => check !== null)?.check ?? null,
      checks,
      checkingSince: this.since,
    };
  }

  /** Begins a check for somebody, unless one is under way; gives the state, which tells when it is over. */
  async begin(actor: Actor): Promise<IntegrityState> {
    await this.unitOfWork.run(actor, (tx) =>
      tx.record({ action: 'audit.check', subjectType: 'audit', subjectId: null, subjectName: 'audit' }),
    );
    this.check().catch((error: unknown) => {
      this.logger.error({ err: error }, 'the audit was not checked');
    });
    return this.state();
  }

  /** Goes through all rows, once at a time; what it found is logged when it is bad, and told to all apis. */
  check(): Promise<AuditCheck> {
    this.since ??= this.board.clock.now();
    this.underWay ??= this.goThrough().finally(() => {
      this.underWay = null;
      this.since = null;
    });
    return this.underWay;
  }

  private async goThrough(): Promise<AuditCheck> {
    const verdict = await LiveAudit.look(this.dataSource, this.key, this.rows, null, (audit) =>
      new AuditVerifier(audit, this.key.trusted()).verify(),
    );
    const { problem } = verdict;
    if (problem) this.logger.error({ problem }, 'the audit is not as it was sealed');
    return this.board.post(verdict);
  }
}
