/** How a session came in; `batch`: one asset of a batch execution. */
export const SESSION_KINDS = [
  'ssh',
  'exec',
  'sftp',
  'scp',
  'web',
  'forward',
  'remote-forward',
  'batch',
  'files',
] as const;
export type SessionKind = (typeof SESSION_KINDS)[number];

/** Why a session ended: stable, shown translated. `stopped`, `time_limit`: with the batch execution that it is of. */
export const END_REASONS = [
  'logout',
  'closed',
  'refused',
  'client_disconnected',
  'asset_disconnected',
  'connect_failed',
  'terminated',
  'stopped',
  'time_limit',
  'access_revoked',
  'idle_timeout',
  'session_limit',
  'recording_failed',
  'gateway_stopped',
  'gateway_lost',
  'internal_error',
] as const;
export type EndReason = (typeof END_REASONS)[number];
