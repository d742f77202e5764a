import type { PushRecordState } from '#libs/contracts';
import type { PushState } from '../api/models/push-state';
import type { RunItemState } from '../api/models/run-item-state';
import type { StateKind } from '../display/state-mark';

const KINDS: Readonly<Record<PushState | RunItemState, StateKind>> = {
  queued: 'idle',
  running: 'active',
  succeeded: 'good',
  partial: 'caution',
  failed: 'bad',
  stopped: 'caution',
};

const RECORD_KINDS: Readonly<Record<PushRecordState, StateKind>> = {
  pushed: 'good',
  outdated: 'caution',
  failed: 'bad',
  'record-only': 'good',
};

/** How the state of a push, or of it on one asset, is marked. */
export function pushMark(state: PushState | RunItemState): StateKind {
  return KINDS[state];
}

/** How it is marked where a system user stands. */
export function recordMark(state: PushRecordState): StateKind {
  return RECORD_KINDS[state];
}
