/** How long the other end may take, ms. */
export interface Patience {
  /** For one step, before it is asked again. */
  stepMs: number;
  /** For the person to start the other program. */
  beginMs: number;
  /** Silence after which it is over. */
  silenceMs: number;
}

/** As `rz` and `sz` have it, with time to choose files. */
export const PATIENCE: Patience = { stepMs: 10_000, beginMs: 300_000, silenceMs: 60_000 };

/** Bytes of a file that offsets of 32 bits reach. */
export const MAX_FILE_BYTES = 2 ** 32 - 1;
