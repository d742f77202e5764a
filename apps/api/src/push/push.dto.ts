import { ApiProperty } from '@nestjs/swagger';
import {
  CONNECTION_STEPS,
  DRIFT_STATES,
  PUSH_RECORD_STATES,
  PUSH_STEPS,
  RUN_ITEM_STATES,
  type DriftState,
  type PushRecordState,
  type RunItemState,
} from '#libs/contracts';
import type { PushEngine, PushMode, PushState } from '#libs/database';
import type { AssetGroupId, AssetId, PushId, SystemUserId } from '#libs/kernel';
import {
  PUSH_ENGINES,
  PUSH_MODES,
  PUSH_RECORD_SORTS,
  PUSH_SORTS,
  PUSH_STATES,
  type PushDraft,
  type PushFilter,
  type PushHistoryFilter,
  type PushHistoryRow,
  type PushRecordFilter,
  type PushRecordRow,
  type PushResultRow,
  type PushRow,
} from '#libs/push';
import { Flag, IdField, IdList, OneOf, QueryFlag } from '../http/fields.js';
import { ListQueryBy, PageOf } from '../http/list-query.js';
import { ToldView } from '../runs/told.dto.js';
import { DriftFindingView } from './drift-scans.dto.js';

/** A push to make. */
export class CreatePush implements PushDraft {
  @IdField()
  systemUserId!: SystemUserId;

  @IdList({ optional: true })
  assetIds?: AssetId[];

  @IdList({ optional: true, description: 'With all that is now in them and in groups below them' })
  assetGroupIds?: AssetGroupId[];

  @OneOf(PUSH_MODES, {
    description:
      'record-only: the account is there already, no connection is made; recycle: takes back what pushes brought',
  })
  mode!: PushMode;

  @Flag({
    optional: true,
    description: 'An asset without a pinned host key: pin what it shows now. Absent: such an asset fails.',
  })
  pinHostKey?: boolean;
}

/** On which assets a push is made again. */
export class PushAgain {
  @IdList({ optional: true, min: 1, description: 'Absent: those where it failed or was stopped' })
  assetIds?: AssetId[];
}

/** Which pushes a list shows. */
export class PushListQuery extends ListQueryBy(...PUSH_SORTS) implements PushFilter {
  @IdField({ optional: true })
  systemUserId?: SystemUserId;

  @OneOf(PUSH_STATES, { optional: true })
  state?: PushState;

  @OneOf(PUSH_MODES, { optional: true })
  mode?: PushMode;
}

/** A push that was taken on. */
export class AcceptedPush {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: PushId;
}

/** A push. */
export class PushView implements PushRow {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: PushId;

  @ApiProperty({ type: String, format: 'uuid' })
  systemUserId!: SystemUserId;

  @ApiProperty()
  systemUsername!: string;

  @ApiProperty({ description: 'Whether the system user is still there' })
  systemUserExists!: boolean;

  @ApiProperty({ description: 'Whether the system user goes when this has taken it back everywhere' })
  removesSystemUser!: boolean;

  @ApiProperty({ enum: PUSH_MODES, enumName: 'PushMode' })
  mode!: PushMode;

  @ApiProperty({ enum: PUSH_STATES, enumName: 'PushState' })
  state!: PushState;

  @ApiProperty({ description: 'Whether assets without a pinned host key got one' })
  pinHostKey!: boolean;

  @ApiProperty({ description: 'Name of who asked for it' })
  requestedBy!: string;

  @ApiProperty({ type: Date })
  createdAt!: Date;

  @ApiProperty({ type: Date, nullable: true })
  finishedAt!: Date | null;

  @ApiProperty({ type: String, nullable: true, description: 'Name of who stopped it; null: nobody' })
  stoppedBy!: string | null;

  @ApiProperty({ type: 'integer' })
  assetCount!: number;

  @ApiProperty({ type: 'integer' })
  succeededCount!: number;

  @ApiProperty({ type: 'integer' })
  failedCount!: number;

  @ApiProperty({ type: 'integer' })
  stoppedCount!: number;
}

/** A step of a push on an asset. */
export class PushStepView extends ToldView {
  @ApiProperty({ description: `One of: ${[...CONNECTION_STEPS, ...PUSH_STEPS].join(', ')}` })
  step!: string;

  @ApiProperty()
  ok!: boolean;

  @ApiProperty({ type: 'integer', description: 'Milliseconds' })
  ms!: number;
}

/** How a push went on one asset. */
export class PushResultView implements PushResultRow {
  @ApiProperty({ type: String, format: 'uuid', description: 'The asset may be gone' })
  assetId!: AssetId;

  @ApiProperty({ description: 'Its name at the time' })
  assetName!: string;

  @ApiProperty({ enum: RUN_ITEM_STATES, enumName: 'RunItemState' })
  state!: RunItemState;

  @ApiProperty({ type: String, nullable: true, description: 'The step that was made last, or that failed' })
  step!: string | null;

  @ApiProperty({ description: 'Why it failed; blank: it did not' })
  reason!: string;

  @ApiProperty({ type: PushStepView, isArray: true, description: 'Told when it is over' })
  steps!: PushStepView[];

  @ApiProperty({ type: Date, nullable: true })
  startedAt!: Date | null;

  @ApiProperty({ type: Date, nullable: true })
  finishedAt!: Date | null;
}

/** Whose pushes, and where to, a history shows. The system user and the asset may be gone. */
export class PushHistoryQuery extends ListQueryBy('createdAt') implements PushHistoryFilter {
  @IdField({ optional: true })
  systemUserId?: SystemUserId;

  @IdField({ optional: true })
  assetId?: AssetId;
}

/** One push on one asset. */
export class PushHistoryView extends PushResultView implements PushHistoryRow {
  @ApiProperty({ type: String, format: 'uuid' })
  pushId!: PushId;

  @ApiProperty({ type: String, format: 'uuid' })
  systemUserId!: SystemUserId;

  @ApiProperty({ description: 'Its name at the time' })
  systemUsername!: string;

  @ApiProperty({ enum: PUSH_MODES, enumName: 'PushMode' })
  mode!: PushMode;

  @ApiProperty({ enum: PUSH_ENGINES, enumName: 'PushEngine' })
  engine!: PushEngine;

  @ApiProperty({ description: 'Name of who asked for it' })
  requestedBy!: string;

  @ApiProperty({ type: Date })
  createdAt!: Date;
}

/** A page of a push history, the newest first. */
export class PushHistoryPage extends PageOf(PushHistoryView) {}

/** A push with its results. */
export class PushDetailView extends PushView {
  @ApiProperty({ type: PushResultView, isArray: true })
  results!: PushResultView[];
}

/** A page of pushes. */
export class PushPage extends PageOf(PushView) {}

/** Which push records a list shows. */
export class PushRecordListQuery extends ListQueryBy(...PUSH_RECORD_SORTS) implements PushRecordFilter {
  @IdField({ optional: true })
  systemUserId?: SystemUserId;

  @IdField({ optional: true })
  assetId?: AssetId;

  @QueryFlag()
  succeeded?: boolean;

  @OneOf(PUSH_RECORD_STATES, { optional: true })
  state?: PushRecordState;

  @OneOf(DRIFT_STATES, { optional: true })
  drift?: DriftState;
}

/** How a system user stands on an asset, by its newest push. */
export class PushRecordView implements PushRecordRow {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: string;

  @ApiProperty({ type: String, format: 'uuid' })
  systemUserId!: SystemUserId;

  @ApiProperty()
  systemUsername!: string;

  @ApiProperty({ type: String, format: 'uuid' })
  assetId!: AssetId;

  @ApiProperty()
  assetName!: string;

  @ApiProperty({ type: String, format: 'uuid' })
  pushId!: PushId;

  @ApiProperty({ enum: PUSH_MODES, enumName: 'PushMode' })
  mode!: PushMode;

  @ApiProperty({ enum: PUSH_RECORD_STATES, enumName: 'PushRecordState' })
  state!: PushRecordState;

  @ApiProperty({ description: 'Whether it stands there: a later push that failed does not take that away' })
  succeeded!: boolean;

  @ApiProperty({ type: String, nullable: true, description: 'Why the newest push failed; null: it did not' })
  failure!: string | null;

  @ApiProperty({ type: ToldView, nullable: true, description: 'The same by code, where it has one' })
  failureTold!: ToldView | null;

  @ApiProperty({ enum: PUSH_ENGINES, enumName: 'PushEngine' })
  engine!: PushEngine;

  @ApiProperty({
    type: Boolean,
    nullable: true,
    description: 'Whether the account stood there before the first push; such a one is never removed',
  })
  accountExisted!: boolean | null;

  @ApiProperty({
    enum: DRIFT_STATES,
    enumName: 'DriftState',
    nullable: true,
    description: 'What the newest drift scan since the push said; null: there was none',
  })
  drift!: DriftState | null;

  @ApiProperty({ type: DriftFindingView, isArray: true })
  driftFindings!: DriftFindingView[];

  @ApiProperty({ type: Date, nullable: true, description: 'When it was looked at' })
  driftAt!: Date | null;

  @ApiProperty({ type: Date })
  pushedAt!: Date;

  @ApiProperty({ description: 'Name of who asked for it' })
  pushedBy!: string;
}

/** A page of push records. */
export class PushRecordPage extends PageOf(PushRecordView) {}
