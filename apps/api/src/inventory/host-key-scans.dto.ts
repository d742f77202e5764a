import { ApiProperty } from '@nestjs/swagger';
import { Equals, ValidateIf } from 'class-validator';
import { HOST_KEY_VERDICTS, type HostKeyVerdict } from '#libs/contracts';
import type {
  HostKeyChoice,
  HostKeyResultFilter,
  HostKeyResultRow,
  HostKeyScans,
  PinOutcome,
  RefusedPin,
  ScannedKey,
  VerdictCount,
} from '#libs/inventory';
import type { AssetId } from '#libs/kernel';
import { IdList, OneOf, refusal } from '../http/fields.js';
import { PageOf } from '../http/list-query.js';
import { RunResultListQuery, RunResultView, RunView, runView } from '../runs/run.dto.js';
import { ChosenAssets } from './batch-edit.dto.js';

const MAX_ASSETS = 50_000;
const VERDICT = { enum: HOST_KEY_VERDICTS, enumName: 'HostKeyVerdict' } as const;

/** Which assets to scan: those named, or all that a filter finds. */
export class ScanManyHostKeys extends ChosenAssets {}

/** How many assets of a scan stand at one verdict. */
export class VerdictCountView implements VerdictCount {
  @ApiProperty(VERDICT)
  verdict!: HostKeyVerdict;

  @ApiProperty({ type: 'integer' })
  count!: number;
}

/** A scan of host keys, and how many of its assets stand where now. */
export class HostKeyScanRunView extends RunView {
  @ApiProperty({ type: VerdictCountView, isArray: true, description: 'Without those that no asset has' })
  verdicts!: VerdictCountView[];
}

/** The scan without what only gateways need. */
export function hostKeyScanRunView(run: Awaited<ReturnType<HostKeyScans['get']>>): HostKeyScanRunView {
  return { ...runView(run), verdicts: run.verdicts };
}

/** Which results of a scan a list shows. */
export class HostKeyResultListQuery extends RunResultListQuery implements HostKeyResultFilter {
  @OneOf(HOST_KEY_VERDICTS, { optional: true })
  verdict?: HostKeyVerdict;
}

/** A host key that an asset showed, or that was pinned then. */
export class ScannedKeyView implements ScannedKey {
  @ApiProperty({ example: 'ssh-ed25519' })
  type!: string;

  @ApiProperty({ description: 'OpenSSH line' })
  publicKey!: string;

  @ApiProperty({ example: 'SHA256:…', description: 'As OpenSSH prints it' })
  fingerprint!: string;
}

/** What one asset showed; a scan pins nothing. */
export class HostKeyResultView extends RunResultView {
  @ApiProperty({
    ...VERDICT,
    nullable: true,
    description: `Where it stands now; null: it was not scanned, or not yet. \`new\`: no host key was pinned. \`same\`:
it showed a pinned key, and no other one of a pinned type. \`changed\`: it showed others than those pinned. \`pinned\`:
what it showed was pinned since. \`pins-changed\`, \`address-changed\`, \`asset-deleted\`: this happened since the scan,
and nothing of it is pinned any more; scan again`,
  })
  verdict!: HostKeyVerdict | null;

  @ApiProperty({ type: ScannedKeyView, isArray: true, description: 'What it showed' })
  keys!: ScannedKeyView[];

  @ApiProperty({ type: ScannedKeyView, isArray: true, description: 'What was pinned when it was scanned' })
  pins!: ScannedKeyView[];
}

/** The result as an answer. */
export function hostKeyResultView(row: HostKeyResultRow): HostKeyResultView {
  return row;
}

/** A page of results. */
export class HostKeyResultPage extends PageOf(HostKeyResultView) {}

/** Which keys of a scan to accept: exactly those that it shows, never what an asset offers by now. */
export class PinScannedKeys implements HostKeyChoice {
  @ApiProperty({
    type: Boolean,
    required: false,
    description: 'Those of all assets at `new`; once the scan has ended. Never of those at `changed`',
  })
  @ValidateIf((_, value: unknown) => value !== undefined)
  @Equals(true, refusal('not_true', 'Say true, or leave it out.'))
  allNew?: boolean;

  @IdList({ optional: true, max: MAX_ASSETS, description: 'Those of these assets at `new`' })
  assetIds?: AssetId[];

  @IdList({
    optional: true,
    max: MAX_ASSETS,
    description: 'Those of these assets at `changed`, in the place of what is pinned',
  })
  changedAssetIds?: AssetId[];
}

/** An asset of which nothing was pinned. */
export class RefusedPinView implements RefusedPin {
  @ApiProperty({ type: String, format: 'uuid' })
  assetId!: AssetId;

  @ApiProperty()
  assetName!: string;

  @ApiProperty({ ...VERDICT, nullable: true, description: 'Why: where it stands now' })
  verdict!: HostKeyVerdict | null;
}

/** What was pinned. */
export class PinOutcomeView implements PinOutcome {
  @ApiProperty({ type: 'integer', description: 'Assets whose keys are pinned now' })
  pinnedCount!: number;

  @ApiProperty({ type: RefusedPinView, isArray: true })
  refused!: RefusedPinView[];
}
