import type { Action } from '#libs/contracts';
import type { RuleId } from '#libs/kernel';
import {
  Grant,
  type AccessRequest,
  type Decision,
  type RefusalReason,
  type RefusalSubject,
} from './grant.js';
import { coversDestination } from './destinations.js';
import { endOfHours, isWithin } from './week-hours.js';

/** Said for what doesn't exist and for what isn't theirs alike. */
export const NO_RULE_MESSAGE = 'No authorization rule gives you this access. Ask an administrator.';

/** A rule that names the user, the asset and the system user, directly or by their groups, and is active. */
export interface MatchingRule {
  id: RuleId;
  actions: Action[];
  /** See `destinations.ts`. */
  forwardDestinations: string[];
  validFrom: Date | null;
  validUntil: Date | null;
  /** Time zone and minutes of the week, see `week-hours.ts`; null: always. */
  hours: { timeZone: string; minutes: string } | null;
}

/** Everything that a decision depends on, as read from the database; null where the row doesn't exist. */
export interface AccessFacts {
  username: string | null;
  language: string | null;
  /** Neither disabled nor ended. */
  userActive: boolean;
  userValidUntil: Date | null;
  assetName: string | null;
  assetActive: boolean;
  systemUsername: string | null;
  pushed: boolean;
  rules: MatchingRule[];
}

/** What a decision looks at: the request, its facts, and which of the rules count now. */
interface Case {
  request: AccessRequest;
  facts: AccessFacts;
  valid: MatchingRule[];
}

/**
 * What can stand in the way, in the order in which it is told. Whether the asset exists, is active or was pushed to is
 * told only to somebody whom a rule names for it: such reasons come after the rules.
 */
const OBSTACLES: readonly {
  reason: RefusalReason;
  stands: (of: Case) => boolean;
  message: (of: Case) => string;
}[] = [
  {
    reason: 'user_inactive',
    stands: ({ facts }) => facts.username === null || !facts.userActive,
    message: () => 'Your account is disabled or has ended.',
  },
  {
    reason: 'no_rule',
    stands: ({ facts }) =>
      facts.assetName === null || facts.systemUsername === null || facts.rules.length === 0,
    message: () => NO_RULE_MESSAGE,
  },
  {
    reason: 'outside_period',
    stands: ({ facts, valid }) => facts.rules.length > 0 && valid.length === 0,
    message: () =>
      'Your authorization for this is not valid now: it has ended or not begun, or these are not its hours.',
  },
  {
    reason: 'asset_inactive',
    stands: ({ facts }) => !facts.assetActive,
    message: ({ facts }) => `${facts.assetName ?? ''} is inactive; nobody can connect to it.`,
  },
  {
    reason: 'not_pushed',
    stands: ({ facts }) => !facts.pushed,
    message: ({ facts: { systemUsername, assetName } }) =>
      `${systemUsername ?? ''} has not been pushed to ${assetName ?? ''}. Ask an administrator to push it.`,
  },
  {
    reason: 'action_not_allowed',
    stands: ({ request, valid }) =>
      valid.length > 0 && !valid.some((rule) => rule.actions.includes(request.action)),
    message: ({ request, facts }) =>
      `Your rules for ${facts.assetName ?? ''} do not allow: ${request.action}.`,
  },
  {
    reason: 'destination_not_allowed',
    stands: ({ request, valid }) =>
      valid.some((rule) => rule.actions.includes(request.action)) &&
      !valid.some((rule) => allows(rule, request)),
    message: ({ request, facts }) =>
      `Your rules for ${facts.assetName ?? ''} do not allow forwarding to ${request.destination ?? ''}.`,
  },
];

/** All that stands in the way of a request; the first is what {@link decide} tells. */
export function obstaclesTo(request: AccessRequest, facts: AccessFacts, now: Date): RefusalReason[] {
  const of = { request, facts, valid: facts.rules.filter((rule) => isValidAt(rule, now)) };
  return OBSTACLES.filter((obstacle) => obstacle.stands(of)).map(({ reason }) => reason);
}

/** Decides one request from its facts: rules add up, no rule, no access. */
export function decide(request: AccessRequest, facts: AccessFacts, now: Date): Decision {
  const valid = facts.rules.filter((rule) => isValidAt(rule, now));
  const of = { request, facts, valid };
  const obstacle = OBSTACLES.find(({ stands }) => stands(of));
  if (obstacle) {
    const { reason, message } = obstacle;
    return { granted: false, reason, message: message(of), about: subjectOf(of, reason) };
  }
  const { username, assetName, systemUsername } = facts;
  // no obstacle: they are there
  if (username === null || assetName === null || systemUsername === null)
    throw new Error('facts without names');
  const allowing = valid.filter((rule) => allows(rule, request));
  const terms = {
    userId: request.userId,
    username,
    language: facts.language,
    assetId: request.assetId,
    assetName,
    systemUserId: request.systemUserId,
    systemUsername,
    action: request.action,
    destination: request.destination,
    actions: new Set(valid.flatMap((rule) => rule.actions)),
    ruleIds: allowing.map((rule) => rule.id),
    validUntil: earliestEnd([facts.userValidUntil, ...valid.flatMap((rule) => endsOf(rule, now))]),
  };
  return { granted: true, grant: Grant.issue(terms) };
}

/** Names go only to somebody whom a rule names for them, as those of the sentences do. */
function subjectOf({ request, facts }: Case, reason: RefusalReason): RefusalSubject {
  const { action, destination = '' } = request;
  const isNamed = reason !== 'user_inactive' && reason !== 'no_rule';
  return {
    language: facts.language,
    assetName: (isNamed && facts.assetName) || '',
    systemUsername: (isNamed && facts.systemUsername) || '',
    action,
    destination,
  };
}

function allows(
  { actions, forwardDestinations }: MatchingRule,
  { action, destination }: AccessRequest,
): boolean {
  return (
    actions.includes(action) &&
    (destination === undefined || coversDestination(forwardDestinations, destination))
  );
}

function isValidAt({ validFrom, validUntil, hours }: MatchingRule, now: Date): boolean {
  const isInPeriod = (validFrom === null || validFrom <= now) && (validUntil === null || now < validUntil);
  return isInPeriod && (hours === null || isWithin(hours.timeZone, hours.minutes, now));
}

/** The first moment at which the answer may change. */
function earliestEnd(ends: (Date | null)[]): Date | null {
  const known = ends.flatMap((end) => (end ? [end.getTime()] : []));
  return known.length === 0 ? null : new Date(Math.min(...known));
}

function endsOf({ validUntil, hours }: MatchingRule, now: Date): (Date | null)[] {
  return [validUntil, hours && endOfHours(hours.timeZone, hours.minutes, now)];
}
