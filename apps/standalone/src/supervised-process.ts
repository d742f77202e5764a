import { spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { NODE_OPTIONS, StartFailure } from '#libs/kernel';

const lifecycleMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ready'), info: z.record(z.string(), z.unknown()) }),
  z.object({ type: z.literal('start-failure'), what: z.string(), mend: z.string() }),
]);

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;
/** A process that ran that long is healthy: its next failure starts with the shortest pause again. */
const HEALTHY_MS = 60_000;
/** Longer than the children's own limit for a clean stop. */
const STOP_PATIENCE_MS = 12_000;

/** A failure at start that the child has already told on stderr. */
export class ChildStartFailure extends StartFailure {}

/** What a supervised process is and whom to tell about it. */
export interface ProcessPlan {
  /** For people: `api`, `gateway 2`. */
  name: string;
  /** Compiled main file. */
  script: string;
  /** Node's options; absent: those of every process. */
  nodeOptions?: readonly string[];
  environment: NodeJS.ProcessEnv;
  /** Gets the child when it is spawned, to read its output. */
  onSpawn(child: ChildProcess): void;
  /** Called when it ended by itself, with a sentence that says how and what happens now. */
  onDeath(sentence: string): void;
}

/**
 * One child process, started again when it dies, with growing pauses. It is in a session of its own, so that a
 * Ctrl-C in the terminal reaches only us and everything stops in its order; and it has an IPC channel, whose end
 * tells it that we are gone.
 */
export class SupervisedProcess {
  private child: ChildProcess | null = null;
  private ended: Promise<void> = Promise.resolve();
  private readonly stopping = new AbortController();
  private pause = FIRST_PAUSE_MS;

  constructor(private readonly plan: ProcessPlan) {}

  get script(): string {
    return this.plan.script;
  }

  get pid(): number | undefined {
    return this.child?.pid;
  }

  /**
   * Starts it the first time and gives what it tells when it is ready; from then on it is kept running.
   * @throws StartFailure
   */
  async start(): Promise<Record<string, unknown>> {
    const info = await this.launch();
    void this.keepRunning();
    return info;
  }

  /** Asks it to stop, insists after a while, and gives when it is gone. It is not started again. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.child?.kill('SIGTERM');
    const insist = setTimeout(() => this.child?.kill('SIGKILL'), STOP_PATIENCE_MS);
    await this.ended;
    clearTimeout(insist);
  }

  /** Ends it at once. */
  kill(): void {
    this.stopping.abort();
    this.child?.kill('SIGKILL');
  }

  private launch(): Promise<Record<string, unknown>> {
    const { nodeOptions = NODE_OPTIONS, script } = this.plan;
    const child = spawn(process.execPath, [...nodeOptions, script], {
      env: this.plan.environment,
      detached: true,
      // Log lines for a program stay as they are; for a person at a terminal they are made readable.
      stdio: ['ignore', process.stdout.isTTY ? 'pipe' : 'inherit', 'inherit', 'ipc'],
    });
    this.child = child;
    this.plan.onSpawn(child);
    this.ended = new Promise((resolve) => child.once('close', () => resolve()));
    return new Promise((resolve, reject) => {
      child.on('message', (raw) => {
        const message = lifecycleMessage.safeParse(raw).data;
        if (message?.type === 'ready') resolve(message.info);
        if (message?.type === 'start-failure') reject(new ChildStartFailure(message.what, message.mend));
      });
      child.once('error', reject);
      child.once('close', (code, signal) => reject(this.diedTooEarly(code, signal)));
    });
  }

  private async keepRunning(): Promise<void> {
    let since = Date.now();
    await this.ended;
    while (!this.isStopping()) {
      const healthy = Date.now() - since > HEALTHY_MS;
      this.pause = healthy ? FIRST_PAUSE_MS : Math.min(this.pause * 2, LONGEST_PAUSE_MS);
      this.plan.onDeath(
        `${this.plan.name} ${this.howItEnded()}; started again in ${String(this.pause / 1000)} s.`,
      );
      await sleep(this.pause, undefined, { signal: this.stopping.signal }).catch(() => undefined); // told to stop
      if (this.isStopping()) return;
      since = Date.now();
      await this.launch().catch(() => undefined); // it says why on its stderr, and the next round tries again
      await this.ended;
    }
  }

  private isStopping(): boolean {
    return this.stopping.signal.aborted;
  }

  private howItEnded(): string {
    const { exitCode, signalCode } = this.child ?? {};
    return signalCode ? `was killed by ${signalCode}` : `ended with code ${String(exitCode)}`;
  }

  private diedTooEarly(code: number | null, signal: NodeJS.Signals | null): StartFailure {
    const how = signal ? `was killed by ${signal}` : `ended with code ${String(code)}`;
    return new StartFailure(
      `${this.plan.name} ${how} before it was ready.`,
      'Its last lines, above, say why.',
    );
  }
}
