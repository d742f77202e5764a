import { describe, expect, it } from 'vitest';
import { ACTIONS } from '#libs/contracts';
import { newId, ValidationFailed } from '#libs/kernel';
import { checkRule, type RuleTerms } from './rule-check.js';

const whole: RuleTerms = {
  name: 'rule',
  comment: '',
  userIds: [newId()],
  userGroupIds: [],
  assetIds: [],
  assetGroupIds: [newId()],
  systemUserIds: [newId()],
  actions: [...ACTIONS],
  forwardDestinations: [],
  validFrom: null,
  validUntil: null,
  hours: null,
  active: true,
};

function faultsOf(change: Partial<RuleTerms>): string[] {
  try {
    checkRule({ ...whole, ...change });
    return [];
  } catch (error) {
    if (!(error instanceof ValidationFailed)) throw error;
    return error.errors.map(({ field, code }) => `${field}:${code}`);
  }
}

describe('a rule', () => {
  const noon = new Date('2026-06-01T12:00:00Z');
  const later = new Date('2026-06-01T12:00:01Z');

  it.each<[string, Partial<RuleTerms>]>([
    ['of a user and an asset group', {}],
    [
      'of a user group and an asset',
      { userIds: [], userGroupIds: [newId()], assetIds: [newId()], assetGroupIds: [] },
    ],
    ['with a beginning only', { validFrom: noon }],
    ['with an end only', { validUntil: noon }],
    ['with a period of a second', { validFrom: noon, validUntil: later }],
    ['with one action', { actions: ['exec'] }],
  ])('%s is complete', (_what, change) => {
    expect(faultsOf(change)).toEqual([]);
  });

  it.each<[string, Partial<RuleTerms>, string[]]>([
    ['without users', { userIds: [] }, ['userIds:side_missing']],
    ['without assets', { assetGroupIds: [] }, ['assetIds:side_missing']],
    ['without system users', { systemUserIds: [] }, ['systemUserIds:side_missing']],
    ['without actions', { actions: [] }, ['actions:too_few']],
    ['that ends as it begins', { validFrom: noon, validUntil: noon }, ['validUntil:before_valid_from']],
    ['that ends before it begins', { validFrom: later, validUntil: noon }, ['validUntil:before_valid_from']],
    [
      'with two faults',
      { userIds: [], systemUserIds: [] },
      ['userIds:side_missing', 'systemUserIds:side_missing'],
    ],
  ])('%s is refused', (_what, change, faults) => {
    expect(faultsOf(change)).toEqual(faults);
  });

  it('that lost a side with what it named can be changed, but not lose another', () => {
    const left = { ...whole, assetGroupIds: [] };
    expect(checkRule({ ...left, active: false }, left)).toMatchObject({ active: false });
    expect(() => checkRule({ ...left, userIds: [] }, left)).toThrow('user or user group');
  });
});
