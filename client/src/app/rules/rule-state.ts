import type { StateKind } from '../display/state-mark';
import type { RuleView } from '../api/models/rule-view';

/** Whether a rule gives access now, and if not, why. `label` is a key of the language files. */
export function ruleState(rule: RuleView, now: number): { kind: StateKind; label: string } {
  if (!rule.active) return { kind: 'idle', label: 'state.inactive' };
  if (rule.validUntil && Date.parse(rule.validUntil) <= now) return { kind: 'idle', label: 'rules.expired' };
  if (rule.validFrom && Date.parse(rule.validFrom) > now) return { kind: 'caution', label: 'rules.notYet' };
  return { kind: 'good', label: 'state.active' };
}
