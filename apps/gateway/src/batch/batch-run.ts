import { setTimeout as sleep } from 'node:timers/promises';
import { BATCH_LIMITS } from '#libs/contracts';
import type { GatewayId, Places } from '#libs/kernel';
import type { BatchLedger, BatchOutcome, BatchTarget, ClaimedBatch } from '#libs/session-audit';
import { AssetCommand, type CallOff, type CommandParts } from './asset-command.js';

const WRITE_AGAIN_MS = 1_000;

/** What a run needs of its gateway. */
export interface BatchRunParts extends CommandParts {
  gatewayId: GatewayId;
  ledger: BatchLedger;
  /** Assets at once on this gateway, over all batch executions. */
  places: Places;
}

/** Hears what came of it on an asset, and can have its reason, which is English there, in another language. */
export type OutcomeListener = (
  target: BatchTarget,
  outcome: BatchOutcome,
  reasonIn: AssetCommand['reasonIn'],
) => void;

/** One batch execution in this gateway's hand. */
export class BatchRun {
  private readonly inHand = new Set<AssetCommand>();
  private readonly budget = { left: BATCH_LIMITS.totalOutputBytes };
  private calledOff: CallOff | null = null;

  constructor(
    readonly batch: ClaimedBatch,
    private readonly parts: BatchRunParts,
    private readonly onOutcome: OutcomeListener = () => undefined,
  ) {}

  /** Begins no more of it and ends what is in hand. */
  callOff(why: CallOff): void {
    this.calledOff ??= why;
    for (const command of this.inHand) command.callOff(why);
  }

  /** Carries it out, so many assets at once as it may, and writes all that came of it. */
  async carryOut(): Promise<void> {
    const { ledger, gatewayId } = this.parts;
    const { id, parallel } = this.batch;
    const targets = await this.insist(() => ledger.targets(id));
    const left = targets.values();
    await Promise.all(Array.from({ length: Math.min(parallel, targets.length) }, () => this.work(left)));
    if (this.calledOff === 'gateway_stopped') await this.insist(() => ledger.giveUp(gatewayId, id));
    await ledger.close(id);
  }

  /** Takes one asset after the other. */
  private async work(left: Iterator<BatchTarget>): Promise<void> {
    for (let next = left.next(); !next.done; next = left.next()) {
      const target = next.value;
      if (this.calledOff) return;
      await this.parts.places.in(() => this.runOn(target));
    }
  }

  private async runOn(target: BatchTarget): Promise<void> {
    const { ledger, gatewayId } = this.parts;
    if (this.calledOff) return;
    // tried again without end while the database is away: nothing runs that is not written down
    const mayBegin = await this.insist(() => ledger.begin(gatewayId, this.batch.id, target.assetId));
    if (!mayBegin) return;
    const command = new AssetCommand(this.batch, target, this.budget, this.parts);
    this.inHand.add(command);
    // it was called off while its row was written
    this.callOffNow(command);
    const outcome = await command.run();
    this.inHand.delete(command);
    ledger.finish(gatewayId, this.batch.id, outcome);
    this.onOutcome(target, outcome, (language) => command.reasonIn(language));
  }

  private callOffNow(command: AssetCommand): void {
    if (this.calledOff) command.callOff(this.calledOff);
  }

  /** Until the database answers, however long that takes. */
  private async insist<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        this.parts.logger.warn(
          { err: error, batch: this.batch.id },
          'a batch execution waits for the database',
        );
        await sleep(WRITE_AGAIN_MS);
      }
    }
  }
}
