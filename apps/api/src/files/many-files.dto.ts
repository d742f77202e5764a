import { ApiProperty } from '@nestjs/swagger';
import {
  FILE_RUN_STATES,
  TRANSFER_DIRECTIONS,
  type FileRunState,
  type TransferDirection,
} from '#libs/contracts';
import { IdField, OneOf, QueryFlag, Text } from '../http/fields.js';
import { ASSET_PATH, type TextForm } from '../http/text-forms.js';
import { BatchTargetsBody } from '../session-audit/batch.dto.js';

const MAX_PATH = 4_096;
const IDS: TextForm = {
  pattern: /^[0-9a-f-]{36}(?:,[0-9a-f-]{36})*$/i,
  code: 'not_an_id',
  rule: 'Write ids with commas between.',
};
const FILE_NAME: TextForm = {
  pattern: /^(?!\.{1,2}$)[^\0/]+$/,
  code: 'not_a_file_name',
  rule: 'The name of a file has no / in it; . and .. are none.',
};

/** What is to be done with files. */
export class FileActionQuery {
  @OneOf(TRANSFER_DIRECTIONS)
  action!: TransferDirection;
}

/** On which assets, and what. */
export class FileTargetsBody extends BatchTargetsBody {
  @OneOf(TRANSFER_DIRECTIONS)
  action!: TransferDirection;
}

/** On which of the own assets: give either `pattern` or `assetIds`. */
class ManyAssets {
  @IdField({ description: 'As whom' })
  systemUserId!: string;

  @Text({ optional: true, max: 1_000, description: 'As in a batch execution' })
  pattern?: string;

  @Text({ optional: true, max: 8_000, form: IDS, description: 'Ids with commas between' })
  assetIds?: string;

  @IdField({ optional: true, description: 'Of your choice: `runs/{id}` tells how far it is' })
  runId?: string;
}

/** One path of many assets. */
export class ArchiveQuery extends ManyAssets {
  @Text({
    ...{ min: 1, max: MAX_PATH, verbatim: true, form: ASSET_PATH },
    description: 'A file, or a folder with all in it',
  })
  path!: string;
}

/** Where one file goes on many assets. */
export class SpreadQuery extends ManyAssets {
  @Text({
    ...{ optional: true, max: MAX_PATH, verbatim: true, form: ASSET_PATH },
    description: 'Absent: where a login begins',
  })
  folder?: string;

  @Text({
    ...{ min: 1, max: 255, verbatim: true, form: FILE_NAME },
  })
  name!: string;

  @QueryFlag({ optional: true, description: '`true`: a file that is there is replaced; otherwise it stays' })
  overwrite?: boolean;
}

/** How it stands on one asset. */
export class FileRunEntryView {
  @ApiProperty({ type: String, format: 'uuid' })
  assetId!: string;

  @ApiProperty()
  assetName!: string;

  @ApiProperty({ enum: FILE_RUN_STATES, enumName: 'FileRunState' })
  state!: FileRunState;

  @ApiProperty({ type: 'integer', description: 'Files that went whole' })
  files!: number;

  @ApiProperty({ type: 'integer', format: 'int64' })
  bytes!: number;

  @ApiProperty({ type: 'integer', description: 'Files that did not' })
  failures!: number;

  @ApiProperty({ type: String, nullable: true, description: 'Why, or the first of several reasons: stable' })
  code!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'The same in words' })
  reason!: string | null;
}

/** Work with files on many assets. */
export class FileRunView {
  @ApiProperty()
  finished!: boolean;

  @ApiProperty({ type: FileRunEntryView, isArray: true })
  entries!: FileRunEntryView[];
}
