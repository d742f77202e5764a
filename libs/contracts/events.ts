import type { RunKind } from './runs.js';

/** Events of the control bus: name → payload. Small ids only, never data. */
export interface BusEvents {
  /** End a session, wherever it runs. */
  'session.terminate': { sessionId: string; by: string };
  /** Something that decides access changed: every gateway re-checks its live sessions. */
  'access.changed': { reason: string };
  /** A user was disabled or deleted, or their logins were revoked. */
  'user.changed': { userId: string };
  /** What is demanded of everybody's login is different now. */
  'logins.changed': Record<string, never>;
  /** What SSH clients show before the login is different now. */
  'ssh-banner.changed': Record<string, never>;
  /** There is work on assets for whoever does this kind. */
  'run.waiting': { kind: RunKind };
  /** What the product does by itself, and when, is different now. */
  'schedule.changed': Record<string, never>;
  /** A run was stopped: what of it is in hand ends. */
  'run.stopped': { runId: string };
  /** A batch execution waits for a gateway. */
  'batch.waiting': Record<string, never>;
  /** A batch execution was stopped: what of it is in hand ends. */
  'batch.stopped': { executionId: string };
}

export type BusEvent = keyof BusEvents;
