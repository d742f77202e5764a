import { ApiProperty } from '@nestjs/swagger';
import { Equals, ValidateIf } from 'class-validator';
import { DRIFT_FINDINGS, type DriftFinding, type DriftKind } from '#libs/contracts';
import type { RunItemRow } from '#libs/inventory';
import type { AssetGroupId, AssetId, SystemUserId } from '#libs/kernel';
import type { DriftDraft } from '#libs/push';
import { IdList, refusal } from '../http/fields.js';
import { PageOf } from '../http/list-query.js';
import { RunResultView } from '../runs/run.dto.js';

const MAX_ASSETS = 50_000;

/** What to look at: these system users on these assets. */
export class ScanForDrift implements DriftDraft {
  @IdList({ optional: true, max: MAX_ASSETS, description: 'Absent: wherever the system users were pushed' })
  assetIds?: AssetId[];

  @IdList({ optional: true, description: 'With all that is now in them and in groups below them' })
  assetGroupIds?: AssetGroupId[];

  @IdList({ optional: true, description: 'Absent: all that were pushed to the assets' })
  systemUserIds?: SystemUserId[];

  @ApiProperty({ type: Boolean, required: false, description: 'All that was pushed to active assets' })
  @ValidateIf((_, value: unknown) => value !== undefined)
  @Equals(true, refusal('not_true', 'Say true, or leave it out.'))
  all?: boolean;
}

/** One thing that is not as it was pushed. */
export class DriftFindingView implements DriftFinding {
  @ApiProperty({ enum: DRIFT_FINDINGS, enumName: 'DriftKind' })
  finding!: DriftKind;

  @ApiProperty({ description: 'Worth knowing, but nothing that a push would change' })
  isNote!: boolean;

  @ApiProperty({ description: 'What was pushed; blank: nothing to tell' })
  pushed!: string;

  @ApiProperty({ description: 'What stands there now. Never a secret.' })
  found!: string;
}

/** How the scan of one asset went; what differs stands in the push records. */
export class DriftResultView extends RunResultView {
  @ApiProperty({ type: 'integer', description: 'System users that were looked at' })
  checkedCount!: number;

  @ApiProperty({ type: String, isArray: true, description: 'User names of those that drifted' })
  drifted!: string[];
}

/** The result with what a scan tells besides. */
export function driftResultView({ outcome, ...item }: RunItemRow): DriftResultView {
  const { checkedCount, drifted } = outcome;
  return {
    ...item,
    checkedCount: typeof checkedCount === 'number' ? checkedCount : 0,
    drifted: Array.isArray(drifted) ? drifted.map(String) : [],
  };
}

/** A page of results. */
export class DriftResultPage extends PageOf(DriftResultView) {}
