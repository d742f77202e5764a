import type { HostKeyVerdict } from '#libs/contracts';
import type { StateKind } from '../display/state-mark';

/** The colour of each verdict of a scan. */
export const VERDICT_COLOURS: Readonly<Record<HostKeyVerdict, StateKind>> = {
  new: 'caution',
  changed: 'bad',
  same: 'good',
  pinned: 'good',
  unreachable: 'idle',
  'pins-changed': 'caution',
  'address-changed': 'caution',
  'asset-deleted': 'idle',
};
