import type { DataSource } from 'typeorm';
import { z } from 'zod';
import { ACTIONS, type Action } from '#libs/contracts';
import {
  asId,
  ValidationFailed,
  type AssetGroupId,
  type Clock,
  type RuleId,
  type UserGroupId,
} from '#libs/kernel';
import { coversDestination } from './destinations.js';
import type { Authorizer } from './authorizer.js';
import type { AccessRequest, RefusalReason } from './grant.js';
import { isWithin, toWindows, type WeekHours } from './week-hours.js';

/** Why a rule that names at least two of the three does not give what was asked for. */
export const RULE_GAPS = [
  'user_missing',
  'asset_missing',
  'system_user_missing',
  'inactive',
  'not_begun',
  'ended',
  'outside_hours',
  'action_left_out',
  'destination_left_out',
] as const;
export type RuleGap = (typeof RULE_GAPS)[number];

const userGroup = z.object({ id: z.string().transform(asId<UserGroupId>), name: z.string() });
const assetGroup = z.object({ id: z.string().transform(asId<AssetGroupId>), name: z.string() });

const explainedRow = z.object({
  id: z.string().transform(asId<RuleId>),
  name: z.string(),
  active: z.boolean(),
  actions: z.array(z.enum(ACTIONS)),
  forwardDestinations: z.array(z.string()),
  validFrom: z.date().nullable(),
  validUntil: z.date().nullable(),
  hours: z.object({ timeZone: z.string(), minutes: z.string() }).nullable(),
  namesUser: z.boolean(),
  userGroups: z.array(userGroup),
  namesAsset: z.boolean(),
  assetPaths: z.array(z.array(assetGroup)),
  namesSystemUser: z.boolean(),
});

/** How a rule stands to a request: the ways in which it names each side, and what it lacks. */
export type ExplainedRule = Omit<z.infer<typeof explainedRow>, 'hours'> & {
  hours: WeekHours | null;
  /** Empty: the rule gives what was asked for. */
  gaps: RuleGap[];
};

/** Why a user can or can't do something on an asset as a system user (FEATURES L9). */
export interface Explanation {
  granted: boolean;
  /** All that stands in the way; the user is told the first. */
  obstacles: RefusalReason[];
  /** What the user is told; null when it is granted. */
  message: string | null;
  /** All actions that the rules allow there now, when it is granted. */
  actions: Action[];
  /** Rules that name all three first, then those that name two. */
  rules: ExplainedRule[];
}

/** Rules that an explanation shows. */
const LIMIT = 50;

/** `$1` the user, `$2` the asset, `$3` the system user. A path goes from the outermost group to the asset's own. */
const RULES = `
  WITH RECURSIVE above AS (
    SELECT g.id, g.parent_id, jsonb_build_array(jsonb_build_object('id', g.id, 'name', g.name)) AS path
    FROM asset_group_members m JOIN asset_groups g ON g.id = m.group_id WHERE m.asset_id = $2
    UNION ALL
    SELECT g.id, g.parent_id, jsonb_build_array(jsonb_build_object('id', g.id, 'name', g.name)) || above.path
    FROM above JOIN asset_groups g ON g.id = above.parent_id
  ), by_user AS (
    SELECT rule_id, bool_or(own) AS own, coalesce(jsonb_agg(via ORDER BY via->>'name') FILTER (WHERE via IS NOT NULL), '[]') AS groups
    FROM (SELECT l.rule_id, true AS own, NULL::jsonb AS via FROM rule_users l WHERE l.user_id = $1
          UNION ALL
          SELECT l.rule_id, false, jsonb_build_object('id', g.id, 'name', g.name)
          FROM user_group_members m JOIN user_groups g ON g.id = m.group_id JOIN rule_user_groups l ON l.user_group_id = g.id
          WHERE m.user_id = $1) t
    GROUP BY rule_id
  ), by_asset AS (
    SELECT rule_id, bool_or(own) AS own, coalesce(jsonb_agg(path ORDER BY path) FILTER (WHERE path IS NOT NULL), '[]') AS paths
    FROM (SELECT l.rule_id, true AS own, NULL::jsonb AS path FROM rule_assets l WHERE l.asset_id = $2
          UNION ALL
          SELECT l.rule_id, false, above.path FROM above JOIN rule_asset_groups l ON l.asset_group_id = above.id) t
    GROUP BY rule_id
  ), by_system_user AS (
    SELECT rule_id FROM rule_system_users WHERE system_user_id = $3
  ), near AS (
    SELECT rule_id, count(*) AS sides
    FROM (SELECT rule_id FROM by_user UNION ALL SELECT rule_id FROM by_asset UNION ALL SELECT rule_id FROM by_system_user) t
    GROUP BY rule_id HAVING count(*) >= 2
  )
  SELECT r.id, r.name, r.active, r.actions, r.forward_destinations AS "forwardDestinations", r.valid_from AS "validFrom", r.valid_until AS "validUntil",
         CASE WHEN r.hours_minutes IS NOT NULL THEN
           json_build_object('timeZone', r.hours_time_zone, 'minutes', r.hours_minutes::text) END AS hours,
         coalesce(u.own, false) AS "namesUser", coalesce(u.groups, '[]') AS "userGroups",
         coalesce(a.own, false) AS "namesAsset", coalesce(a.paths, '[]') AS "assetPaths",
         s.rule_id IS NOT NULL AS "namesSystemUser"
  FROM near JOIN authorization_rules r ON r.id = near.rule_id
  LEFT JOIN by_user u ON u.rule_id = r.id
  LEFT JOIN by_asset a ON a.rule_id = r.id
  LEFT JOIN by_system_user s ON s.rule_id = r.id
  ORDER BY near.sides DESC, r.active DESC, r.name, r.id LIMIT ${LIMIT}`;

/** Says by which rules and groups somebody gets in, or what is missing. The decision itself is the authorizer's. */
export class Explainer {
  constructor(
    private readonly dataSource: DataSource,
    private readonly authorizer: Authorizer,
    private readonly clock: Clock,
  ) {}

  /** @throws ValidationFailed at the field of a user, asset or system user that doesn't exist */
  async explain(request: AccessRequest): Promise<Explanation> {
    await this.requireKnown(request);
    const { userId, assetId, systemUserId } = request;
    const [{ decision, obstacles }, rows] = await Promise.all([
      this.authorizer.examine(request),
      this.dataSource.query<unknown>(RULES, [userId, assetId, systemUserId]),
    ]);
    const now = this.clock.now();
    const rules = explainedRow.array().parse(rows);
    return {
      granted: decision.granted,
      obstacles,
      message: decision.granted ? null : decision.message,
      actions: decision.granted ? ACTIONS.filter((action) => decision.grant.terms.actions.has(action)) : [],
      rules: rules.map((rule) => explained(rule, request, now)),
    };
  }

  private async requireKnown({ userId, assetId, systemUserId }: AccessRequest): Promise<void> {
    const rows = await this.dataSource.query<unknown>(
      `SELECT EXISTS (SELECT FROM users WHERE id = $1) AS "userId", EXISTS (SELECT FROM assets WHERE id = $2) AS "assetId",
              EXISTS (SELECT FROM system_users WHERE id = $3) AS "systemUserId"`,
      [userId, assetId, systemUserId],
    );
    const [known = {}] = z.array(z.record(z.string(), z.boolean())).parse(rows);
    const missing = Object.keys(known).filter((field) => !known[field]);
    if (missing.length === 0) return;
    throw new ValidationFailed(
      missing.map((field) => ({
        field,
        code: 'not_found',
        message: 'This does not exist; it may have been deleted.',
      })),
    );
  }
}

type Row = z.infer<typeof explainedRow>;

/** A line for each gap. */
const GAPS: Readonly<Record<RuleGap, (rule: Row, request: AccessRequest, now: Date) => boolean>> = {
  user_missing: (rule) => !rule.namesUser && rule.userGroups.length === 0,
  asset_missing: (rule) => !rule.namesAsset && rule.assetPaths.length === 0,
  system_user_missing: (rule) => !rule.namesSystemUser,
  inactive: (rule) => !rule.active,
  not_begun: ({ validFrom }, _request, now) => validFrom !== null && now < validFrom,
  ended: ({ validUntil }, _request, now) => validUntil !== null && validUntil <= now,
  outside_hours: ({ hours }, _request, now) =>
    hours !== null && !isWithin(hours.timeZone, hours.minutes, now),
  action_left_out: (rule, { action }) => !rule.actions.includes(action),
  destination_left_out: ({ forwardDestinations }, { destination }) =>
    destination !== undefined && !coversDestination(forwardDestinations, destination),
};

function explained({ hours, ...rule }: Row, request: AccessRequest, now: Date): ExplainedRule {
  return {
    ...rule,
    hours: hours && { timeZone: hours.timeZone, windows: toWindows(hours.minutes) },
    gaps: RULE_GAPS.filter((gap) => GAPS[gap]({ hours, ...rule }, request, now)),
  };
}
