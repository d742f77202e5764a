import type { EndReason } from '#libs/contracts';
import type { StateKind } from '../display/state-mark';

const KINDS: Readonly<Record<EndReason, StateKind>> = {
  logout: 'good',
  closed: 'good',
  refused: 'caution',
  client_disconnected: 'idle',
  asset_disconnected: 'idle',
  connect_failed: 'bad',
  terminated: 'caution',
  stopped: 'idle',
  time_limit: 'idle',
  access_revoked: 'caution',
  idle_timeout: 'idle',
  session_limit: 'idle',
  recording_failed: 'bad',
  gateway_stopped: 'idle',
  gateway_lost: 'bad',
  internal_error: 'bad',
};

/** How a session's reason of end is marked. */
export function endMark(reason: EndReason | null): StateKind {
  return reason === null ? 'active' : KINDS[reason];
}
