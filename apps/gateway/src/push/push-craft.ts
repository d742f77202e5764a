import { z } from 'zod';
import { RUN_ENGINES, tell, type Told } from '#libs/contracts';
import { PUSH_MODES, type PushLedger } from '#libs/push';
import { asId, type Logger, type PushId, type SystemUserId } from '#libs/kernel';
import { ExecFailure } from '../jobs/bounded-exec.js';
import { StepFailure, type RunCraft, type RunTask } from '../jobs/run-worker.js';
import { ConnectFailure } from '../session/connect-failure.js';
import type { AssetPusher } from './asset-pusher.js';
import type { AssetRecycler } from './asset-recycler.js';
import type { PushTask } from './push-task.js';

const terms = z.object({
  systemUserId: z.string().transform(asId<SystemUserId>),
  mode: z.enum(PUSH_MODES),
  pinHostKey: z.boolean(),
  /** Absent in pushes that were asked for before there was a choice. */
  engine: z.enum(RUN_ENGINES).default('agentless'),
  /** Longest time for one asset by Ansible. */
  limitSeconds: z.number().default(600),
});

/** Carries out pushes and recycles on assets, and keeps the records (FEATURES P1 to P12). */
export class PushCraft implements RunCraft {
  readonly kind = 'push';
  readonly concurrency = 32;
  readonly timeLimitMs = 120_000;

  /** A playbook is slow, and waits for others. */
  timeLimitFor({ terms: asked }: Pick<RunTask, 'terms'>): number {
    const { engine, limitSeconds } = terms.parse(asked);
    return engine === 'ansible' ? limitSeconds * 1000 : this.timeLimitMs;
  }

  constructor(
    private readonly ledger: PushLedger,
    private readonly pusher: AssetPusher,
    private readonly recycler: AssetRecycler,
    private readonly logger: Logger,
  ) {}

  /** @throws StepFailure, ConnectFailure, ExecFailure with the reason, which then stands in the record too */
  async perform(run: RunTask): Promise<Record<string, unknown>> {
    const { systemUserId, mode, pinHostKey, engine } = terms.parse(run.terms);
    const { assetId, assetName, requestedBy, onStep, giveUp } = run;
    const pushId = asId<PushId>(run.runId);
    const task = {
      pushId,
      systemUserId,
      assetId,
      assetName,
      mode,
      pinHostKey,
      requestedBy,
      engine,
      onStep,
      giveUp,
    };
    const plan = await this.ledger.planFor(systemUserId);
    if (!plan) throw new StepFailure('begin', tell('system-user-deleted'));
    try {
      if (mode === 'recycle') return (await this.recycler.recycle(task, plan)) ? {} : { engine: 'none' };
      await this.pusher.push(task, plan);
      return {};
    } catch (error) {
      const stopped = giveUp.aborted && !isFailure(error);
      if (!stopped) await this.note(task, this.reasonOf(run, error));
      throw error;
    }
  }

  private reasonOf(run: RunTask, error: unknown): Told {
    const { giveUp, assetName } = run;
    if (giveUp.reason === 'too-late') {
      return tell('too-late', { asset: assetName, seconds: Math.round(this.timeLimitFor(run) / 1000) });
    }
    if (giveUp.aborted) return tell('push-cut-off');
    return isFailure(error) ? error.told : tell('gateway-failed');
  }

  private async note(task: PushTask, told: Told): Promise<void> {
    try {
      await this.ledger.failed(task, told);
    } catch (failure) {
      this.logger.error({ err: failure, ...pick(task) }, 'a push record could not be written');
    }
  }
}

function isFailure(error: unknown): error is StepFailure | ConnectFailure | ExecFailure {
  return error instanceof StepFailure || error instanceof ConnectFailure || error instanceof ExecFailure;
}

function pick({ pushId, assetId }: PushTask): Record<string, unknown> {
  return { pushId, assetId };
}
