import type { DataSource } from 'typeorm';
import { z } from 'zod';
import {
  DIGEST_GAPS,
  FILE_CHANGES,
  RECORD_DIRECTIONS,
  TRANSFER_PROTOCOLS,
  TRANSFER_RESULTS,
  type FileChange,
  type RecordDirection,
  type TransferProtocol,
  type TransferResult,
} from '#libs/contracts';
import { matches, searchText } from '#libs/database';
import {
  asId,
  type AssetId,
  type FileTransferId,
  type SessionId,
  type SystemUserId,
  type UserId,
} from '#libs/kernel';
import { readTimeline, type TimelinePage, type TimelineRequest } from './timeline.js';

const transferRow = z.object({
  id: z.string().transform(asId<FileTransferId>),
  sessionId: z
    .string()
    .transform(asId<SessionId>)
    .nullable(),
  userId: z.string().transform(asId<UserId>),
  username: z.string(),
  assetId: z.string().transform(asId<AssetId>),
  assetName: z.string(),
  systemUserId: z.string().transform(asId<SystemUserId>),
  systemUsername: z.string(),
  sourceAddress: z.string(),
  protocol: z.enum(TRANSFER_PROTOCOLS),
  direction: z.enum(RECORD_DIRECTIONS),
  change: z.enum(FILE_CHANGES).nullable(),
  path: z.string(),
  target: z.string().nullable(),
  name: z.string().nullable(),
  command: z.string().nullable(),
  /** PostgreSQL gives bigint as text; no file passes that has 8 PiB. */
  size: z.string().transform(Number),
  sha256: z.string().nullable(),
  digestGap: z.enum(DIGEST_GAPS).nullable(),
  result: z.enum(TRANSFER_RESULTS),
  detail: z.string().nullable(),
  startedAt: z.date(),
  endedAt: z.date(),
});

/** A file transfer as it stands in the history. */
export type TransferRow = z.infer<typeof transferRow>;

const COLUMNS = `id, session_id AS "sessionId", user_id AS "userId", username, asset_id AS "assetId",
  asset_name AS "assetName", system_user_id AS "systemUserId", system_username AS "systemUsername",
  source_address AS "sourceAddress", protocol, direction, change, path, target, name, command, size, sha256,
  digest_gap AS "digestGap", result, detail, started_at AS "startedAt", ended_at AS "endedAt"`;

/** Which transfers a list shows; `from` and `to` are about the start. */
export interface TransferFilter extends TimelineRequest {
  sessionId?: SessionId | undefined;
  userId?: UserId | undefined;
  assetId?: AssetId | undefined;
  systemUserId?: SystemUserId | undefined;
  /** Text in the path, the file's name or the target of a change. */
  path?: string | undefined;
  protocol?: TransferProtocol | undefined;
  direction?: RecordDirection | undefined;
  change?: FileChange | undefined;
  result?: TransferResult | undefined;
}

const WHERE = [
  matches(
    '$1',
    'username',
    'asset_name',
    'system_username',
    'path',
    'name',
    'target',
    'sha256',
    'source_address',
  ),
  '($2::uuid IS NULL OR session_id = $2)',
  '($3::uuid IS NULL OR user_id = $3)',
  '($4::uuid IS NULL OR asset_id = $4)',
  '($5::uuid IS NULL OR system_user_id = $5)',
  matches('$6', 'path', 'name', 'target'),
  '($7::text IS NULL OR protocol = $7)',
  '($8::text IS NULL OR direction = $8)',
  '($9::text IS NULL OR result = $9)',
  '($10::timestamptz IS NULL OR started_at >= $10)',
  '($11::timestamptz IS NULL OR started_at < $11)',
  '($12::text IS NULL OR change = $12)',
].join(' AND ');

/** Files that went up or down, and changes of files on assets (FEATURES G9). */
export class TransferArchive {
  constructor(private readonly dataSource: DataSource) {}

  /** One page of the transfers that match, the latest first; `q` searches names, path, digest and source address. */
  list(filter: TransferFilter): Promise<TimelinePage<TransferRow>> {
    const { sessionId = null, userId = null, assetId = null, systemUserId = null } = filter;
    const {
      protocol = null,
      direction = null,
      change = null,
      result = null,
      from = null,
      to = null,
    } = filter;
    const ids = [sessionId, userId, assetId, systemUserId];
    const facets = [searchText(filter.path), protocol, direction, result, from, to, change];
    return readTimeline(
      this.dataSource,
      transferRow,
      ({ startedAt }) => startedAt,
      { columns: COLUMNS, table: 'file_transfers', where: WHERE, at: 'started_at' },
      [searchText(filter.q), ...ids, ...facets],
      filter,
    );
  }
}
