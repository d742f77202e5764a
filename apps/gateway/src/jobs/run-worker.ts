import { setTimeout as sleep } from 'node:timers/promises';
import { asTold, tell, type RunKind, type RunStep, type Told } from '#libs/contracts';
import type { ControlBus } from '#libs/database';
import {
  RUN_HEARTBEAT_MS,
  type ClaimedItem,
  type RunItemKey,
  type RunItemResult,
  type RunLedger,
} from '#libs/inventory';
import type { GatewayId, Logger } from '#libs/kernel';
import { ConnectFailure } from '../session/connect-failure.js';
import { ExecFailure } from './bounded-exec.js';

/** How often waiting work is looked for, besides when one is told of it. */
const LOOK_MS = 5_000;
/** How often what people watch is written. */
const SHOW_STEPS_MS = 500;
/** How long work that is called off may take to end before it is no longer waited for. */
const CALL_OFF_MS = 2_000;
const FINISH_AGAIN_MS = 1_000;

/** A step of the work that failed, and why, in words for the person: what to do next is in it. */
export class StepFailure extends Error {
  constructor(
    readonly step: string,
    readonly told: Told,
    options?: ErrorOptions,
  ) {
    super(told.message, options);
    this.name = 'StepFailure';
  }
}

/** One asset of a run, in hand. */
export interface RunTask extends ClaimedItem {
  /** Says that a step is done; people see it at once. */
  onStep: (step: string, told: string | Told) => void;
  /** Aborted when its time is over, the run is stopped or the gateway stops: end quickly. Its reason is an {@link Ending}. */
  giveUp: AbortSignal;
}

/** A kind of run: how it is done on one asset. */
export interface RunCraft {
  readonly kind: RunKind;
  /** Assets that one gateway does at once. */
  readonly concurrency: number;
  /** Longest time for one asset. */
  readonly timeLimitMs: number;
  /** Where that depends on what is to be done. */
  timeLimitFor?(item: ClaimedItem): number;
  /**
   * Does it; gives what to tell besides the steps. It may be done again on the same asset, when a gateway was lost.
   * @throws StepFailure, ConnectFailure, ExecFailure: it failed on this asset
   */
  perform(task: RunTask): Promise<Record<string, unknown>>;
}

/** What every worker of a gateway needs. */
export class RunWorkerParts {
  constructor(
    readonly gatewayId: GatewayId,
    readonly ledger: RunLedger,
    readonly bus: ControlBus,
    readonly logger: Logger,
  ) {}
}

type Ending = 'stopped' | 'too-late' | 'taken' | 'gateway-stops';

interface InHand {
  key: RunItemKey;
  stop: (why: Ending) => void;
  /** Not yet shown to people. */
  unshown: string | null;
}

/** Takes work of one kind of run and does it, many assets at once, as long as the gateway lives. */
export class RunWorker {
  private readonly inHand = new Map<string, InHand>();
  private readonly timers: NodeJS.Timeout[] = [];
  private looking: Promise<unknown> | null = null;
  private lookAgain = false;
  /** All room was taken the last time: whoever ends looks for more. Else it is told of, or looked for in a while. */
  private mayBeMore = false;
  private stopped = false;

  constructor(
    private readonly craft: RunCraft,
    private readonly parts: RunWorkerParts,
  ) {}

  /** Begins to look for work. */
  start(): void {
    const { bus } = this.parts;
    bus.on('run.waiting', ({ kind }) => {
      if (kind === this.craft.kind) this.look();
    });
    bus.on('run.stopped', ({ runId }) => {
      for (const { key, stop } of this.inHand.values()) if (key.runId === runId) stop('stopped');
    });
    bus.onResync(() => {
      this.look();
    });
    this.every(LOOK_MS, async () => {
      await this.parts.ledger.sweep();
      this.look();
    });
    this.every(RUN_HEARTBEAT_MS, () => this.renew());
    this.every(SHOW_STEPS_MS, () => this.showSteps());
    this.look();
  }

  /** Begins no more, ends what is in hand and gives it back for another gateway. */
  async stop(): Promise<void> {
    this.stopped = true;
    for (const timer of this.timers) clearInterval(timer);
    for (const { stop } of this.inHand.values()) stop('gateway-stops');
    await this.looking;
    const { ledger, gatewayId, bus } = this.parts;
    await this.loudly(ledger.release(this.craft.kind, gatewayId));
    await this.loudly(bus.notify('run.waiting', { kind: this.craft.kind }));
  }

  /** What can't be done now, for example without the database, is tried again the next time. */
  private every(ms: number, work: () => Promise<void>): void {
    let busy = false;
    const timer = setInterval(() => {
      if (busy) return;
      busy = true;
      void this.loudly(work()).finally(() => (busy = false));
    }, ms);
    timer.unref();
    this.timers.push(timer);
  }

  private look(): void {
    this.lookAgain = true;
    if (this.looking || this.stopped) return;
    this.looking = this.loudly(this.take()).then(() => {
      this.looking = null;
    });
  }

  private async take(): Promise<void> {
    while (this.lookAgain && !this.stopped) {
      this.lookAgain = false;
      const { kind, concurrency } = this.craft;
      const room = concurrency - this.inHand.size;
      const items = room === 0 ? [] : await this.parts.ledger.claim(kind, this.parts.gatewayId, room);
      this.mayBeMore = items.length === room;
      for (const item of items) void this.carryOut(item);
    }
  }

  private async carryOut(item: ClaimedItem): Promise<void> {
    const name = `${item.runId} ${item.assetId}`;
    const result = await this.attempt(item, name);
    if (result) await this.finish(item, result);
    this.inHand.delete(name);
    if (this.mayBeMore) this.look();
  }

  /** What came of it is not lost while the database is away, as long as the gateway lives. */
  private async finish(item: ClaimedItem, result: RunItemResult): Promise<void> {
    const { gatewayId, ledger } = this.parts;
    const write = (): Promise<boolean> => this.loudly(ledger.finish(gatewayId, item, result));
    while (!(await write()) && !this.stopped) await sleep(FINISH_AGAIN_MS);
  }

  private limitFor(item: ClaimedItem): number {
    return this.craft.timeLimitFor?.(item) ?? this.craft.timeLimitMs;
  }

  /** null: it is somebody else's now. */
  private async attempt(item: ClaimedItem, name: string): Promise<RunItemResult | null> {
    const timeLimitMs = this.limitFor(item);
    const control = new AbortController();
    let ending: Ending | null = this.stopped ? 'gateway-stops' : null;
    const hand: InHand = {
      key: item,
      unshown: null,
      stop: (why) => {
        ending ??= why;
        control.abort(why);
      },
    };
    this.inHand.set(name, hand);
    if (ending) control.abort(ending);
    const timer = setTimeout(() => {
      hand.stop('too-late');
    }, timeLimitMs);
    const diary = new StepDiary();
    const onStep = (step: string, told: string | Told): void => {
      diary.add(step, true, told);
      hand.unshown = step;
    };
    try {
      const outcome = await orCalledOff(control.signal, () =>
        this.craft.perform({ ...item, onStep, giveUp: control.signal }),
      );
      return { state: 'succeeded', step: diary.last, reason: '', steps: diary.steps, outcome };
    } catch (error) {
      return this.unsuccessful(item, error, ending, diary);
    } finally {
      clearTimeout(timer);
    }
  }

  private unsuccessful(
    item: ClaimedItem,
    error: unknown,
    ending: Ending | null,
    diary: StepDiary,
  ): RunItemResult | null {
    if (ending === 'taken' || ending === 'gateway-stops') return null;
    const { steps } = diary;
    if (ending === 'stopped') return { state: 'stopped', step: diary.last, reason: '', steps, outcome: {} };
    const failed = (step: string, told: Told): RunItemResult => {
      diary.add(step, false, told);
      return { state: 'failed', step, reason: told.message, steps, outcome: {} };
    };
    const under = diary.last ?? 'begin';
    if (ending === 'too-late') {
      const seconds = Math.round(this.limitFor(item) / 1000);
      return failed(under, tell('too-late', { asset: item.assetName, seconds }));
    }
    if (error instanceof StepFailure || error instanceof ConnectFailure)
      return failed(error.step, error.told);
    if (error instanceof ExecFailure) return failed(under, error.told);
    this.parts.logger.error(
      { err: error, runId: item.runId, assetId: item.assetId },
      'a run failed on an asset',
    );
    return failed(under, tell('gateway-failed'));
  }

  private async renew(): Promise<void> {
    if (this.inHand.size === 0) return;
    const held = new Map(this.inHand);
    const kept = await this.parts.ledger.renew(
      this.parts.gatewayId,
      [...held.values()].map(({ key }) => key),
    );
    for (const { runId, assetId, stopped } of kept) {
      const name = `${runId} ${assetId}`;
      if (stopped) held.get(name)?.stop('stopped');
      held.delete(name);
    }
    for (const { stop } of held.values()) stop('taken');
  }

  private async showSteps(): Promise<void> {
    const steps = [...this.inHand.values()].flatMap((hand) => {
      const { key, unshown: step } = hand;
      hand.unshown = null;
      return step === null ? [] : [{ runId: key.runId, assetId: key.assetId, step }];
    });
    if (steps.length > 0) await this.parts.ledger.showSteps(this.parts.gatewayId, steps);
  }

  /** Whether it was done. */
  private async loudly(work: Promise<void>): Promise<boolean> {
    try {
      await work;
      return true;
    } catch (error) {
      this.parts.logger.warn({ err: error, kind: this.craft.kind }, 'runs over assets: will try again');
      return false;
    }
  }
}

class StepDiary {
  readonly steps: RunStep[] = [];
  private since = performance.now();

  get last(): string | null {
    return this.steps.at(-1)?.step ?? null;
  }

  add(step: string, ok: boolean, told: string | Told): void {
    const now = performance.now();
    this.steps.push({ step, ok, ...asTold(told), ms: Math.round(now - this.since) });
    this.since = now;
  }
}

/** Waits for the work, but not for one that doesn't end although it was called off. */
async function orCalledOff<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const calledOff = new Promise<never>((_, reject) => {
    const begin = (): void => {
      timer = setTimeout(() => {
        reject(new Error('called off'));
      }, CALL_OFF_MS);
    };
    if (signal.aborted) begin();
    else signal.addEventListener('abort', begin, { once: true });
  });
  try {
    return await Promise.race([work(), calledOff]);
  } finally {
    clearTimeout(timer);
  }
}
