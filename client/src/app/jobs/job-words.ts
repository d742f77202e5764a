import type { RunItemState, RunState } from '#libs/contracts';
import type { StateKind } from '../display/state-mark';

/** The colour of each state of a job, and of an asset in it. */
export const JOB_COLOURS: Readonly<Record<RunState | RunItemState, StateKind>> = {
  queued: 'idle',
  running: 'active',
  succeeded: 'good',
  partial: 'caution',
  failed: 'bad',
  stopped: 'idle',
};
