import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchFailure, EndReason, Told } from '#libs/contracts';
import type { Logger } from '#libs/kernel';
import { plainOutput, type BatchOutcome, type BatchTarget, type ClaimedBatch } from '#libs/session-audit';
import { actionsOf, readTransferCommand } from '../files/transfer-command.js';
import type { MenuLanguage } from '../menu/texts.js';
import type { SessionOpener, SessionWish } from '../session/session-opener.js';
import type { Session, SessionOutcome } from '../session/session.js';
import type { Said } from '../session/session-words.js';
import type { UpstreamPool, UpstreamLease } from '../session/upstream-pool.js';
import { BatchDownstream } from './batch-downstream.js';
import { codeOf } from './failure-codes.js';
import { reasonIn, reasonInRecords, type FailureCause } from './failure-words.js';
import type { Account, KeptConnections } from './kept-connections.js';
import { endLeftovers } from './leftovers.js';
import { OutputKeeper, type OutputBudget } from './output-keeper.js';

/** Why it is called off from this side. */
export type CallOff = 'stopped' | 'time_limit' | 'gateway_stopped';

/** How long an asset that was called off may take before it is left alone. */
const CALL_OFF_MS = 5_000;

/** What it needs of its gateway. */
export interface CommandParts {
  opener: SessionOpener;
  connections: KeptConnections;
  logger: Logger;
}

/** Ends of a session that are failures of the batch execution's; others are none that a person must be told. */
const FAILURES: Partial<Record<EndReason, BatchFailure>> = {
  connect_failed: 'connect_failed',
  terminated: 'terminated',
  access_revoked: 'access_revoked',
  asset_disconnected: 'asset_disconnected',
  gateway_stopped: 'gateway_stopped',
};

/** The command of a batch execution on one of its assets: a session of its own, by its own grant. */
export class AssetCommand {
  private readonly keeper: OutputKeeper;
  private readonly downstream: BatchDownstream;
  private readonly pool: UpstreamPool;
  private session: Session | null = null;
  private calledOff: CallOff | null = null;
  private cause: FailureCause | null = null;
  /** The command came to its own end: its connection is good for another. */
  private hasExited = false;
  private hurry: () => void = () => undefined;

  constructor(
    private readonly batch: ClaimedBatch,
    private readonly target: BatchTarget,
    budget: OutputBudget,
    private readonly parts: CommandParts,
  ) {
    this.keeper = new OutputKeeper(batch.outputBytes, budget);
    this.downstream = new BatchDownstream(batch.command, batch.sourceAddress, this.keeper);
    this.pool = parts.connections.take(this.account);
  }

  /** Ends it, whatever it is at; the remote processes too. */
  callOff(why: CallOff): void {
    if (this.calledOff) return;
    this.calledOff = why;
    const stands = this.session?.state === 'open';
    this.downstream.leave(why);
    // a connection that does not stand yet is given up; one that stands is needed to end what runs there
    if (!stands) this.pool.close();
    this.hurry();
  }

  /** Runs it to its end, at most as long as it may. Never throws. */
  async run(): Promise<BatchOutcome> {
    const timer = setTimeout(() => {
      this.callOff('time_limit');
    }, this.batch.timeLimitSeconds * 1000);
    const hurried = new Promise<void>((resolve) => {
      this.hurry = resolve;
    }).then(() => sleep(CALL_OFF_MS, null, { ref: false }));
    try {
      return await Promise.race([this.carryOut(), hurried.then(() => this.outcome(null))]);
    } catch (error) {
      this.parts.logger.error({ err: error, batch: this.batch.id }, 'a batch execution failed on an asset');
      return this.failed('internal_error', '');
    } finally {
      clearTimeout(timer);
      if (this.hasExited) this.parts.connections.giveBack(this.account, this.pool);
      else this.pool.close();
    }
  }

  /** Why it failed, to a person, once {@link run} is over; empty where there is nothing to say. May hold an asset's text. */
  reasonIn(language: MenuLanguage): string {
    return this.cause ? reasonIn(language, this.cause) : '';
  }

  private async carryOut(): Promise<BatchOutcome> {
    const { opener } = this.parts;
    const { session, refusal } = await opener.attempt(this.wish(), this.downstream, this.pool, (begun) => {
      this.session = begun;
    });
    if (!session) return this.failed('refused', '', refusal);
    const hold = session.state === 'open' ? await this.pool.lease(session.grant).catch(() => null) : null;
    await session.whenEnded();
    const outcome = session.howItEnded();
    if (outcome?.exit === null && hold) await this.cleanUp(hold);
    hold?.release();
    this.hasExited = outcome?.reason === 'logout';
    return this.outcome(outcome);
  }

  private get account(): Account {
    const { userId, systemUserId } = this.batch;
    return { userId, systemUserId, assetId: this.target.assetId };
  }

  /** A command that carries a file needs what a file needs. */
  private wish(): SessionWish {
    const others = actionsOf(readTransferCommand(this.batch.command)).filter((action) => action !== 'exec');
    return { ...this.account, action: 'exec', andAction: others[0] };
  }

  private async cleanUp(hold: UpstreamLease): Promise<void> {
    await endLeftovers(hold).catch((error: unknown) => {
      this.parts.logger.debug({ err: error }, 'what a batch execution left running could not be ended');
    });
  }

  private outcome(ended: SessionOutcome | null): BatchOutcome {
    const exit = ended?.exit ?? null;
    if (ended?.reason === 'logout' && exit) {
      const exitStatus = 'status' in exit ? exit.status : null;
      const signal = 'signal' in exit ? exit.signal : null;
      return this.result(exitStatus === 0 ? 'succeeded' : 'failed', { exitStatus, signal });
    }
    if (this.calledOff === 'stopped') return this.result('stopped', {});
    if (this.calledOff) return this.failed(this.calledOff, String(this.batch.timeLimitSeconds));
    const failure = FAILURES[ended?.reason ?? 'internal_error'] ?? 'internal_error';
    return this.failed(failure, ended?.detail ?? '', ended?.told);
  }

  private failed(failure: BatchFailure, detail: string, said: Said | null = null): BatchOutcome {
    this.cause = { failure, asset: this.target.assetName, detail, said };
    return this.result('failed', { failure, reason: reasonInRecords(this.cause) });
  }

  private result(state: BatchOutcome['state'], end: Partial<BatchOutcome>): BatchOutcome {
    const { exitStatus = null, failure = null } = end;
    // texts of the asset's among them
    const reason = plain(end.reason ?? '');
    const reasonTold = this.cause && toldOf(this.cause, reason);
    const signal = end.signal ? plain(end.signal.slice(0, 32)) : null;
    const { assetId, assetName } = this.target;
    // failures alike but for the name of the asset are alike
    const alike = [state, exitStatus, signal, failure, reason.replaceAll(assetName, '')];
    return {
      assetId,
      state,
      ...{ exitStatus, signal, failure, reason, reasonTold },
      ...this.keeper.outputs(),
      cutBytes: this.keeper.cutBytes,
      digest: this.keeper.digest(alike),
      sessionId: this.session?.id ?? null,
    };
  }
}

function toldOf(cause: FailureCause, message: string): Told | null {
  const code = codeOf(cause);
  if (!code) return null;
  const params: Record<string, string> = {};
  for (const [gap, text] of Object.entries(code.params ?? {})) params[gap] = plain(text);
  return { message, ...code, params };
}

function plain(text: string): string {
  return plainOutput(Buffer.from(text));
}
