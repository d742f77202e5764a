import { describe, expect, it } from 'vitest';
import type { AccessFacts, MatchingRule } from './decide.js';
import { decide } from './decide.js';
import type { AccessRequest } from './grant.js';

const now = new Date('2026-06-01T12:00:00Z');
const earlier = new Date('2026-06-01T11:00:00Z');
const later = new Date('2026-06-01T13:00:00Z');
const request = { userId: 'u', assetId: 'a', systemUserId: 's', action: 'connect' } as AccessRequest;

const rule = (more: Partial<MatchingRule> = {}): MatchingRule => ({
  id: 'r' as MatchingRule['id'],
  actions: ['connect', 'exec'],
  forwardDestinations: [],
  validFrom: null,
  validUntil: null,
  hours: null,
  ...more,
});
const facts = (more: Partial<AccessFacts> = {}): AccessFacts => ({
  username: 'alice',
  language: null,
  userActive: true,
  userValidUntil: null,
  assetName: 'web-01',
  assetActive: true,
  systemUsername: 'dev',
  pushed: true,
  rules: [rule()],
  ...more,
});

describe('decide', () => {
  it('grants what a valid rule allows, with the rules in the proof', () => {
    const decision = decide(
      request,
      facts({ rules: [rule(), rule({ actions: ['upload'], validUntil: later })] }),
      now,
    );
    if (!decision.granted) throw new Error(decision.reason);
    expect(decision.grant.terms.ruleIds).toEqual(['r']);
    expect([...decision.grant.terms.actions].sort()).toEqual(['connect', 'exec', 'upload']);
    expect(decision.grant.terms.validUntil).toEqual(later);
  });

  it('asks again when the hours of a rule end', () => {
    // the moment is a Monday, 20:00 in Shanghai
    const hours = { timeZone: 'Asia/Shanghai', minutes: '{[1140,1260)}' };
    const decision = decide(request, facts({ rules: [rule({ hours })] }), now);
    if (!decision.granted) throw new Error(decision.reason);
    expect(decision.grant.terms.validUntil).toEqual(later);
  });

  it('must be asked for again when the account ends, if that comes first', () => {
    const soon = new Date(now.getTime() + 1);
    const decision = decide(
      request,
      facts({ userValidUntil: soon, rules: [rule({ validUntil: later })] }),
      now,
    );
    if (!decision.granted) throw new Error(decision.reason);
    expect(decision.grant.terms.validUntil).toEqual(soon);
  });

  it.each<[string, Partial<AccessFacts>]>([
    ['user_inactive', { userActive: false }],
    ['user_inactive', { username: null }],
    ['no_rule', { rules: [] }],
    ['no_rule', { assetName: null }],
    ['outside_period', { rules: [rule({ validUntil: earlier })] }],
    ['outside_period', { rules: [rule({ validUntil: now })] }],
    ['outside_period', { rules: [rule({ validFrom: later })] }],
    ['outside_period', { rules: [rule({ hours: { timeZone: 'UTC', minutes: '{[0,720)}' } })] }],
    ['asset_inactive', { assetActive: false }],
    ['not_pushed', { pushed: false }],
    ['action_not_allowed', { rules: [rule({ actions: ['exec'] })] }],
  ])('refuses: %s', (reason, change) => {
    expect(decide(request, facts(change), now)).toMatchObject({ granted: false, reason });
  });

  it('says the same of an asset that does not exist and of one without a rule, whatever their state', () => {
    const answers = [
      { assetName: null },
      { rules: [] },
      { rules: [], assetActive: false },
      { rules: [], pushed: false },
    ];
    const said = answers.map((change) => JSON.stringify(decide(request, facts(change), now)));
    expect(new Set(said).size).toBe(1);
  });
});
