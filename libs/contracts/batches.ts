/** Where one asset of a batch execution stands. `succeeded`: the command ended with status 0. */
export const BATCH_RESULT_STATES = ['queued', 'running', 'succeeded', 'failed', 'stopped'] as const;
export type BatchResultState = (typeof BATCH_RESULT_STATES)[number];

/** Why the command gave no exit status on an asset: stable, shown translated. */
export const BATCH_FAILURES = [
  'refused',
  'connect_failed',
  'time_limit',
  'access_revoked',
  'terminated',
  'asset_disconnected',
  'gateway_stopped',
  'gateway_lost',
  'internal_error',
] as const;
export type BatchFailure = (typeof BATCH_FAILURES)[number];

/** From where a batch execution was begun, as in an operations record. */
export const BATCH_WAYS = ['console', 'api', 'token', 'ssh'] as const;
export type BatchWay = (typeof BATCH_WAYS)[number];

/** Bounds of what a batch execution may be asked for; `normal` is taken where nothing is said. Bytes, seconds. */
export const BATCH_LIMITS = {
  /** Assets of one batch execution. */
  assets: 10_000,
  /** Characters. */
  command: 16_384,
  pattern: 1_000,
  /** Assets at once. */
  parallel: { max: 100, normal: 50 },
  timeLimitSeconds: { max: 3_600, normal: 60 },
  /** Output that is kept of one asset. */
  outputBytes: { max: 262_144, normal: 65_536 },
  /** Output that is kept in all. */
  totalOutputBytes: 33_554_432,
} as const;
