import { ApiProperty } from '@nestjs/swagger';
import type { ExecAccount, ExecTarget } from '#libs/authorization';
import {
  BATCH_FAILURES,
  BATCH_LIMITS,
  BATCH_RESULT_STATES,
  BATCH_WAYS,
  RUN_STATES,
  type BatchFailure,
  type BatchResultState,
  type BatchWay,
  type RunState,
} from '#libs/contracts';
import type { AssetId, BatchExecutionId, SystemUserId, UserId } from '#libs/kernel';
import type {
  BatchExecutionRow,
  BatchFilter,
  BatchGroupRow,
  BatchResultFilter,
  BatchResultRow,
  BatchTargets,
  BatchWish,
} from '#libs/session-audit';
import { IdField, IdList, OneOf, QueryFlag, Text, Whole } from '../http/fields.js';
import { ListQueryBy, PageOf } from '../http/list-query.js';
import { ToldView } from '../runs/told.dto.js';
import { TimelinePageOf, TimelineQueryBy } from './timeline-query.js';

const { parallel, timeLimitSeconds, outputBytes } = BATCH_LIMITS;

/** On which of the own assets: either `pattern` or `assetIds`. */
export class BatchTargetsBody implements BatchTargets {
  @IdField({ description: 'As whom; of `me/exec-accounts`' })
  systemUserId!: SystemUserId;

  @Text({
    max: BATCH_LIMITS.pattern,
    optional: true,
    description:
      'Terms between commas or blanks: `web-*` (name or address), `@group`, `key=value` (label or environment), `!` leaves out, `&` joins',
    example: '@web&environment=production,!web-9',
  })
  pattern?: string;

  @IdList({ min: 1, max: BATCH_LIMITS.assets, optional: true })
  assetIds?: AssetId[];
}

/** One command on many assets. */
export class CreateBatchExecution extends BatchTargetsBody implements BatchWish {
  @Text({
    min: 1,
    max: BATCH_LIMITS.command,
    multiline: true,
    description: 'For the shell of the system user on each asset; it has no input',
  })
  command!: string;

  @Whole({
    min: 1,
    max: parallel.max,
    optional: true,
    description: `Assets at once; ${parallel.normal} if left out`,
  })
  parallel?: number;

  @Whole({
    min: 1,
    max: timeLimitSeconds.max,
    optional: true,
    description: `For each asset; ${timeLimitSeconds.normal} if left out`,
  })
  timeLimitSeconds?: number;

  @Whole({
    min: 0,
    max: outputBytes.max,
    optional: true,
    description: `Output that is kept of each asset; ${outputBytes.normal} if left out`,
  })
  outputBytes?: number;
}

/** A batch execution that was taken up. */
export class AcceptedBatchExecution {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: BatchExecutionId;
}

/** A system user as whom the caller may run commands. */
export class ExecAccountView implements ExecAccount {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: SystemUserId;

  @ApiProperty()
  username!: string;

  @ApiProperty({ type: 'integer', description: 'On how many assets' })
  assetCount!: number;
}

/** All of them. */
export class ExecAccountList {
  @ApiProperty({ type: ExecAccountView, isArray: true })
  items!: ExecAccountView[];
}

/** An asset on which it would run. */
export class BatchTargetView implements ExecTarget {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: AssetId;

  @ApiProperty()
  name!: string;

  @ApiProperty()
  address!: string;
}

/** On what it would run. */
export class BatchPreview {
  @ApiProperty({ type: BatchTargetView, isArray: true, description: 'The first 500 by name' })
  items!: BatchTargetView[];

  @ApiProperty({ type: 'integer' })
  total!: number;

  @ApiProperty({ type: 'integer', description: 'How many more match where the rules leave `exec` out' })
  withheldCount!: number;
}

/** Which batch executions to list: auditors see all, everybody else their own. */
export class BatchExecutionListQuery extends TimelineQueryBy('createdAt') implements BatchFilter {
  @QueryFlag({ optional: true, description: 'Only the own ones' })
  mine?: boolean;

  @IdField({ optional: true })
  userId?: UserId;

  @IdField({ optional: true })
  systemUserId?: SystemUserId;

  @OneOf(RUN_STATES, { optional: true })
  state?: RunState;
}

/** One command on many assets. Names are those of its time. */
export class BatchExecutionView implements BatchExecutionRow {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: BatchExecutionRow['id'];

  @ApiProperty({ type: String, format: 'uuid' })
  userId!: BatchExecutionRow['userId'];

  @ApiProperty()
  username!: string;

  @ApiProperty()
  sourceAddress!: string;

  @ApiProperty({ enum: BATCH_WAYS, enumName: 'BatchWay' })
  way!: BatchWay;

  @ApiProperty({ type: String, format: 'uuid' })
  systemUserId!: BatchExecutionRow['systemUserId'];

  @ApiProperty()
  systemUsername!: string;

  @ApiProperty()
  command!: string;

  @ApiProperty({ description: 'Empty: the assets were picked one by one' })
  pattern!: string;

  @ApiProperty({ type: 'integer' })
  parallel!: number;

  @ApiProperty({ type: 'integer' })
  timeLimitSeconds!: number;

  @ApiProperty({ type: 'integer' })
  outputBytes!: number;

  @ApiProperty({ enum: RUN_STATES, enumName: 'RunState' })
  state!: RunState;

  @ApiProperty({ type: 'integer' })
  assetCount!: number;

  @ApiProperty({ type: 'integer', description: 'Exit status 0' })
  succeededCount!: number;

  @ApiProperty({ type: 'integer' })
  failedCount!: number;

  @ApiProperty({ type: 'integer' })
  stoppedCount!: number;

  @ApiProperty({ type: 'integer' })
  runningCount!: number;

  @ApiProperty({ type: Date })
  createdAt!: Date;

  @ApiProperty({ type: Date, nullable: true })
  startedAt!: Date | null;

  @ApiProperty({ type: Date, nullable: true })
  finishedAt!: Date | null;

  @ApiProperty({ type: String, nullable: true, description: 'null: nobody' })
  stoppedBy!: string | null;
}

/** A page of them; `total` counts up to 10,000. */
export class BatchExecutionPage extends TimelinePageOf(BatchExecutionView) {}

/** Which results to list, by asset name. */
export class BatchResultListQuery extends ListQueryBy('assetName') implements BatchResultFilter {
  @OneOf(BATCH_RESULT_STATES, { optional: true })
  state?: BatchResultState;

  @Text({ max: 64, optional: true, description: 'Only those that came out like this' })
  digest?: string;
}

/** Which groups of results to list. */
export class BatchGroupListQuery extends ListQueryBy('count') {
  @OneOf(BATCH_RESULT_STATES, { optional: true })
  state?: BatchResultState;
}

/** How a command came out. */
class BatchOutcomeView {
  @ApiProperty({ enum: BATCH_RESULT_STATES, enumName: 'BatchResultState' })
  state!: BatchResultState;

  @ApiProperty({ type: 'integer', nullable: true, description: 'null: it had none' })
  exitStatus!: number | null;

  @ApiProperty({ type: String, nullable: true, description: 'That ended it, without SIG' })
  signal!: string | null;

  @ApiProperty({ enum: BATCH_FAILURES, enumName: 'BatchFailure', nullable: true })
  failure!: BatchFailure | null;

  @ApiProperty({ description: 'The failure in words' })
  reason!: string;

  @ApiProperty({
    type: ToldView,
    nullable: true,
    description: 'The reason by a code; null: it is the same for every such failure, or has none',
  })
  reasonTold!: ToldView | null;

  @ApiProperty({
    description:
      'Control characters as their pictures. In lists cut to 8 KiB: `keptBytes` says how long both outputs are',
  })
  stdout!: string;

  @ApiProperty()
  stderr!: string;

  @ApiProperty({ type: 'integer', description: 'Output that was not kept' })
  cutBytes!: number;

  @ApiProperty({ type: 'integer', description: 'Output that was kept' })
  keptBytes!: number;

  @ApiProperty({ description: 'The same for results that came out alike' })
  digest!: string;
}

/** What came of it on one asset. */
export class BatchResultView extends BatchOutcomeView implements BatchResultRow {
  @ApiProperty({ type: String, format: 'uuid' })
  assetId!: BatchResultRow['assetId'];

  @ApiProperty()
  assetName!: string;

  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'Its row in the login history' })
  sessionId!: BatchResultRow['sessionId'];

  @ApiProperty({ type: Date, nullable: true })
  startedAt!: Date | null;

  @ApiProperty({ type: Date, nullable: true })
  finishedAt!: Date | null;
}

/** A page of results. */
export class BatchResultPage extends PageOf(BatchResultView) {}

/** Results that came out alike. */
export class BatchGroupView extends BatchOutcomeView implements BatchGroupRow {
  @ApiProperty({ type: 'integer', description: 'Assets' })
  count!: number;

  @ApiProperty({ type: String, isArray: true, description: 'Their names, the first 100' })
  assetNames!: string[];
}

/** A page of groups. */
export class BatchGroupPage extends PageOf(BatchGroupView) {}
