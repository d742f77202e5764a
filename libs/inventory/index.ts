export { isAddress } from './address.js';
export {
  ADMIN_ACCOUNT_SORTS,
  AdminAccountBook,
  type AdminAccountChange,
  type AdminAccountDraft,
  type AdminAccountRow,
} from './admin-account-book.js';
export { normalMac, type AssetDetails, type SomeAssetDetails } from './asset-details.js';
export {
  DATA_CENTER_SORTS,
  DataCenterBook,
  type DataCenterChange,
  type DataCenterDraft,
  type DataCenterRow,
} from './data-center-book.js';
export { AssetCatalog, type AssetChange, type AssetDraft } from './asset-catalog.js';
export {
  ASSET_GROUP_SORTS,
  AssetGroupTree,
  type AssetGroupBranch,
  type AssetGroupChange,
  type AssetGroupDraft,
  type AssetGroupFilter,
  type AssetGroupRow,
} from './asset-group-tree.js';
export { AssetExport, type ExportedAsset, type ExportSelection } from './asset-export.js';
export { AssetImport } from './asset-import.js';
export type { AssetImportFields } from './asset-import-plan.js';
export { AssetInspector, type AssetScan } from './asset-inspector.js';
export {
  ASSET_SORTS,
  assetsInGroups,
  groupsBelow,
  type AssetEndpoint,
  type AssetFilter,
  type AssetRow,
  type SealedAdminAccount,
} from './asset-rows.js';
export { selectedAssets, type AssetSelection } from './asset-selection.js';
export {
  BatchEditor,
  type BatchEdit,
  type BatchFields,
  type BatchOutcome,
  type GroupEdit,
  type LabelEdit,
} from './batch-editor.js';
export { CHANGE_SORTS, ChangeLog, type ChangeFilter, type ChangeRow } from './change-log.js';
export { DefaultSettings, SSH_PORT, type AssetDefaults } from './default-settings.js';
export type { PinnedHostKey } from './host-keys.js';
export { outcomeOf, type ScannedKey } from './host-key-findings.js';
export { HostKeyPinner, type HostKeyChoice, type PinOutcome, type RefusedPin } from './host-key-pinner.js';
export type { HostKeyResultFilter, HostKeyResultRow, VerdictCount } from './host-key-scan-rows.js';
export { HostKeyScans } from './host-key-scans.js';
export { InventoryModule } from './inventory.module.js';
export { told } from './told.js';
export { planRun, readRun, RunBook, unsuccessfulAssets, type RunPlan } from './run-book.js';
export {
  RUN_HEARTBEAT_MS,
  RunLedger,
  type ClaimedItem,
  type RunItemKey,
  type RunItemResult,
} from './run-ledger.js';
export {
  runStep,
  RUN_ITEM_SORTS,
  RUN_SORTS,
  type RunFilter,
  type RunItemFilter,
  type RunItemRow,
  type RunRow,
} from './run-rows.js';
export { FactsKeeper, type AssetFacts, type FactField } from './facts-keeper.js';
export { FactsPlanner, type FactsDraft } from './facts-planner.js';
export { FactsSchedule } from './facts-schedule.js';
export { NightSchedule, type NightTimes } from './night-schedule.js';
