/** What can carry a push out on an asset; an admin chooses (FEATURES P12, P13). */
export const RUN_ENGINES = ['agentless', 'ansible'] as const;
export type RunEngine = (typeof RUN_ENGINES)[number];

/** What is done on one asset by a push and by a recycle after the connection, in its order (FEATURES P9). */
export const PUSH_STEPS = [
  'ansible',
  'account',
  'home',
  'key',
  'password',
  'sudo-check',
  'sudo-install',
  'proof',
  'old-key',
  'sudo-remove',
  'key-remove',
  'account-remove',
  'system-user-remove',
] as const;
export type PushStep = (typeof PUSH_STEPS)[number];

/** Where a system user stands on an asset by its push records (FEATURES P8). */
export const PUSH_RECORD_STATES = ['pushed', 'outdated', 'failed', 'record-only'] as const;
export type PushRecordState = (typeof PUSH_RECORD_STATES)[number];

/** Whether what stands on an asset is still what was pushed (FEATURES P15). */
export const DRIFT_STATES = ['as-pushed', 'drifted'] as const;
export type DriftState = (typeof DRIFT_STATES)[number];

/** What a drift scan may find on an asset that is not as it was pushed. */
export const DRIFT_FINDINGS = [
  'account-missing',
  'account-uid',
  'account-shell',
  'account-home',
  'home-missing',
  'account-groups',
  'account-comment',
  'account-locked',
  'account-expired',
  'key-missing',
  'key-changed',
  'keys-unreadable',
  'keys-other',
  'keys-elsewhere',
  'password-refused',
  'sudo-missing',
  'sudo-changed',
  'sudo-mode',
  'sudo-left',
] as const;
export type DriftKind = (typeof DRIFT_FINDINGS)[number];

/** One thing that differs. Never a secret. */
export interface DriftFinding {
  finding: DriftKind;
  /** Worth knowing, but nothing that a push would change. */
  isNote: boolean;
  /** What was pushed; blank: nothing to tell. */
  pushed: string;
  /** What stands there now. */
  found: string;
}
