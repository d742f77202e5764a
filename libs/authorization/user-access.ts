import type { DataSource } from 'typeorm';
import { z } from 'zod';
import {
  matches,
  orderBy,
  readPage,
  searchText,
  sortFields,
  type Page,
  type PageRequest,
} from '#libs/database';
import { userCounts } from '#libs/identity';
import { asId, type AssetId, type Clock, type RuleId, type SystemUserId, type UserId } from '#libs/kernel';
import { ruleCountsAt } from './week-hours.js';

const wayRow = z.object({
  assetId: z.string().transform(asId<AssetId>),
  assetName: z.string(),
  address: z.string(),
  systemUserId: z.string().transform(asId<SystemUserId>),
  systemUsername: z.string(),
  /** The rules that give it. */
  rules: z.array(z.object({ id: z.string().transform(asId<RuleId>), name: z.string() })),
});

/** That a user may log in to an asset as a system user, and by which rules. */
export type WayRow = z.infer<typeof wayRow>;

const SORTS = { assetName: 'w.asset_name', address: 'w.address', systemUsername: 'w.system_username' };

/** Fields by which it sorts. */
export const WAY_SORTS = sortFields(SORTS);

/** Same conditions as the authorizer's, for many users at once: `users` their ids as SQL, `now` the time. */
const coveredBy = (users: string, now: string): string => `
  WITH RECURSIVE mine AS (
    SELECT ru.user_id, ru.rule_id FROM rule_users ru WHERE ru.user_id = ANY(${users})
    UNION
    SELECT m.user_id, g.rule_id FROM user_group_members m
      JOIN rule_user_groups g ON g.user_group_id = m.group_id WHERE m.user_id = ANY(${users})
  ), counting AS (
    SELECT r.id, r.name FROM authorization_rules r
    WHERE r.id IN (SELECT rule_id FROM mine) AND ${ruleCountsAt('r', now)}
  ), below AS (
    SELECT g.rule_id, g.asset_group_id AS group_id FROM rule_asset_groups g JOIN counting ON counting.id = g.rule_id
    UNION
    SELECT b.rule_id, child.id FROM below b JOIN asset_groups child ON child.parent_id = b.group_id
  ), covered AS (
    SELECT ra.rule_id, ra.asset_id FROM rule_assets ra JOIN counting ON counting.id = ra.rule_id
    UNION
    SELECT b.rule_id, m.asset_id FROM below b JOIN asset_group_members m ON m.group_id = b.group_id
  )`;

const WAYS = `${coveredBy('ARRAY[$2::uuid]', '$3')}
  SELECT a.id AS asset_id, a.name AS asset_name, a.address, s.id AS system_user_id, s.username AS system_username,
         json_agg(json_build_object('id', counting.id, 'name', counting.name) ORDER BY counting.name) AS rules
  FROM covered c
  JOIN counting ON counting.id = c.rule_id
  JOIN rule_system_users rs ON rs.rule_id = c.rule_id
  JOIN push_records p ON p.system_user_id = rs.system_user_id AND p.asset_id = c.asset_id AND p.succeeded
  JOIN assets a ON a.id = c.asset_id AND a.active
  JOIN system_users s ON s.id = rs.system_user_id
  WHERE EXISTS (SELECT FROM users u WHERE u.id = $2 AND ${userCounts('u', '$3')})
  GROUP BY a.id, s.id`;

/** Who stands on an asset is compared as a whole with whom a rule names: a row for each would be many times as many. */
const COUNTS = `${coveredBy('$1::uuid[]', '$2')}, standing AS (
    SELECT p.asset_id, array_agg(p.system_user_id) AS system_users FROM push_records p
    JOIN assets a ON a.id = p.asset_id AND a.active WHERE p.succeeded GROUP BY p.asset_id
  ), named AS (
    SELECT s.rule_id, array_agg(s.system_user_id) AS system_users FROM rule_system_users s
    JOIN counting ON counting.id = s.rule_id GROUP BY s.rule_id
  ), within AS (
    SELECT c.rule_id, c.asset_id FROM covered c
    JOIN standing ON standing.asset_id = c.asset_id
    JOIN named ON named.rule_id = c.rule_id
    WHERE standing.system_users && named.system_users
  ), reached AS (
    SELECT DISTINCT mine.user_id, within.asset_id FROM mine JOIN within ON within.rule_id = mine.rule_id
  )
  SELECT u.id, count(*)::int AS count FROM reached
  JOIN users u ON u.id = reached.user_id AND ${userCounts('u', '$2')}
  GROUP BY u.id`;

const countRows = z.array(z.object({ id: z.string().transform(asId<UserId>), count: z.number() }));

/** What users may reach, as whom, and why (FEATURES U4, U5). */
export class UserAccess {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** One page; nothing when there is no such user. `q` is looked for in asset, address and system user. */
  list(userId: UserId, request: PageRequest): Promise<Page<WayRow>> {
    const sql = {
      columns: `w.asset_id AS "assetId", w.asset_name AS "assetName", w.address, w.system_user_id AS "systemUserId",
        w.system_username AS "systemUsername", w.rules`,
      from: `(${WAYS}) w WHERE ${matches('$1', 'w.asset_name', 'w.address', 'w.system_username')}`,
      order: `${orderBy(request.sort, SORTS, 'assetName', 'w.asset_id')}, w.system_username`,
    };
    const parameters = [searchText(request.q), userId, this.clock.now()];
    return readPage(this.dataSource, wayRow, sql, parameters, request);
  }

  /** How many assets each of them may reach, in one statement; who may reach none is not in it. */
  async countAssets(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, number>> {
    if (userIds.length === 0) return new Map();
    const rows: unknown = await this.dataSource.query(COUNTS, [userIds, this.clock.now()]);
    return new Map(countRows.parse(rows).map(({ id, count }) => [id, count]));
  }
}
