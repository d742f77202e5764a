export { AuditListExport, type AuditList } from './audit-list-export.js';
export {
  CommandArchive,
  type CommandSearch,
  type CommandFilter,
  type CommandRow,
} from './command-archive.js';
export { CommandJournal, type CommandRecord } from './command-journal.js';
export { GatewayRoster } from './gateway-roster.js';
export { MonitorSettings, type MonitorPolicy } from './monitor-settings.js';
export { OperationJournal } from './operation-journal.js';
export { AuditSpool, type SpoolGap } from './spool/audit-spool.js';
export { spoolStatements } from './spool/spool-statements.js';
export type { GapListener } from './recording-file.js';
export { RecordingStore } from './recording-store.js';
export type {
  RecordingEvents,
  RecordingHeader,
  RecordingPlace,
  RecordingSoFar,
  RecordingWriter,
} from './recording-writer.js';
export { SessionAuditModule } from './session-audit.module.js';
export { SessionJournal, type SessionEnd, type SessionStart } from './session-journal.js';
export {
  AuditTrail,
  type LoginAttemptFilter,
  type LoginAttemptRecord,
  type OperationEntry,
  type OperationFilter,
} from './audit-trail.js';
export { LiveGateways } from './live-gateways.js';
export { SessionArchive } from './session-archive.js';
export { GAP_KINDS, type GapKind, type SessionGap } from './session-gaps.js';
export type { SessionFilter, SessionRecord } from './session-rows.js';
export type { TimelinePage, TimelineRequest } from './timeline.js';
export { TransferArchive, type TransferFilter, type TransferRow } from './transfer-archive.js';
export { TransferJournal, type TransferRecord } from './transfer-journal.js';
export { BatchDesk, type BatchTargets, type BatchWish, type Owner } from './batch/batch-desk.js';
export {
  BatchLedger,
  LEFT_MS,
  type BatchOutcome,
  type BatchTarget,
  type ClaimedBatch,
} from './batch/batch-ledger.js';
export type {
  BatchExecutionRow,
  BatchFilter,
  BatchGroupRow,
  BatchResultFilter,
  BatchResultRow,
} from './batch/batch-rows.js';
export { plainOutput } from './batch/plain-output.js';
export { AuditExport } from './integrity/audit-export.js';
export { AuditInspector, type IntegrityState } from './integrity/audit-inspector.js';
export { AuditKey, readPublicKeys } from './integrity/audit-key.js';
export { CHECK_STANDINGS, type ApiCheck } from './integrity/check-board.js';
export type { AuditCheck } from './integrity/signed-check.js';
export { AuditKeyRotation, type SigningKeyChange } from './integrity/audit-key-rotation.js';
export { AuditSealer } from './integrity/audit-sealer.js';
export { CoveredRows } from './integrity/covered-rows.js';
export { ExportFolder, UnreadableExport } from './integrity/export-folder.js';
export { IntegrityModule } from './integrity/integrity.module.js';
export { TrustedKeys } from './integrity/trusted-keys.js';
export { LiveAudit } from './integrity/live-audit.js';
export { chainAfter, checkpoint, SEAL_KINDS, type Checkpoint } from './integrity/seal.js';
export { AuditVerifier, FAULTS, type AuditProblem, type AuditVerdict } from './integrity/verify.js';
export { Dashboard, type DashboardFigures, type PushFailure } from './dashboard/dashboard.js';
export { FirstHour, type FirstHourState } from './dashboard/first-hour.js';
export type { DayFigures, TopEntry } from './dashboard/session-tally.js';
export { TallyKeeper } from './dashboard/tally-keeper.js';
export { RetentionKeeper } from './retention/retention-keeper.js';
export { RetentionSettings, type RetentionPolicy } from './retention/retention-settings.js';
