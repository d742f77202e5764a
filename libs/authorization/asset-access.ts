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

const accessRow = z.object({
  userId: z.string().transform(asId<UserId>),
  username: z.string(),
  userName: z.string(),
  systemUserId: z.string().transform(asId<SystemUserId>),
  systemUsername: z.string(),
  /** The rules that give it. */
  rules: z.array(z.object({ id: z.string().transform(asId<RuleId>), name: z.string() })),
});

/** That a user may log in to the asset as a system user, and by which rules. */
export type AccessRow = z.infer<typeof accessRow>;

const SORTS = { username: 'p.username', systemUsername: 'p.system_username' };

/** Fields by which it sorts. */
export const ACCESS_SORTS = sortFields(SORTS);

/** Same conditions as the authorizer's: who is listed here is let in. `$2` the asset, `$3` the time. */
const PAIRS = `
  WITH RECURSIVE above AS (
    SELECT m.group_id FROM asset_group_members m WHERE m.asset_id = $2
    UNION
    SELECT g.parent_id FROM above a JOIN asset_groups g ON g.id = a.group_id WHERE g.parent_id IS NOT NULL
  ), covering AS (
    SELECT r.id, r.name FROM authorization_rules r
    WHERE ${ruleCountsAt('r', '$3')}
      AND (EXISTS (SELECT FROM rule_assets ra WHERE ra.rule_id = r.id AND ra.asset_id = $2)
        OR EXISTS (SELECT FROM rule_asset_groups rg JOIN above ON above.group_id = rg.asset_group_id
                   WHERE rg.rule_id = r.id))
  ), people AS (
    SELECT ru.rule_id, ru.user_id FROM rule_users ru JOIN covering ON covering.id = ru.rule_id
    UNION
    SELECT rg.rule_id, m.user_id FROM rule_user_groups rg JOIN covering ON covering.id = rg.rule_id
      JOIN user_group_members m ON m.group_id = rg.user_group_id
  )
  SELECT u.id AS user_id, u.username, u.name AS user_name, s.id AS system_user_id, s.username AS system_username,
         json_agg(json_build_object('id', covering.id, 'name', covering.name) ORDER BY covering.name) AS rules
  FROM covering
  JOIN people ON people.rule_id = covering.id
  JOIN users u ON u.id = people.user_id AND ${userCounts('u', '$3')}
  JOIN rule_system_users rs ON rs.rule_id = covering.id
  JOIN system_users s ON s.id = rs.system_user_id
  JOIN push_records pushed ON pushed.system_user_id = s.id AND pushed.asset_id = $2 AND pushed.succeeded
  JOIN assets asset ON asset.id = $2 AND asset.active
  GROUP BY u.id, s.id`;

/** Who may log in to an asset, as whom, and why (FEATURES S15). */
export class AssetAccess {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** One page; nobody when there is no such asset. `q` is looked for in the names of user and system user. */
  list(assetId: AssetId, request: PageRequest): Promise<Page<AccessRow>> {
    const sql = {
      columns: `p.user_id AS "userId", p.username, p.user_name AS "userName", p.system_user_id AS "systemUserId",
        p.system_username AS "systemUsername", p.rules`,
      from: `(${PAIRS}) p WHERE ${matches('$1', 'p.username', 'p.user_name', 'p.system_username')}`,
      order: `${orderBy(request.sort, SORTS, 'username', 'p.system_username')}, p.user_id`,
    };
    const parameters = [searchText(request.q), assetId, this.clock.now()];
    return readPage(this.dataSource, accessRow, sql, parameters, request);
  }
}
