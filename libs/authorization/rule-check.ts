import { faultWith, ValidationFailed, type FieldError } from '#libs/kernel';
import { destinationFaults } from './destinations.js';
import type { RuleRow } from './rule-rows.js';
import { faultOf } from './week-hours.js';

/** All that a rule says. */
export type RuleTerms = Pick<
  RuleRow,
  | 'name'
  | 'comment'
  | 'userIds'
  | 'userGroupIds'
  | 'assetIds'
  | 'assetGroupIds'
  | 'systemUserIds'
  | 'actions'
  | 'forwardDestinations'
  | 'validFrom'
  | 'validUntil'
  | 'hours'
  | 'active'
>;

/** What makes a rule incomplete or contradictory, whatever is in the database. */
const faults: { error: FieldError; applies: (rule: RuleTerms) => boolean }[] = [
  {
    error: { field: 'userIds', code: 'side_missing', message: 'Choose at least one user or user group.' },
    applies: (rule) => rule.userIds.length + rule.userGroupIds.length === 0,
  },
  {
    error: { field: 'assetIds', code: 'side_missing', message: 'Choose at least one asset or asset group.' },
    applies: (rule) => rule.assetIds.length + rule.assetGroupIds.length === 0,
  },
  {
    error: { field: 'systemUserIds', code: 'side_missing', message: 'Choose at least one system user.' },
    applies: (rule) => rule.systemUserIds.length === 0,
  },
  {
    error: { field: 'actions', ...faultWith('too_few', 'Choose at least one action.', { min: 1 }) },
    applies: (rule) => rule.actions.length === 0,
  },
  {
    error: {
      field: 'validUntil',
      code: 'before_valid_from',
      message: 'The end must be after the beginning.',
    },
    applies: ({ validFrom, validUntil }) =>
      validFrom !== null && validUntil !== null && validUntil <= validFrom,
  },
];

/**
 * The rule, when it has all three sides (FEATURES L2) and a possible period. Faults that it had before a change are
 * let be: deleting its only asset leaves a rule that gives nothing, and must still be possible to rename or end.
 * @throws ValidationFailed with all faults.
 */
export function checkRule(rule: RuleTerms, before?: RuleTerms): RuleTerms {
  const found = faults
    .filter((fault) => fault.applies(rule) && !(before && fault.applies(before)))
    .map((fault) => fault.error);
  const ofHours = rule.hours && faultOf(rule.hours);
  if (ofHours) found.push(ofHours);
  found.push(...destinationFaults(rule.forwardDestinations));
  if (found.length > 0) throw new ValidationFailed(found);
  return rule;
}
