import { ApiProperty } from '@nestjs/swagger';
import { FILE_KINDS, TRANSFER_DIRECTIONS, type FileKind, type TransferDirection } from '#libs/contracts';
import { IdField, QueryFlag, Text } from '../http/fields.js';
import { ASSET_PATH, type TextForm } from '../http/text-forms.js';

/** Longest path: what the systems there are take. */
const MAX_PATH = 4_096;
const MODE: TextForm = {
  pattern: /^[0-7]{3,4}$/,
  code: 'not_a_mode',
  rule: 'Write three or four octal digits, like 0644.',
};

/** On which asset, as whom, at which path. Names may hold whatever a file system lets them. */
export class FilePlace {
  @IdField()
  assetId!: string;

  @IdField()
  systemUserId!: string;

  @Text({ min: 1, max: MAX_PATH, verbatim: true, form: ASSET_PATH, description: 'Path on the asset' })
  path!: string;
}

/** Where an upload goes. */
export class FileUpload extends FilePlace {
  @QueryFlag({ optional: true, description: '`false`: a file that is there stays; otherwise it is replaced' })
  overwrite?: boolean;
}

/** Which folder a list shows. */
export class FolderQuery {
  @IdField()
  assetId!: string;

  @IdField()
  systemUserId!: string;

  @Text({
    ...{ optional: true, max: MAX_PATH, verbatim: true, form: ASSET_PATH },
    description: 'Absent: the folder where a login begins',
  })
  path?: string;
}

/** A file or folder and what it shall be called or where it shall be. */
export class FileRename extends FilePlace {
  @Text({ min: 1, max: MAX_PATH, verbatim: true, form: ASSET_PATH })
  newPath!: string;
}

/** A file or folder and the permissions it shall have. */
export class FileMode extends FilePlace {
  @Text({ max: 4, form: MODE, example: '0644' })
  mode!: string;
}

/** A file in its folder. */
export class FileView {
  @ApiProperty()
  name!: string;

  @ApiProperty({ enum: FILE_KINDS, enumName: 'FileKind' })
  kind!: FileKind;

  @ApiProperty({ type: 'integer', format: 'int64', description: 'Bytes' })
  size!: number;

  @ApiProperty({ description: 'Permissions in octal digits', example: '0644' })
  mode!: string;

  @ApiProperty()
  owner!: string;

  @ApiProperty()
  group!: string;

  @ApiProperty({ type: Date, nullable: true })
  modifiedAt!: Date | null;

  @ApiProperty({ type: String, nullable: true, description: 'Where a link leads; null: it is none' })
  target!: string | null;

  @ApiProperty({
    enum: FILE_KINDS,
    enumName: 'FileKind',
    nullable: true,
    description: 'What a link leads to',
  })
  targetKind!: FileKind | null;
}

/** A folder with what is in it. */
export class FolderView {
  @ApiProperty({ description: 'Absolute path' })
  path!: string;

  @ApiProperty({ type: FileView, isArray: true })
  items!: FileView[];

  @ApiProperty({ description: 'There is more than is listed' })
  truncated!: boolean;

  @ApiProperty({
    enum: TRANSFER_DIRECTIONS,
    enumName: 'TransferDirection',
    isArray: true,
    description: 'What the rules allow with files here',
  })
  actions!: TransferDirection[];
}
