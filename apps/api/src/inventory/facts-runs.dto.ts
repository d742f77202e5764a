import { ApiProperty, PickType } from '@nestjs/swagger';
import { Equals, ValidateIf } from 'class-validator';
import type { FactsDraft, RunItemRow } from '#libs/inventory';
import type { AssetGroupId, AssetId } from '#libs/kernel';
import { IdList, refusal } from '../http/fields.js';
import { PageOf } from '../http/list-query.js';
import { RunResultView, RunView } from '../runs/run.dto.js';
import { EditAssets } from './batch-edit.dto.js';

const MAX_ASSETS = 50_000;

/** Which assets to ask for their facts. */
export class CollectFacts extends PickType(EditAssets, ['filter']) implements FactsDraft {
  @IdList({ optional: true, max: MAX_ASSETS })
  assetIds?: AssetId[];

  @IdList({ optional: true, description: 'With all that is now in them and in groups below them' })
  groupIds?: AssetGroupId[];

  @ApiProperty({ type: Boolean, required: false, description: 'All active assets that may have a shell' })
  @ValidateIf((_, value: unknown) => value !== undefined)
  @Equals(true, refusal('not_true', 'Say true, or leave it out.'))
  all?: boolean;
}

/** How one asset was asked for its facts. */
export class FactsResultView extends RunResultView {
  @ApiProperty({ type: 'integer', description: 'Fields of the asset that are different since' })
  changedCount!: number;

  @ApiProperty({ type: String, isArray: true, description: 'Their names' })
  changedFields!: string[];
}

/** The result with what a collection of facts tells besides. */
export function factsResultView({ outcome, ...item }: RunItemRow): FactsResultView {
  const told = outcome['changedFields'];
  const changedFields = Array.isArray(told) ? told.map(String) : [];
  return { ...item, changedFields, changedCount: changedFields.length };
}

/** A page of results. */
export class FactsResultPage extends PageOf(FactsResultView) {}

/** A collection of facts with its results. */
export class FactsRunView extends RunView {
  @ApiProperty({
    type: FactsResultView,
    isArray: true,
    description: 'By asset name, the first 200; the others page by page at …/results',
  })
  results!: FactsResultView[];
}
