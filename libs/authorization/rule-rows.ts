import { z } from 'zod';
import { ACTIONS } from '#libs/contracts';
import {
  matches,
  orderBy,
  searchText,
  sortFields,
  type LinkTable,
  type ListSql,
  type PageRequest,
  type SqlSource,
} from '#libs/database';
import {
  asId,
  NotFound,
  type AssetGroupId,
  type AssetId,
  type RuleId,
  type SystemUserId,
  type UserGroupId,
  type UserId,
} from '#libs/kernel';
import { toWindows, type WeekHours } from './week-hours.js';

/** Sides of a rule, by their field: where its links stand, and the table and column that name what is linked. */
export const RULE_SIDES = {
  userIds: { link: 'rule_users', member: 'user_id', table: 'users', name: 'username' },
  userGroupIds: { link: 'rule_user_groups', member: 'user_group_id', table: 'user_groups', name: 'name' },
  assetIds: { link: 'rule_assets', member: 'asset_id', table: 'assets', name: 'name' },
  assetGroupIds: { link: 'rule_asset_groups', member: 'asset_group_id', table: 'asset_groups', name: 'name' },
  systemUserIds: {
    link: 'rule_system_users',
    member: 'system_user_id',
    table: 'system_users',
    name: 'username',
  },
} as const;

/** A field that holds one side of a rule. */
export type RuleSide = keyof typeof RULE_SIDES;

/** All of them, in the order of the fields. */
export const ruleSides: readonly RuleSide[] = [
  'userIds',
  'userGroupIds',
  'assetIds',
  'assetGroupIds',
  'systemUserIds',
];

/** Where a side's links stand. */
export function linksOf(side: RuleSide): LinkTable {
  const { link, member } = RULE_SIDES[side];
  return { table: link, owner: 'rule_id', member };
}

const named = z.object({ id: z.string(), name: z.string() });

/** What a rule names on one side: enough to show it. */
export type NamedMember = z.infer<typeof named>;

/** One row of {@link ruleColumns}. */
export const ruleRow = z.object({
  id: z.string().transform(asId<RuleId>),
  name: z.string(),
  comment: z.string(),
  active: z.boolean(),
  actions: z.array(z.enum(ACTIONS)),
  forwardDestinations: z.array(z.string()),
  validFrom: z.date().nullable(),
  validUntil: z.date().nullable(),
  hours: z
    .object({ timeZone: z.string(), minutes: z.string() })
    .transform(({ timeZone, minutes }): WeekHours => ({ timeZone, windows: toWindows(minutes) }))
    .nullable(),
  userIds: z.array(z.string().transform(asId<UserId>)),
  userGroupIds: z.array(z.string().transform(asId<UserGroupId>)),
  assetIds: z.array(z.string().transform(asId<AssetId>)),
  assetGroupIds: z.array(z.string().transform(asId<AssetGroupId>)),
  systemUserIds: z.array(z.string().transform(asId<SystemUserId>)),
  users: z.array(named),
  userGroups: z.array(named),
  assets: z.array(named),
  assetGroups: z.array(named),
  systemUsers: z.array(named),
  createdAt: z.date(),
  updatedAt: z.date(),
});

/** A rule as people see it: ids of its sides, and names by name (in lists only the first ones). */
export type RuleRow = z.infer<typeof ruleRow>;

/** Names of a side that a list shows. */
const SHOWN_NAMES = 10;

function sideColumns(side: RuleSide, limit: number | null): string {
  const { link, member, table, name } = RULE_SIDES[side];
  const limited = limit === null ? '' : `LIMIT ${limit}`;
  return `ARRAY(SELECT l.${member} FROM ${link} l WHERE l.rule_id = r.id ORDER BY l.${member}) AS "${side}",
    (SELECT coalesce(json_agg(json_build_object('id', n.id, 'name', n.name) ORDER BY n.name, n.id), '[]')
     FROM (SELECT t.id, t.${name} AS name FROM ${link} l JOIN ${table} t ON t.id = l.${member}
           WHERE l.rule_id = r.id ORDER BY t.${name}, t.id ${limited}) n) AS "${side.replace(/Ids$/, 's')}"`;
}

/** Columns of a rule `r` with at most so many names a side; null: all of them. */
function ruleColumns(limit: number | null): string {
  return `r.id, r.name, r.comment, r.active, r.actions, r.forward_destinations AS "forwardDestinations", r.valid_from AS "validFrom", r.valid_until AS "validUntil",
    CASE WHEN r.hours_minutes IS NOT NULL THEN
      json_build_object('timeZone', r.hours_time_zone, 'minutes', r.hours_minutes::text) END AS hours,
    ${ruleSides.map((side) => sideColumns(side, limit)).join(', ')},
    r.created_at AS "createdAt", r.updated_at AS "updatedAt"`;
}

const SORTS = {
  name: 'r.name',
  active: 'r.active',
  validFrom: 'r.valid_from',
  validUntil: 'r.valid_until',
  createdAt: 'r.created_at',
  updatedAt: 'r.updated_at',
};

/** Fields by which the list sorts. */
export const RULE_SORTS = sortFields(SORTS);

/** Which rules a list shows; by user and asset also those that name them by a group. */
export interface RuleFilter extends PageRequest {
  userId?: UserId | undefined;
  assetId?: AssetId | undefined;
  systemUserId?: SystemUserId | undefined;
  active?: boolean | undefined;
}

/** Groups that hold the asset `$3` and all groups above them. */
const GROUPS_ABOVE = `WITH RECURSIVE above AS (
    SELECT m.group_id AS id FROM asset_group_members m WHERE m.asset_id = $3
    UNION SELECT g.parent_id FROM above b JOIN asset_groups g ON g.id = b.id WHERE g.parent_id IS NOT NULL
  )`;

const CONDITIONS = [
  matches('$1', 'r.name', 'r.comment'),
  `($2::uuid IS NULL OR r.id IN (
     SELECT l.rule_id FROM rule_users l WHERE l.user_id = $2
     UNION SELECT l.rule_id FROM rule_user_groups l JOIN user_group_members m ON m.group_id = l.user_group_id WHERE m.user_id = $2))`,
  `($3::uuid IS NULL OR r.id IN (
     SELECT l.rule_id FROM rule_assets l WHERE l.asset_id = $3
     UNION SELECT l.rule_id FROM rule_asset_groups l WHERE l.asset_group_id IN (${GROUPS_ABOVE} SELECT id FROM above)))`,
  '($4::uuid IS NULL OR r.id IN (SELECT l.rule_id FROM rule_system_users l WHERE l.system_user_id = $4))',
  '($5::boolean IS NULL OR r.active = $5)',
];

/** The list as SQL with its parameters. */
export function ruleList(filter: RuleFilter): { sql: ListSql; parameters: unknown[] } {
  const sql = {
    columns: ruleColumns(SHOWN_NAMES),
    from: `authorization_rules r WHERE ${CONDITIONS.join(' AND ')}`,
    order: orderBy(filter.sort, SORTS, 'name', 'r.id'),
    row: 'r',
  };
  const { userId = null, assetId = null, systemUserId = null, active = null } = filter;
  return { sql, parameters: [searchText(filter.q), userId, assetId, systemUserId, active] };
}

/** One rule with all names. @throws NotFound */
export async function readRule(source: SqlSource, id: RuleId): Promise<RuleRow> {
  const rows = await source.query(`SELECT ${ruleColumns(null)} FROM authorization_rules r WHERE r.id = $1`, [
    id,
  ]);
  const [view] = ruleRow.array().parse(rows);
  if (!view) throw new NotFound('authorization rule');
  return view;
}
