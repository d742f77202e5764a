import { ApiProperty, IntersectionType, OmitType, PartialType, PickType } from '@nestjs/swagger';
import type { BatchEdit, BatchFields, BatchOutcome, GroupEdit, LabelEdit } from '#libs/inventory';
import type { AssetGroupId, AssetId } from '#libs/kernel';
import { IdList, Lines, Nested, Text } from '../http/fields.js';
import { AssetDetailFields } from './asset-details.dto.js';
import { AssetListQuery, CreateAsset } from './asset.dto.js';
import { Labels } from './detail-fields.js';

const MAX_ASSETS = 50_000;

/** A text that many assets get; left out it stays as it is on each. */
const SharedText = (max = 255): PropertyDecorator =>
  Text({ max, optional: true, nullable: true, multiline: max > 255, description: 'null: emptied' });

/** Texts that many assets get. */
class SharedTexts {
  @SharedText()
  brand?: string | null;

  @SharedText()
  model?: string | null;

  @SharedText()
  cpuModel?: string | null;

  @SharedText()
  os?: string | null;

  @SharedText()
  osVersion?: string | null;

  @SharedText()
  kernel?: string | null;

  @SharedText()
  architecture?: string | null;

  @SharedText()
  assetNumber?: string | null;

  @SharedText()
  cabinet?: string | null;

  @SharedText()
  position?: string | null;

  @SharedText(2000)
  comment?: string | null;
}

/** What one asset alone has is not among the fields that many get at once. */
class SharedDetails extends PartialType(
  PickType(AssetDetailFields, [
    ...(['cpuCount', 'memoryMib', 'disks', 'dataCenterId', 'type', 'environment', 'status'] as const),
  ]),
  { skipNullProperties: false },
) {}

/** Fields that many assets get. */
export class BatchFieldsBody
  extends IntersectionType(
    SharedDetails,
    SharedTexts,
    PartialType(PickType(CreateAsset, ['port', 'adminAccountId', 'active']), {
      skipNullProperties: false,
    }),
  )
  implements BatchFields {}

/** All assets that a list with these filters shows. */
export class AssetSelection extends OmitType(AssetListQuery, ['page', 'pageSize', 'sort']) {}

/** Groups that the assets join and leave. */
export class GroupEditBody implements GroupEdit {
  @IdList({ optional: true })
  add?: AssetGroupId[];

  @IdList({ optional: true })
  remove?: AssetGroupId[];

  @IdList({ optional: true, description: 'Instead of the others: exactly these groups' })
  replace?: AssetGroupId[];
}

class LabelsToAdd {
  @Labels()
  add!: Record<string, string>;
}

/** Labels that the assets get and lose; their others stay. */
export class LabelEditBody
  extends PartialType(LabelsToAdd, { skipNullProperties: false })
  implements LabelEdit
{
  @Lines(63, { optional: true, max: 64, description: 'Keys' })
  remove?: string[];
}

/** Assets that are meant together. */
export class ChosenAssets {
  @IdList({ optional: true, min: 1, max: MAX_ASSETS, description: 'Either these assets…' })
  ids?: AssetId[];

  @Nested(AssetSelection, {
    optional: true,
    description: '…or all that this filter finds now; an empty one finds all',
  })
  filter?: AssetSelection;
}

/** Assets to delete together, at most 10,000. */
export class DeleteAssets extends ChosenAssets {}

/** What to change on which assets. Only what is given changes; all of it or nothing. */
export class EditAssets extends ChosenAssets implements BatchEdit {
  @Nested(BatchFieldsBody, { optional: true, description: 'Fields to set' })
  set?: BatchFieldsBody;

  @Nested(GroupEditBody, { optional: true, description: 'Groups to join and leave' })
  groups?: GroupEditBody;

  @Nested(LabelEditBody, { optional: true, description: 'Labels to add and remove' })
  labels?: LabelEditBody;
}

/** What came of it. */
export class BatchOutcomeView implements BatchOutcome {
  @ApiProperty({ type: 'integer', description: 'Assets that were meant' })
  matched!: number;

  @ApiProperty({ type: 'integer', description: 'Assets that are different now' })
  changed!: number;
}
