import { ApiProperty } from '@nestjs/swagger';
import {
  DIGEST_GAPS,
  FILE_CHANGES,
  RECORD_DIRECTIONS,
  TRANSFER_PROTOCOLS,
  TRANSFER_RESULTS,
  type DigestGap,
  type FileChange,
  type RecordDirection,
  type TransferProtocol,
  type TransferResult,
} from '#libs/contracts';
import type { AssetId, SessionId, SystemUserId, UserId } from '#libs/kernel';
import type { TransferFilter, TransferRow } from '#libs/session-audit';
import { IdField, OneOf, Text } from '../http/fields.js';
import { TimelinePageOf, TimelineQueryBy } from './timeline-query.js';

/** Which of the own file transfers to list. */
export class MyFileTransferListQuery extends TimelineQueryBy('startedAt') implements TransferFilter {
  @IdField({ optional: true })
  sessionId?: SessionId;

  @IdField({ optional: true })
  assetId?: AssetId;

  @IdField({ optional: true })
  systemUserId?: SystemUserId;

  @Text({
    max: 500,
    optional: true,
    description: 'Text in the path, the name of the file, or the target of a change',
  })
  path?: string;

  @OneOf(TRANSFER_PROTOCOLS, { optional: true })
  protocol?: TransferProtocol;

  @OneOf(RECORD_DIRECTIONS, { optional: true })
  direction?: RecordDirection;

  @OneOf(FILE_CHANGES, { optional: true })
  change?: FileChange;

  @OneOf(TRANSFER_RESULTS, { optional: true })
  result?: TransferResult;
}

/** Which file transfers to list. */
export class FileTransferListQuery extends MyFileTransferListQuery {
  @IdField({ optional: true })
  userId?: UserId;
}

/** A file that went to an asset or came from it, or a change of one there. Names are those of its time. */
export class FileTransferView implements TransferRow {
  @ApiProperty({ type: String, format: 'uuid' })
  id!: TransferRow['id'];

  @ApiProperty({ type: String, format: 'uuid', nullable: true, description: 'null: refused at the door' })
  sessionId!: TransferRow['sessionId'];

  @ApiProperty({ type: String, format: 'uuid' })
  userId!: TransferRow['userId'];

  @ApiProperty()
  username!: string;

  @ApiProperty({ type: String, format: 'uuid' })
  assetId!: TransferRow['assetId'];

  @ApiProperty()
  assetName!: string;

  @ApiProperty({ type: String, format: 'uuid' })
  systemUserId!: TransferRow['systemUserId'];

  @ApiProperty()
  systemUsername!: string;

  @ApiProperty()
  sourceAddress!: string;

  @ApiProperty({ enum: TRANSFER_PROTOCOLS, enumName: 'TransferProtocol' })
  protocol!: TransferProtocol;

  @ApiProperty({ enum: RECORD_DIRECTIONS, enumName: 'RecordDirection' })
  direction!: RecordDirection;

  @ApiProperty({
    enum: FILE_CHANGES,
    enumName: 'FileChange',
    nullable: true,
    description: 'Of a change: which',
  })
  change!: FileChange | null;

  @ApiProperty({ description: 'On the asset, as the client named it' })
  path!: string;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Of a change: the new path, where a link leads, or the attributes that were set',
  })
  target!: string | null;

  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Name of the file where `path` may be its folder',
  })
  name!: string | null;

  @ApiProperty({ type: String, nullable: true, description: 'Command line of scp and rsync' })
  command!: string | null;

  @ApiProperty({
    type: 'integer',
    description: 'Bytes of the file that passed; bytes of the stream where the files are not visible',
  })
  size!: number;

  @ApiProperty({ type: String, nullable: true, description: 'SHA-256 of the whole file, hexadecimal' })
  sha256!: string | null;

  @ApiProperty({
    enum: DIGEST_GAPS,
    enumName: 'DigestGap',
    nullable: true,
    description:
      'Why there is no digest of a whole file; of a transfer that was cut off, the digest is that of the bytes that passed',
  })
  digestGap!: DigestGap | null;

  @ApiProperty({ enum: TRANSFER_RESULTS, enumName: 'TransferResult' })
  result!: TransferResult;

  @ApiProperty({ type: String, nullable: true })
  detail!: string | null;

  @ApiProperty({ type: Date })
  startedAt!: Date;

  @ApiProperty({ type: Date })
  endedAt!: Date;
}

/** One page of file transfers; `total` counts up to 10,000. */
export class FileTransferPage extends TimelinePageOf(FileTransferView) {}
