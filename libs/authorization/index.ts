export { ACCESS_SORTS, AssetAccess, type AccessRow } from './asset-access.js';
export { AssetUsage, type NamedFew, type Usage } from './asset-usage.js';
export { AuthorizationModule } from './authorization.module.js';
export { Authorizer } from './authorizer.js';
export { ExecDirectory, type ExecAccount, type ExecTarget, type ExecTargets } from './exec-directory.js';
export { Favourites } from './favourites.js';
export { readDestination, writeDestination, type Destination } from './destinations.js';
export { NO_RULE_MESSAGE } from './decide.js';
export { Explainer, RULE_GAPS, type ExplainedRule, type Explanation, type RuleGap } from './explainer.js';
export {
  REFUSAL_REASONS,
  type AccessRequest,
  type Decision,
  type Grant,
  type GrantTerms,
  type RefusalReason,
  type Refusal,
} from './grant.js';
export {
  ReachableAssets,
  type ReachableAsset,
  type ReachableGroup,
  type ReachableGroups,
} from './reachable-assets.js';
export { REACHABLE_SORTS, type ReachableQuery } from './reachable-sql.js';
export { RuleBook, type RuleChange, type RuleDraft } from './rule-book.js';
export { toMinutes, WEEKDAYS, type HourWindow, type WeekHours, type Weekday } from './week-hours.js';
export { RULE_SORTS, type NamedMember, type RuleFilter, type RuleRow } from './rule-rows.js';
export { UserAccess, WAY_SORTS, type WayRow } from './user-access.js';
export { UserUsage, type WhatGoesAlong } from './user-usage.js';
