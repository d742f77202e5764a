import type { DataSource } from 'typeorm';
import { z } from 'zod';
import type { UnitOfWork } from '#libs/database';
import { RecurringWork, type Actor, type Clock, type Logger } from '#libs/kernel';
import type { AuditKey } from './audit-key.js';
import type { CoveredRows } from './covered-rows.js';
import { LiveAudit } from './live-audit.js';
import { SEAL_KINDS, type Checkpoint } from './seal.js';
import { AuditVerifier, FAULTS } from './verify.js';

/** The first check after a start; the api has other things to do in its first minutes. */
const FIRST_MS = 10 * 60_000;
const EVERY_MS = 24 * 60 * 60_000;

const auditCheck = z.object({
  at: z.coerce.date(),
  records: z.number(),
  problem: z
    .object({
      fault: z.enum(FAULTS),
      seq: z.number().nullable(),
      kind: z.enum([...SEAL_KINDS, 'checkpoint', 'export']).nullable(),
      id: z.string().nullable(),
    })
    .nullable(),
});

/** What the last check of the rows found. */
export type AuditCheck = z.infer<typeof auditCheck>;

/** How the audit's seals stand. */
export interface IntegrityState {
  /** PEM. */
  publicKey: string;
  checkpoint: Checkpoint | null;
  /** Finished rows that have no seal yet. */
  waiting: number;
  /** null: none yet. */
  lastCheck: AuditCheck | null;
  /** Since when the rows are being checked; null: they aren't. */
  checkingSince: Date | null;
}

/** Says how the audit's seals stand, and checks the rows each day; bytes of recordings are left to the command. */
export class AuditInspector {
  /** Checks each day. */
  readonly recurring: RecurringWork;
  private underWay: Promise<AuditCheck> | null = null;
  private since: Date | null = null;

  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly key: AuditKey,
    private readonly rows: CoveredRows,
    private readonly clock: Clock,
    private readonly logger: Logger,
  ) {
    this.recurring = new RecurringWork(
      () => this.check(),
      { firstMs: FIRST_MS, everyMs: EVERY_MS },
      (error) => logger.error({ err: error }, 'the audit was not checked'),
    );
  }

  /** The state now. */
  async state(): Promise<IntegrityState> {
    const { checkpoint, waiting } = await LiveAudit.state(this.dataSource);
    return {
      publicKey: this.key.publicKey,
      checkpoint,
      waiting,
      lastCheck: auditCheck.nullable().parse(this.key.lastCheck()),
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

  /** Goes through all rows, once at a time; what it found is logged when it is bad, and kept beside the key. */
  check(): Promise<AuditCheck> {
    this.since ??= this.clock.now();
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
    const found = { at: this.clock.now(), records: verdict.records, problem: verdict.problem };
    if (found.problem) this.logger.error({ problem: found.problem }, 'the audit is not as it was sealed');
    this.key.keepCheck(found);
    return found;
  }
}
