/** Exit code of a process that can't start because of its surroundings (EX_CONFIG of sysexits.h). */
export const START_FAILURE_EXIT_CODE = 78;

/** A failure at start that the operator can mend. Told in one line: what is wrong, then how to mend it. */
export class StartFailure extends Error {
  constructor(
    readonly what: string,
    readonly mend: string,
    options?: ErrorOptions,
  ) {
    super(`${what} ${mend}`, options);
    this.name = 'StartFailure';
  }
}

/** What a process tells its supervisor over IPC. */
export type LifecycleMessage =
  { type: 'ready'; info: Record<string, unknown> } | { type: 'start-failure'; what: string; mend: string };

/** Tells the supervisor, if there is one, that this process serves. */
export function reportReady(info: Record<string, unknown>): void {
  process.send?.({ type: 'ready', info } satisfies LifecycleMessage);
}

/** Tells on stderr in one line, and to the supervisor, why this process can't start; then exits with 78. */
export function reportStartFailure(error: unknown): never {
  const failure =
    error instanceof StartFailure
      ? error
      : new StartFailure(
          `Start failed: ${error instanceof Error ? error.message : String(error)}.`,
          'Set GATEHOUSE_LOG_LEVEL=debug to see more.',
        );
  process.stderr.write(`gatehouse: ${failure.what} ${failure.mend}\n`);
  process.send?.({
    type: 'start-failure',
    what: failure.what,
    mend: failure.mend,
  } satisfies LifecycleMessage);
  process.exit(START_FAILURE_EXIT_CODE);
}

/** Runs `stop` once on SIGTERM or SIGINT, or when the supervisor is gone, then exits with 0. */
export function onStopSignal(stop: () => Promise<void>): void {
  let stopping = false;
  const once = (): void => {
    if (stopping) return;
    stopping = true;
    const forced = setTimeout(() => process.exit(1), 10_000);
    forced.unref();
    stop().then(
      () => process.exit(0),
      (error: unknown) => {
        process.stderr.write(`gatehouse: stop failed: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.once('SIGTERM', once);
  process.once('SIGINT', once);
  if (process.send) process.once('disconnect', once);
}
