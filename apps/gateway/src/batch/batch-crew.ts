import type { ControlBus } from '#libs/database';
import type { BatchExecutionId, GatewayId } from '#libs/kernel';
import { LEFT_MS, type ClaimedBatch } from '#libs/session-audit';
import { BatchRun, type BatchRunParts, type OutcomeListener } from './batch-run.js';
import { KEPT_MS } from './kept-connections.js';

/** Batch executions that one gateway takes at once from those that wait. */
const AT_ONCE = 4;
/** How often what waits, what was stopped and what was lost is looked for, besides when one is told of it. */
const LOOK_MS = 5_000;
/** How long a gateway that stops waits for what it has in hand. */
const STOP_MS = 8_000;

/** Carries batch executions out: those of the console and the API that it takes, and those of its own menus. */
export class BatchCrew {
  private readonly runs = new Map<BatchExecutionId, { run: BatchRun; done: Promise<void> }>();
  private looking: Promise<void> | null = null;
  private lookAgain = false;
  private taken = 0;
  private stopped = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly parts: BatchRunParts,
    private readonly bus: ControlBus,
  ) {}

  /** Begins to look for work. */
  start(): void {
    const { bus } = this;
    bus.on('batch.waiting', () => {
      this.look();
      // the one that has the connections may have no hand free
      setTimeout(() => {
        this.look();
      }, LEFT_MS + 50).unref();
    });
    bus.on('batch.stopped', ({ executionId }) => {
      for (const [id, { run }] of this.runs) if (id === executionId) run.callOff('stopped');
    });
    bus.onResync(() => {
      this.look();
    });
    this.timer = setInterval(() => void this.loudly(this.lookRound()), LOOK_MS);
    this.timer.unref();
    this.look();
  }

  /** Whose menus begin what is carried out here. */
  get gatewayId(): GatewayId {
    return this.parts.gatewayId;
  }

  /** Ends what runs of it here. */
  callOff(id: BatchExecutionId): void {
    this.runs.get(id)?.run.callOff('stopped');
  }

  /** Carries out one that was begun for this gateway; it has a place at once, as somebody waits for it at a menu. */
  async carryOut(id: BatchExecutionId, onOutcome: OutcomeListener): Promise<void> {
    const batch = await this.parts.ledger.own(this.parts.gatewayId, id);
    if (!batch || this.stopped) return;
    await this.hold(batch, onOutcome);
  }

  /** Ends what is in hand and begins no more. */
  async stop(): Promise<void> {
    this.stopped = true;
    if (this.timer) clearInterval(this.timer);
    await this.looking;
    for (const { run } of this.runs.values()) run.callOff('gateway_stopped');
    const late = new Promise<void>((resolve) => setTimeout(resolve, STOP_MS).unref());
    await Promise.race([Promise.all([...this.runs.values()].map(({ done }) => done)), late]);
    this.parts.connections.close();
  }

  private look(): void {
    this.lookAgain = true;
    if (this.looking || this.stopped) return;
    this.looking = this.loudly(this.take()).then(() => {
      this.looking = null;
    });
  }

  private async take(): Promise<void> {
    while (this.lookAgain && !this.stopped && this.taken < AT_ONCE) {
      this.lookAgain = false;
      const batch = await this.parts.ledger.claim(this.parts.gatewayId, KEPT_MS);
      if (!batch) return;
      this.lookAgain = true;
      this.taken++;
      void this.hold(batch).finally(() => {
        this.taken--;
        this.look();
      });
    }
  }

  private async hold(batch: ClaimedBatch, onOutcome?: OutcomeListener): Promise<void> {
    const run = new BatchRun(batch, this.parts, onOutcome);
    const done = this.loudly(run.carryOut());
    this.runs.set(batch.id, { run, done });
    await done;
    this.runs.delete(batch.id);
  }

  /** What a notification that was missed would have told. */
  private async lookRound(): Promise<void> {
    const { ledger } = this.parts;
    for (const id of await ledger.ended([...this.runs.keys()])) this.runs.get(id)?.run.callOff('stopped');
    await ledger.sweep();
    this.look();
  }

  private async loudly(work: Promise<void>): Promise<void> {
    try {
      await work;
    } catch (error) {
      this.parts.logger.error({ err: error }, 'batch executions: will try again');
    }
  }
}
