/** Where the time comes from; tests put their own in. */
export interface Clock {
  /** The time now. */
  now(): Date;
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => new Date() };

/** Nest injection token of the {@link Clock}. */
export const CLOCK = Symbol('Clock');
