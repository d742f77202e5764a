import { ApiProperty } from '@nestjs/swagger';
import {
  RUN_ITEM_STATES,
  RUN_KINDS,
  RUN_STATES,
  type RunItemState,
  type RunKind,
  type RunState,
  type RunStep,
} from '#libs/contracts';
import {
  RUN_ITEM_SORTS,
  RUN_SORTS,
  type RunFilter,
  type RunItemFilter,
  type RunItemRow,
  type RunRow,
} from '#libs/inventory';
import type { AssetId, RunId } from '#libs/kernel';
import { OneOf, QueryFlag } from '../http/fields.js';
import { ListQueryBy, PageOf } from '../http/list-query.js';
import { ToldView } from './told.dto.js';

/** Which runs of one kind a list shows. */
export class RunListQuery extends ListQueryBy(...RUN_SORTS) implements RunFilter {
  @OneOf(RUN_STATES, { optional: true })
  state?: RunState;

  @QueryFlag({ optional: true, description: 'true: only those that are not finished' })
  open?: boolean;
}

/** A run that was taken on. */
export class AcceptedRun {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: RunId;
}

/** Something that gateways do on a set of assets. */
export class RunView implements Omit<RunRow, 'terms'> {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: RunId;

  @ApiProperty({ enum: RUN_KINDS, enumName: 'RunKind' })
  kind!: RunKind;

  @ApiProperty({ enum: RUN_STATES, enumName: 'RunState' })
  state!: RunState;

  @ApiProperty({ description: 'Name of who asked for it; `system`: by the schedule' })
  requestedBy!: string;

  @ApiProperty({ type: Date })
  createdAt!: Date;

  @ApiProperty({ type: Date, nullable: true })
  startedAt!: Date | null;

  @ApiProperty({ type: Date, nullable: true })
  finishedAt!: Date | null;

  @ApiProperty({ type: String, nullable: true, description: 'Name of who stopped it' })
  stoppedBy!: string | null;

  @ApiProperty({ type: 'integer' })
  assetCount!: number;

  @ApiProperty({ type: 'integer', description: 'Assets that are under way' })
  runningCount!: number;

  @ApiProperty({ type: 'integer' })
  succeededCount!: number;

  @ApiProperty({ type: 'integer' })
  failedCount!: number;

  @ApiProperty({ type: 'integer' })
  stoppedCount!: number;
}

/** The run without what only gateways need. */
export function runView({ terms: _terms, ...run }: RunRow): RunView {
  return run;
}

/** A page of runs. */
export class RunPage extends PageOf(RunView) {}

/** Which results of a run a list shows. */
export class RunResultListQuery extends ListQueryBy(...RUN_ITEM_SORTS) implements RunItemFilter {
  @OneOf(RUN_ITEM_STATES, { optional: true })
  state?: RunItemState;
}

/** One step that a run made on one asset. */
export class RunStepView extends ToldView implements RunStep {
  @ApiProperty({ example: 'login' })
  step!: string;

  @ApiProperty()
  ok!: boolean;

  @ApiProperty({ type: 'integer', description: 'Time that it took' })
  ms!: number;
}

/** How a run went on one asset. */
export class RunResultView implements Omit<RunItemRow, 'outcome'> {
  @ApiProperty({ type: String, format: 'uuid', description: 'The asset may be gone' })
  assetId!: AssetId;

  @ApiProperty({ description: 'Its name at the time' })
  assetName!: string;

  @ApiProperty({ enum: RUN_ITEM_STATES, enumName: 'RunItemState' })
  state!: RunItemState;

  @ApiProperty({ type: String, nullable: true, description: 'The step that was made last, or that failed' })
  step!: string | null;

  @ApiProperty({ description: 'Why it failed, for the person' })
  reason!: string;

  @ApiProperty({ type: RunStepView, isArray: true })
  steps!: RunStepView[];

  @ApiProperty({ type: Date, nullable: true })
  startedAt!: Date | null;

  @ApiProperty({ type: Date, nullable: true })
  finishedAt!: Date | null;
}

/** The result without what only one kind of run tells. */
export function runResultView({ outcome: _outcome, ...item }: RunItemRow): RunResultView {
  return item;
}

/** A page of results. */
export class RunResultPage extends PageOf(RunResultView) {}
