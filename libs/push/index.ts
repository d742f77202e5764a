export { PushModule } from './push.module.js';
export { DriftLedger, type PushedHere } from './drift-ledger.js';
export { DriftPlanner, driftTerms, type DriftDraft } from './drift-planner.js';
export { DriftSchedule } from './drift-schedule.js';
export { PushLedger, type PushOnAsset, type PushPlan, type Standing } from './push-ledger.js';
export {
  ANSIBLE_LIMIT,
  PushEngineSettings,
  type PushEngineChange,
  type PushEngineChoice,
} from './push-engine-settings.js';
export { PushPlanner, type PushDraft } from './push-planner.js';
export {
  PUSH_ENGINES,
  PUSH_MODES,
  PUSH_RECORD_SORTS,
  PUSH_SORTS,
  PUSH_STATES,
  type PushFilter,
  type PushHistoryFilter,
  type PushHistoryRow,
  type PushRecordFilter,
  type PushRecordRow,
  type PushResultRow,
  type PushRow,
} from './push-rows.js';
export {
  SUDO_ALIAS_SORTS,
  SudoAliasBook,
  type SudoAliasChange,
  type SudoAliasDraft,
  type SudoAliasRow,
} from './sudo-alias-book.js';
export { SystemUserBook, type SystemUserChange, type SystemUserDraft } from './system-user-book.js';
export { SYSTEM_USER_SORTS, type SealedSystemUser, type SystemUserRow } from './system-user-rows.js';
export { sudoersFile, sudoersPath } from './sudoers-file.js';
