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
/** So many are read for a text, when they stand beside each other as those of a period do; a fifth of a second. */
const READ_IN_A_ROW = 150_000;
/** The same of one user, asset or system user, whose commands stand among those of all others. */
const READ_SCATTERED = 20_000;

const oldestRows = z.array(z.object({ at: z.date() }));
const countRow = z.tuple([z.object({ count: z.number() })]);

/** A page of what was searched, which for a short text is not all that there is. */
export interface CommandSearch extends TimelinePage<CommandRow> {
  /** Commands before this moment were not searched; null: all were. */
  searchedFrom: Date | null;
}

/** An expression: the index of the column is not for it. */
const READ_TEXT = matches('$1', `(command || '')`);
const INDEXED_TEXT = matches('$1', 'command');

const REST = [
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
   * The same as {@link list} in bounded time: for one or two characters only the latest commands are searched, 150,000 of
   * the period, or 20,000 of the user, asset or system user that is asked for.
   */
  async search(filter: CommandFilter): Promise<CommandSearch> {
    const length = [...(filter.q?.trim() ?? '')].length;
    if (length === 0) return { ...(await this.list(filter)), searchedFrom: null };
    if (length >= INDEXED_FROM) {
      const text = (await this.areFew(filter)) ? READ_TEXT : INDEXED_TEXT;
      return { ...(await this.list(filter, text)), searchedFrom: null };
    }
    const searchedFrom = await this.oldestToRead(filter);
    const bound = searchedFrom ? { from: searchedFrom.toISOString() } : {};
    return { ...(await this.list({ ...filter, ...bound })), searchedFrom };
  }

  /** When the oldest was run that can be read in time; null: all can. */
  private async oldestToRead(filter: CommandFilter): Promise<Date | null> {
    const most = isScattered(filter) ? READ_SCATTERED : READ_IN_A_ROW;
    const found: unknown = await this.dataSource.query(
      `SELECT at FROM commands WHERE $1::text IS NULL AND ${REST} ORDER BY at DESC OFFSET ${most - 1} LIMIT 2`,
      [null, ...indexedOf(filter)],
    );
    const [oldest, beyond] = oldestRows.parse(found);
    return oldest && beyond ? oldest.at : null;
  }

  /**
   * Whether those that could match are read sooner than the index of words is asked, which for a word that is everywhere takes
   * as long as for all. The database's guess is wrong there by far.
   */
  private async areFew(filter: CommandFilter): Promise<boolean> {
    if (filter.sessionId !== undefined) return true;
    if (!isScattered(filter) && filter.from === undefined) return false;
    const most = isScattered(filter) ? READ_SCATTERED : READ_IN_A_ROW / 2;
    const [{ count }] = countRow.parse(
      await this.dataSource.query(
        `SELECT count(*)::int AS count
         FROM (SELECT FROM commands WHERE $1::text IS NULL AND ${REST} LIMIT ${most + 1}) AS candidates`,
        [null, ...indexedOf(filter)],
      ),
    );
    return count <= most;
  }

  /** One page of the commands that match, the latest first. @param text how the text is looked for */
  list(filter: CommandFilter, text = INDEXED_TEXT): Promise<TimelinePage<CommandRow>> {
    const q = searchText(filter.q);
    return readTimeline(
      this.dataSource,
      commandRow,
      ({ at }) => at,
      { columns: COLUMNS, table: 'commands', where: `${text} AND ${REST}`, at: 'at', isSearch: q !== null },
      [q, ...restOf(filter)],
      filter,
    );
  }

  /** Those of one session, the first first unless asked otherwise. @throws NotFound */
  async listOf(sessionId: SessionId, filter: CommandFilter): Promise<TimelinePage<CommandRow>> {
    await this.sessions.get(sessionId);
    return this.list({ ...filter, sessionId, sort: filter.sort ?? 'at' });
  }
}

function isScattered({ userId, assetId, systemUserId }: CommandFilter): boolean {
  return [userId, assetId, systemUserId].some((id) => id !== undefined);
}

/** Parameters of {@link REST} for what an index alone can tell: at least the commands that the filter lets through. */
function indexedOf(filter: CommandFilter): unknown[] {
  return restOf({ ...filter, kind: undefined, certain: undefined });
}

/** Parameters of {@link REST}. */
function restOf(filter: CommandFilter): unknown[] {
  const { sessionId, userId, assetId, systemUserId, kind, certain, from, to } = filter;
  return [sessionId, userId, assetId, systemUserId, kind, certain, from, to].map((value) => value ?? null);
}
