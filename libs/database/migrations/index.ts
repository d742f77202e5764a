import { Foundation1795400000000 } from './0001-foundation.js';
import { PushResults1795400000001 } from './0002-push-results.js';
import { LoginThrottle1795400000002 } from './0003-login-throttle.js';
import { AssetFields1795400000010 } from './0004-asset-fields.js';
import { AssetChanges1795400000011 } from './0005-asset-changes.js';
import { AssetListIndexes1795400000012 } from './0006-asset-list-indexes.js';
import { SecondFactors1795400000020 } from './0007-second-factors.js';
import { ApiTokens1795400000021 } from './0008-api-tokens.js';
import { AccountEndGroupAdministrators1795400000022 } from './0009-account-end-group-administrators.js';
import { Mail1795400000023 } from './0010-mail.js';
import { Imports1795400000024 } from './0011-imports.js';
import { AssetRuns1795400000025 } from './0012-asset-runs.js';
import { FavouriteAssets1795400000026 } from './0013-favourite-assets.js';
import { SudoAliases1795400000027 } from './0014-sudo-aliases.js';
import { PushRuns1795400000028 } from './0015-push-runs.js';
import { FileTransfers1795400000029 } from './0016-file-transfers.js';
import { RuleHours1795400000030 } from './0017-rule-hours.js';
import { AssetSearchText1795400000031 } from './0018-asset-search-text.js';
import { BatchExecutions1795400000032 } from './0019-batch-executions.js';
import { AssetAccounts1795400000040 } from './0020-asset-accounts.js';
import { RecentFirst1795400000041 } from './0021-recent-first.js';
import { Commands1795400000060 } from './0022-commands.js';
import { Forwarding1795400000061 } from './0023-forwarding.js';
import { Drift1795400000062 } from './0024-drift.js';
import { AuditChain1795400000080 } from './0026-audit-chain.js';
import { Retention1795400000090 } from './0027-retention.js';
import { Home1795400000110 } from './0029-home.js';
import { ToldFailures1795400000120 } from './0030-told-failures.js';
import { AssetWords1795400000130 } from './0031-asset-words.js';
import { FileChanges1795400000140 } from './0032-file-changes.js';
import { GatewayDoors1795400000150 } from './0033-gateway-doors.js';
import { Gaps1795400000160 } from './0034-gaps.js';
import { AssetWordsIndex1795400000180 } from './0036-asset-words-index.js';
import { ToldAndKept1795400000220 } from './0040-told-and-kept.js';
import { OperationSubjects1795400000250 } from './0045-operation-subjects.js';
import { CheckBesideKey1795400000260 } from './0046-check-beside-key.js';
import { SessionStartsAndChecks1795400000270 } from './0047-session-starts-and-checks.js';
import { LongSessions1795400000280 } from './0048-long-sessions.js';
import { BatchReasons1795400000290 } from './0049-batch-reasons.js';

/** In the order in which they run. */
export const migrations = [
  Foundation1795400000000,
  PushResults1795400000001,
  LoginThrottle1795400000002,
  AssetFields1795400000010,
  AssetChanges1795400000011,
  AssetListIndexes1795400000012,
  SecondFactors1795400000020,
  ApiTokens1795400000021,
  AccountEndGroupAdministrators1795400000022,
  Mail1795400000023,
  Imports1795400000024,
  AssetRuns1795400000025,
  FavouriteAssets1795400000026,
  SudoAliases1795400000027,
  PushRuns1795400000028,
  FileTransfers1795400000029,
  RuleHours1795400000030,
  AssetSearchText1795400000031,
  BatchExecutions1795400000032,
  AssetAccounts1795400000040,
  RecentFirst1795400000041,
  Commands1795400000060,
  Forwarding1795400000061,
  Drift1795400000062,
  AuditChain1795400000080,
  Retention1795400000090,
  Home1795400000110,
  ToldFailures1795400000120,
  AssetWords1795400000130,
  FileChanges1795400000140,
  GatewayDoors1795400000150,
  Gaps1795400000160,
  AssetWordsIndex1795400000180,
  ToldAndKept1795400000220,
  OperationSubjects1795400000250,
  CheckBesideKey1795400000260,
  SessionStartsAndChecks1795400000270,
  LongSessions1795400000280,
  BatchReasons1795400000290,
];
