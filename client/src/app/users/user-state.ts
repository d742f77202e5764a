import type { UserView } from '../api/models/user-view';
import type { StateKind } from '../display/state-mark';

/** Whether a user can log in now, and if not, why. `label` is a key of the language files. */
export function userState(user: UserView, now: number): { kind: StateKind; label: string } {
  if (!user.active) return { kind: 'idle', label: 'state.inactive' };
  if (user.validUntil && Date.parse(user.validUntil) <= now) return { kind: 'idle', label: 'users.ended' };
  if (user.mustChangePassword) return { kind: 'caution', label: 'users.oneTime' };
  return { kind: 'good', label: 'state.active' };
}
