import { orderBy, searchText, sortFields } from '#libs/database';
import { userCounts } from '#libs/identity';
import type { AssetGroupId, AssetId, UserId } from '#libs/kernel';
import { ruleCountsAt } from './week-hours.js';

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

/** Collects the parameters of a statement; what it gives stands for the value in the SQL. */
class Parameters {
  readonly values: unknown[] = [];

  add(value: unknown, type: 'uuid' | 'text' | 'boolean' | 'timestamptz' | 'int'): string {
    return `$${this.values.push(value)}::${type}`;
  }
}

/** A statement and its parameters. */
type Statement = [sql: string, parameters: unknown[]];

type ReachableFilter = Omit<ReachableQuery, 'offset' | 'limit' | 'sort'>;

/** A condition of {@link listed} on the asset's id. */
type Condition = (assetId: string) => string;

/** Whose assets are listed, and when. */
export interface Who {
  userId: UserId;
  now: Date;
}

/**
 * What the query asks for by name, id or text: looked at before anything else. Few go on as an array; the hits of a text
 * can be most of all assets, and are a set that each asset is sought in (`IS TRUE` keeps the planner from other ways: it
 * expects few).
 */
function soughtFirst(query: ReachableFilter, parameters: Parameters): Condition[] {
  const { exact, assetId, groupId, directly, q } = query;
  const conditions: Condition[] = [];
  const among = (ids: string): void => void conditions.push((id) => `${id} = ANY(ARRAY(${ids}))`);
  if (assetId !== undefined) among(`SELECT ${parameters.add(assetId, 'uuid')}`);
  if (exact !== undefined) {
    const text = parameters.add(exact.toLowerCase(), 'text');
    among(`SELECT a.id FROM assets a WHERE lower(a.name) = ${text} OR lower(a.address) = ${text}`);
  }
  if (groupId !== undefined && directly) {
    const group = parameters.add(groupId, 'uuid');
    among(`SELECT m.asset_id FROM asset_group_members m WHERE m.group_id = ${group}`);
  }
  const text = searchText(q);
  if (text !== null) {
    const hits = `SELECT w.asset_id FROM asset_words w WHERE w.search_text LIKE lower(${parameters.add(text, 'text')})`;
    conditions.push((id) => `(${id} IN (${hits})) IS TRUE`);
  }
  return conditions;
}

/** What else it asks for. */
function narrowed(query: ReachableFilter, user: string, parameters: Parameters): Condition[] {
  const conditions: Condition[] = [];
  if (query.favourite !== undefined) {
    const not = query.favourite ? '' : 'NOT ';
    conditions.push(
      (id) =>
        `${not}EXISTS (SELECT FROM favourite_assets f WHERE f.user_id = ${user} AND f.asset_id = ${id})`,
    );
  }
  if (query.groupId !== undefined && !query.directly) {
    const inside = `WITH RECURSIVE inside AS (SELECT ${parameters.add(query.groupId, 'uuid')} AS group_id
        UNION SELECT child.id FROM inside JOIN asset_groups child ON child.parent_id = inside.group_id)
      SELECT m.asset_id FROM asset_group_members m JOIN inside ON inside.group_id = m.group_id`;
    conditions.push((id) => `${id} IN (${inside})`);
  }
  if (query.grouped !== undefined) {
    const not = query.grouped ? '' : 'NOT ';
    conditions.push((id) => `${not}EXISTS (SELECT FROM asset_group_members m WHERE m.asset_id = ${id})`);
  }
  return conditions;
}

/**
 * Query `listed(id)`. Same conditions as the authorizer's: what is listed here can be connected to. A user's rules are
 * few, what they cover are many: as whom a group or an asset may be logged in to is gathered first, then each asset is
 * looked at once, in `asset_accounts`. Small sets go on as arrays, whose size the planner guesses well; that of a
 * recursion it doesn't, nor how many assets are reached: they are looked up one by one only where they are few.
 */
function listed({ userId, now }: Who, query: ReachableFilter, parameters: Parameters): string {
  const user = parameters.add(userId, 'uuid');
  const at = parameters.add(now, 'timestamptz');
  const sought = soughtFirst(query, parameters);
  const only = (assetId: string): string => sought.map((condition) => `AND ${condition(assetId)}`).join(' ');
  const also = narrowed(query, user, parameters)
    .map((condition) => `AND ${condition('reached.asset_id')}`)
    .join(' ');
  return `
  WITH RECURSIVE mine AS MATERIALIZED (
    SELECT r.id FROM authorization_rules r
    WHERE ${ruleCountsAt('r', at)}
      AND r.id IN (
        SELECT u.rule_id FROM rule_users u WHERE u.user_id = ${user}
        UNION ALL
        SELECT g.rule_id FROM rule_user_groups g JOIN user_group_members m ON m.group_id = g.user_group_id
        WHERE m.user_id = ${user})
      AND EXISTS (SELECT FROM users u WHERE u.id = ${user} AND ${userCounts('u', at)})
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
  ), listed AS MATERIALIZED (
    SELECT reached.asset_id AS id FROM reached
    WHERE (reached.asset_id IN (SELECT a.id FROM assets a WHERE NOT a.active)) IS NOT TRUE ${also}
  )`;
}

/** So many assets are read one by one and sorted; of more, the list of all names is gone through. */
const FEW = 2_000;

/** The page's assets by name, with what they are sorted by. */
function pageByName(sort: string | undefined, offset: string, limit: string): string {
  const order = (row: string): string => orderBy(sort, { name: `${row}.name` }, 'name', `${row}.id`);
  const count = '(SELECT count(*) FROM listed)';
  return `SELECT r.id, r.name, NULL::timestamptz AS used_at FROM (
      (SELECT a.id, a.name FROM listed JOIN assets a ON a.id = listed.id WHERE ${count} <= ${FEW})
      UNION ALL
      (SELECT a.id, a.name FROM assets a WHERE ${count} > ${FEW} AND (a.id IN (SELECT id FROM listed)) IS TRUE
       ORDER BY ${order('a')} LIMIT ${offset} + ${limit})
    ) r ORDER BY ${order('r')} OFFSET ${offset} LIMIT ${limit}`;
}

/** The same by their last use. A user's sessions are many more than their assets: only here are they gone through. */
function pageByUse(sort: string | undefined, user: string, offset: string, limit: string): string {
  return `SELECT r.* FROM (
      SELECT listed.id, NULL::text AS name, used.at AS used_at FROM listed LEFT JOIN (
        SELECT s.asset_id, max(s.started_at) AS at FROM sessions s WHERE s.user_id = ${user} GROUP BY s.asset_id
      ) used ON used.asset_id = listed.id
    ) r ORDER BY ${orderOf(sort)} OFFSET ${offset} LIMIT ${limit}`;
}

const isByUse = (sort: string | undefined): boolean => sort?.endsWith('lastUsed') ?? false;

const orderOf = (sort: string | undefined): string =>
  (isByUse(sort) ? 'r.used_at IS NULL, ' : '') + orderBy(sort, SORTS, 'name', 'r.id');

/** What a page shows is read for its rows alone: somebody may reach tens of thousands. */
export function selectPage(who: Who, query: ReachableQuery): Statement {
  const parameters = new Parameters();
  const all = listed(who, query, parameters);
  const user = parameters.add(who.userId, 'uuid');
  const offset = parameters.add(query.offset, 'int');
  const limit = parameters.add(query.limit, 'int');
  const page = isByUse(query.sort)
    ? pageByUse(query.sort, user, offset, limit)
    : pageByName(query.sort, offset, limit);
  const sql = `${all}, page AS MATERIALIZED (
    ${page}
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
    EXISTS (SELECT FROM favourite_assets f WHERE f.user_id = ${user} AND f.asset_id = a.id) AS favourite,
    (SELECT max(s.started_at) FROM sessions s WHERE s.user_id = ${user} AND s.asset_id = a.id) AS "lastUsedAt"
  FROM page r JOIN assets a ON a.id = r.id JOIN accounts ON accounts.asset_id = r.id
  ORDER BY ${orderOf(query.sort)}`;
  return [sql, parameters.values];
}

/**
 * Of all that the user reaches, each asset counted once for its groups and once for those above them. The last line is
 * no group: those in none.
 */
export function selectGroups(who: Who): Statement {
  const parameters = new Parameters();
  const sql = `${listed(who, {}, parameters)}, own AS MATERIALIZED (
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
  return [sql, parameters.values];
}

/** How many there are. */
export function selectCount(who: Who, query: ReachableQuery): Statement {
  const parameters = new Parameters();
  const sql = `${listed(who, query, parameters)} SELECT count(*)::int AS total FROM listed`;
  return [sql, parameters.values];
}
