import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { COMMAND_KINDS, type CommandKind } from '#libs/contracts';
import { matches, searchText } from '#libs/database';
import {
  asId,
  type AssetId,
  type CommandId,
  type SessionId,
  type SystemUserId,
  type UserId,
} from '#libs/kernel';
import type { SessionArchive } from './session-archive.js';
import { readTimeline, type TimelinePage, type TimelineRequest } from './timeline.js';

const commandRow = z.object({
  id: z.string().transform(asId<CommandId>),
  sessionId: z.string().transform(asId<SessionId>),
  userId: z.string().transform(asId<UserId>),
  username: z.string(),
  assetId: z.string().transform(asId<AssetId>),
  assetName: z.string(),
  systemUserId: z.string().transform(asId<SystemUserId>),
  systemUsername: z.string(),
  kind: z.enum(COMMAND_KINDS),
  command: z.string(),
  certain: z.boolean(),
  at: z.date(),
  /** Seconds from the beginning of the recording. */
  offset: z.number(),
});

/** A command as it stands in the history. */
export type CommandRow = z.infer<typeof commandRow>;

const COLUMNS = `id, session_id AS "sessionId", user_id AS "userId", username, asset_id AS "assetId",
  asset_name AS "assetName", system_user_id AS "systemUserId", system_username AS "systemUsername",
  kind, command, certain, at, offset_ms / 1000.0::float8 AS "offset"`;

/** Which commands a list shows; `q` is text within them. */
export interface CommandFilter extends TimelineRequest {
  sessionId?: SessionId | undefined;
  userId?: UserId | undefined;
  assetId?: AssetId | undefined;
  systemUserId?: SystemUserId | undefined;
  kind?: CommandKind | undefined;
  certain?: boolean | undefined;
}

/** A text of fewer characters has no index: each command is read. */
const INDEXED_FROM = 3;
/** So many are read for such a text; they take a fifth of a second. */
const READ_AT_MOST = 150_000;

const oldestRow = z.tuple([z.object({ at: z.date() })]).or(z.tuple([]));

/** A page of what was searched, which for a short text is not all that there is. */
export interface CommandSearch extends TimelinePage<CommandRow> {
  /** Commands before this moment were not searched; null: all were. */
  searchedFrom: Date | null;
}

const WHERE = [
  matches('$1', 'command'),
  '($2::uuid IS NULL OR session_id = $2)',
  '($3::uuid IS NULL OR user_id = $3)',
  '($4::uuid IS NULL OR asset_id = $4)',
  '($5::uuid IS NULL OR system_user_id = $5)',
  '($6::text IS NULL OR kind = $6)',
  '($7::boolean IS NULL OR certain = $7)',
  '($8::timestamptz IS NULL OR at >= $8)',
  '($9::timestamptz IS NULL OR at < $9)',
].join(' AND ');

/** Commands that were run in sessions (FEATURES G5). */
export class CommandArchive {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sessions: SessionArchive,
  ) {}

  /**
   * The same as {@link list} in bounded time: for one or two characters, of all users on all assets, only the latest
   * 150,000 commands of the period are searched.
   */
  async search(filter: CommandFilter): Promise<CommandSearch> {
    const searchedFrom = await this.oldestToRead(filter);
    const bound = searchedFrom ? { from: searchedFrom.toISOString() } : {};
    return { ...(await this.list({ ...filter, ...bound })), searchedFrom };
  }

  private async oldestToRead(filter: CommandFilter): Promise<Date | null> {
    const text = filter.q?.trim() ?? '';
    const { sessionId, userId, assetId, systemUserId, from, to = null } = filter;
    const isNarrow = [sessionId, userId, assetId, systemUserId].some((id) => id !== undefined);
    if (text === '' || [...text].length >= INDEXED_FROM || isNarrow) return null;
    const [oldest] = oldestRow.parse(
      await this.dataSource.query(
        `SELECT at FROM commands WHERE ($1::timestamptz IS NULL OR at < $1)
         ORDER BY at DESC, id DESC OFFSET ${READ_AT_MOST - 1} LIMIT 1`,
        [to],
      ),
    );
    return oldest && (from === undefined || oldest.at > new Date(from)) ? oldest.at : null;
  }

  /** One page of the commands that match, the latest first. */
  list(filter: CommandFilter): Promise<TimelinePage<CommandRow>> {
    const { sessionId = null, userId = null, assetId = null, systemUserId = null } = filter;
    const { kind = null, certain = null, from = null, to = null } = filter;
    const ids = [sessionId, userId, assetId, systemUserId];
    return readTimeline(
      this.dataSource,
      commandRow,
      ({ at }) => at,
      { columns: COLUMNS, table: 'commands', where: WHERE, at: 'at' },
      [searchText(filter.q), ...ids, kind, certain, from, to],
      filter,
    );
  }

  /** Those of one session, the first first unless asked otherwise. @throws NotFound */
  async listOf(sessionId: SessionId, filter: CommandFilter): Promise<TimelinePage<CommandRow>> {
    await this.sessions.get(sessionId);
    return this.list({ ...filter, sessionId, sort: filter.sort ?? 'at' });
  }
}
