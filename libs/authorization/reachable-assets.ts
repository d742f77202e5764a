import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { ASSET_ENVIRONMENTS, type AssetEnvironment } from '#libs/contracts';
import { orderBy, sortFields } from '#libs/database';
import { userCounts } from '#libs/identity';
import {
  asId,
  type AssetGroupId,
  type AssetId,
  type Clock,
  type SystemUserId,
  type UserId,
} from '#libs/kernel';
import { ruleCountsAt } from './week-hours.js';

/** An asset that a user may reach, with the system users as whom. */
export interface ReachableAsset {
  id: AssetId;
  name: string;
  address: string;
  /** Own port, or that of the default settings. */
  port: number;
  comment: string;
  /** null: not said. */
  environment: AssetEnvironment | null;
  systemUsers: { id: SystemUserId; username: string }[];
  /** Whether the user keeps it at hand. */
  favourite: boolean;
  /** When the user last began a session there; null: never. */
  lastUsedAt: Date | null;
}

const SORTS = { name: 'r.name', lastUsed: 'r.used_at' };

/** Fields by which the list sorts. */
export const REACHABLE_SORTS = sortFields(SORTS);

/** Which part of the assets: text in name, address or comment, and the page. */
export interface ReachableQuery {
  q?: string;
  /** Only this asset, by exact name or address. */
  exact?: string;
  /** Only this asset. */
  assetId?: AssetId;
  /** Only those that the user keeps at hand, or only the others. */
  favourite?: boolean | undefined;
  /** Only those in this asset group or in one below it. */
  groupId?: AssetGroupId | undefined;
  /** With `groupId`: only members of its own, not of those below it. */
  directly?: boolean | undefined;
  /** Only those that are in an asset group, or only the others. */
  grouped?: boolean | undefined;
  /** By name unless said; those never used come last however one sorts by use. */
  sort?: string | undefined;
  /** Rows to skip and to give. */
  offset: number;
  limit: number;
}

/** Only assets that the query asks for by name or id. */
const ASKED_FOR = `(($4::text IS NULL OR lower(a.name) = $4 OR lower(a.address) = $4) AND ($5::uuid IS NULL OR a.id = $5))`;

/** The few assets that the query can be about, as SQL: nothing else need be looked at then. null: any. */
function candidates({ exact, assetId, groupId, directly }: ReachableQuery): string | null {
  if (exact !== undefined || assetId !== undefined) return `SELECT a.id FROM assets a WHERE ${ASKED_FOR}`;
  if (groupId !== undefined && directly)
    return 'SELECT m.asset_id FROM asset_group_members m WHERE m.group_id = $7';
  return null;
}

/** What the query says of the asset groups of `a`. */
function inGroups({ directly, grouped }: ReachableQuery): string {
  const inside = directly ? 'WHERE m.group_id = $7' : 'JOIN inside ON inside.group_id = m.group_id';
  const ofAny = 'EXISTS (SELECT FROM asset_group_members m WHERE m.asset_id = a.id)';
  return `($7::uuid IS NULL OR a.id IN (SELECT m.asset_id FROM asset_group_members m ${inside}))
      ${grouped === undefined ? '' : `AND ${grouped ? '' : 'NOT '}${ofAny}`}`;
}

/**
 * Same conditions as the authorizer's: what is listed here can be connected to. A user's rules are few, what they cover
 * are many: as whom a group or an asset may be logged in to is gathered first, then each asset is looked at once, in
 * `asset_accounts`. Small sets go on as arrays, whose size the planner guesses well; that of a recursion it doesn't.
 */
function listed(query: ReachableQuery): string {
  const asked = candidates(query);
  const only = (assetId: string): string => (asked ? `AND ${assetId} = ANY(ARRAY(${asked}))` : '');
  return `
  WITH RECURSIVE mine AS MATERIALIZED (
    SELECT r.id FROM authorization_rules r
    WHERE ${ruleCountsAt('r', '$2')}
      AND r.id IN (
        SELECT u.rule_id FROM rule_users u WHERE u.user_id = $1
        UNION ALL
        SELECT g.rule_id FROM rule_user_groups g JOIN user_group_members m ON m.group_id = g.user_group_id
        WHERE m.user_id = $1)
      AND EXISTS (SELECT FROM users u WHERE u.id = $1 AND ${userCounts('u', '$2')})
  ), below AS (
    SELECT g.rule_id, g.asset_group_id AS group_id FROM rule_asset_groups g WHERE g.rule_id = ANY(ARRAY(SELECT id FROM mine))
    UNION
    SELECT b.rule_id, child.id FROM below b JOIN asset_groups child ON child.parent_id = b.group_id
  ), by_group AS MATERIALIZED (
    SELECT b.group_id, array_agg(DISTINCT s.system_user_id) AS accounts
    FROM below b JOIN rule_system_users s ON s.rule_id = b.rule_id GROUP BY b.group_id
  ), by_asset AS MATERIALIZED (
    SELECT ra.asset_id, array_agg(DISTINCT s.system_user_id) AS accounts
    FROM rule_assets ra JOIN rule_system_users s ON s.rule_id = ra.rule_id
    WHERE ra.rule_id = ANY(ARRAY(SELECT id FROM mine)) ${only('ra.asset_id')} GROUP BY ra.asset_id
  ), reached AS (
    SELECT m.asset_id FROM asset_group_members m JOIN by_group c ON c.group_id = m.group_id
    JOIN asset_accounts there ON there.asset_id = m.asset_id AND there.system_user_ids && c.accounts
    WHERE m.group_id = ANY(ARRAY(SELECT group_id FROM by_group)) ${only('m.asset_id')}
    UNION
    SELECT c.asset_id FROM by_asset c
    JOIN asset_accounts there ON there.asset_id = c.asset_id AND there.system_user_ids && c.accounts
  ), inside AS (
    SELECT $7::uuid AS group_id
    UNION
    SELECT child.id FROM inside JOIN asset_groups child ON child.parent_id = inside.group_id
  ), listed AS MATERIALIZED (
    SELECT a.id, a.name FROM reached JOIN assets a ON a.id = reached.asset_id AND a.active
    WHERE ($3::text IS NULL OR strpos(a.search_text, $3) > 0)
      AND ${ASKED_FOR}
      AND ($6::boolean IS NULL OR $6 = EXISTS (
        SELECT FROM favourite_assets f WHERE f.user_id = $1 AND f.asset_id = a.id))
      AND ${inGroups(query)}
  )`;
}

const BY_NAME = 'SELECT listed.*, NULL::timestamptz AS used_at FROM listed';

/** A user's sessions are many more than their assets: they are gone through only where they give the order. */
const BY_USE = `SELECT listed.*, used.at AS used_at FROM listed LEFT JOIN (
      SELECT s.asset_id, max(s.started_at) AS at FROM sessions s WHERE s.user_id = $1 GROUP BY s.asset_id
    ) used ON used.asset_id = listed.id`;

/** What a page shows is read for its rows alone: somebody may reach tens of thousands. */
function selectPage(query: ReachableQuery): string {
  const byUse = query.sort?.endsWith('lastUsed') ?? false;
  const order = (byUse ? 'r.used_at IS NULL, ' : '') + orderBy(query.sort, SORTS, 'name', 'r.id');
  return `${listed(query)}, page AS MATERIALIZED (
    SELECT r.* FROM (${byUse ? BY_USE : BY_NAME}) r ORDER BY ${order} OFFSET $8 LIMIT $9
  ), covering AS (
    SELECT page.id AS asset_id, c.accounts FROM page JOIN asset_group_members m ON m.asset_id = page.id
      JOIN by_group c ON c.group_id = m.group_id
    UNION ALL
    SELECT page.id, c.accounts FROM page JOIN by_asset c ON c.asset_id = page.id
  ), ways AS (
    SELECT DISTINCT c.asset_id, account.id FROM covering c JOIN asset_accounts there ON there.asset_id = c.asset_id
    CROSS JOIN unnest(c.accounts) AS account(id) WHERE account.id = ANY(there.system_user_ids)
  ), accounts AS (
    SELECT ways.asset_id, json_agg(json_build_object('id', u.id, 'username', u.username) ORDER BY u.username) AS list
    FROM ways JOIN system_users u ON u.id = ways.id GROUP BY ways.asset_id
  )
  SELECT a.id, a.name, a.address, a.comment, a.environment, accounts.list AS "systemUsers",
    (SELECT count(*)::int FROM listed) AS total,
    coalesce(a.port, (SELECT (d.value->>'port')::int FROM settings d WHERE d.key = 'defaults'), 22) AS port,
    EXISTS (SELECT FROM favourite_assets f WHERE f.user_id = $1 AND f.asset_id = a.id) AS favourite,
    (SELECT max(s.started_at) FROM sessions s WHERE s.user_id = $1 AND s.asset_id = a.id) AS "lastUsedAt"
  FROM page r JOIN assets a ON a.id = r.id JOIN accounts ON accounts.asset_id = r.id
  ORDER BY ${order}`;
}

/**
 * Of all that the user reaches, each asset counted once for its groups and once for those above them. The last line is
 * no group: those in none.
 */
const SELECT_GROUPS = `${listed({ offset: 0, limit: 0 })}, own AS MATERIALIZED (
    SELECT m.group_id, m.asset_id FROM asset_group_members m JOIN listed ON listed.id = m.asset_id
  ), above AS (
    SELECT DISTINCT group_id, group_id AS over FROM own
    UNION
    SELECT above.group_id, g.parent_id FROM above JOIN asset_groups g ON g.id = above.over WHERE g.parent_id IS NOT NULL
  ), counted AS (
    SELECT within.over AS group_id, count(*)::int AS assets FROM (
      SELECT DISTINCT above.over, own.asset_id FROM own JOIN above ON above.group_id = own.group_id
    ) within GROUP BY within.over
  )
  SELECT g.id, g.name, g.parent_id AS "parentId", counted.assets, coalesce(direct.assets, 0) AS "ownAssets"
  FROM counted JOIN asset_groups g ON g.id = counted.group_id
  LEFT JOIN (SELECT group_id, count(*)::int AS assets FROM own GROUP BY group_id) direct USING (group_id)
  UNION ALL
  SELECT NULL, NULL, NULL, free.assets, free.assets FROM (
    SELECT count(*)::int AS assets FROM listed WHERE NOT EXISTS (SELECT FROM own WHERE own.asset_id = listed.id)) free
  ORDER BY name, id`;

const groupId = z.string().transform(asId<AssetGroupId>);
const groupRow = z.object({
  id: groupId,
  name: z.string(),
  parentId: groupId.nullable(),
  assets: z.number(),
  ownAssets: z.number(),
});
const groupRows = z.array(z.union([groupRow, groupRow.extend({ id: z.null(), name: z.null() })]));

/**
 * An asset group that holds assets which a user may reach, itself or in a group below it: how many, and how many are
 * members of its own.
 */
export type ReachableGroup = z.infer<typeof groupRow>;

/** The groups by name, and how many of the assets are in none. */
export interface ReachableGroups {
  groups: ReachableGroup[];
  ungrouped: number;
}

const pageRows = z.array(
  z.object({
    id: z.string().transform(asId<AssetId>),
    name: z.string(),
    address: z.string(),
    comment: z.string(),
    environment: z.enum(ASSET_ENVIRONMENTS).nullable(),
    port: z.number(),
    systemUsers: z.array(z.object({ id: z.string().transform(asId<SystemUserId>), username: z.string() })),
    favourite: z.boolean(),
    lastUsedAt: z.date().nullable(),
    total: z.number(),
  }),
);

/** What a user may reach: the menu's and the console's list. */
export class ReachableAssets {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** One page, and how many there are in all. */
  async list(userId: UserId, query: ReachableQuery): Promise<{ items: ReachableAsset[]; total: number }> {
    const filter = this.filterOf(userId, query);
    const rows = pageRows.parse(
      await this.dataSource.query(selectPage(query), [...filter, query.offset, query.limit]),
    );
    const items = rows.map(({ total: _total, ...asset }) => asset);
    const total = rows[0]?.total ?? (query.offset === 0 ? 0 : await this.count(query, filter));
    return { items, total };
  }

  /** The asset groups that hold any of them. */
  async groups(userId: UserId): Promise<ReachableGroups> {
    const filter = this.filterOf(userId, {});
    const rows = groupRows.parse(await this.dataSource.query(SELECT_GROUPS, filter));
    return {
      groups: rows.filter((row) => row.id !== null),
      ungrouped: rows.find((row) => row.id === null)?.assets ?? 0,
    };
  }

  /** Parameters 1 to 7 of what is {@link listed}. */
  private filterOf(userId: UserId, query: Omit<ReachableQuery, 'offset' | 'limit'>): unknown[] {
    return [
      userId,
      this.clock.now(),
      query.q?.toLowerCase() || null,
      query.exact?.toLowerCase() ?? null,
      query.assetId ?? null,
      query.favourite ?? null,
      query.groupId ?? null,
    ];
  }

  /** A page beyond the end has no row that could carry the total. */
  private async count(query: ReachableQuery, filter: unknown[]): Promise<number> {
    const rows = z
      .array(z.object({ total: z.number() }))
      .parse(
        await this.dataSource.query(`${listed(query)} SELECT count(*)::int AS total FROM listed`, filter),
      );
    return rows[0]?.total ?? 0;
  }
}
