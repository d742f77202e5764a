import type { DataSource } from 'typeorm';
import { z } from 'zod';
import type { Action } from '#libs/contracts';
import { userCounts } from '#libs/identity';
import { asId, type AssetId, type Clock, type SystemUserId, type UserId } from '#libs/kernel';
import { readPattern, takes } from './asset-pattern.js';
import { ruleCountsAt } from './week-hours.js';

/** A system user as whom somebody may do something, and on how many assets. */
export interface ExecAccount {
  id: SystemUserId;
  username: string;
  assetCount: number;
}

/** An asset on which somebody may do something. */
export interface ExecTarget {
  id: AssetId;
  name: string;
  address: string;
}

/** What a pattern or a choice comes to. */
export interface ExecTargets {
  /** By name. */
  targets: ExecTarget[];
  /** How many more it takes where the user may log in but the rules leave the action out. */
  withheldCount: number;
}

/**
 * Pairs of asset and system user that the authorizer would let in, and whether for one action. Same conditions as
 * there; `$1` the user, `$2` the time, `$3` the system user or null for any, `$4` the action.
 */
const PAIRS = `
  WITH RECURSIVE mine AS (
    SELECT r.id, $4::text = ANY(r.actions) AS may FROM authorization_rules r
    WHERE ${ruleCountsAt('r', '$2')}
      AND (EXISTS (SELECT FROM rule_users u WHERE u.rule_id = r.id AND u.user_id = $1)
        OR EXISTS (SELECT FROM rule_user_groups g JOIN user_group_members m ON m.group_id = g.user_group_id
                   WHERE g.rule_id = r.id AND m.user_id = $1))
      AND EXISTS (SELECT FROM users u WHERE u.id = $1 AND ${userCounts('u', '$2')})
      AND ($3::uuid IS NULL OR EXISTS (
        SELECT FROM rule_system_users s WHERE s.rule_id = r.id AND s.system_user_id = $3))
  ), below AS (
    SELECT g.rule_id, g.asset_group_id AS group_id FROM rule_asset_groups g JOIN mine ON mine.id = g.rule_id
    UNION
    SELECT b.rule_id, child.id FROM below b JOIN asset_groups child ON child.parent_id = b.group_id
  ), covered AS (
    SELECT ra.rule_id, ra.asset_id FROM rule_assets ra JOIN mine ON mine.id = ra.rule_id
    UNION ALL
    SELECT b.rule_id, m.asset_id FROM below b JOIN asset_group_members m ON m.group_id = b.group_id
  ), pairs AS MATERIALIZED (
    SELECT c.asset_id, s.system_user_id, bool_or(mine.may) AS may
    FROM covered c JOIN mine ON mine.id = c.rule_id
    JOIN rule_system_users s ON s.rule_id = c.rule_id AND ($3::uuid IS NULL OR s.system_user_id = $3)
    JOIN push_records p ON p.system_user_id = s.system_user_id AND p.asset_id = c.asset_id AND p.succeeded
    JOIN assets a ON a.id = c.asset_id AND a.active
    GROUP BY c.asset_id, s.system_user_id
  )`;

const ACCOUNTS = `${PAIRS}
  SELECT s.id, s.username, count(*)::int AS "assetCount" FROM pairs JOIN system_users s ON s.id = pairs.system_user_id
  WHERE pairs.may GROUP BY s.id ORDER BY s.username, s.id`;

const SUBJECTS = `${PAIRS}
  SELECT a.id, a.name, a.address, a.environment, a.labels, pairs.may
  FROM pairs JOIN assets a ON a.id = pairs.asset_id
  WHERE $5::uuid[] IS NULL OR a.id = ANY($5)
  ORDER BY a.name, a.id`;

const GROUPS = `
  WITH RECURSIVE above AS (
    SELECT m.asset_id, m.group_id FROM asset_group_members m WHERE m.asset_id = ANY($1::uuid[])
    UNION
    SELECT a.asset_id, g.parent_id FROM above a JOIN asset_groups g ON g.id = a.group_id WHERE g.parent_id IS NOT NULL
  )
  SELECT above.asset_id AS "assetId", array_agg(g.name) AS names
  FROM above JOIN asset_groups g ON g.id = above.group_id GROUP BY above.asset_id`;

const accountRows = z.array(
  z.object({ id: z.string().transform(asId<SystemUserId>), username: z.string(), assetCount: z.number() }),
);
const subjectRows = z.array(
  z.object({
    id: z.string().transform(asId<AssetId>),
    name: z.string(),
    address: z.string(),
    environment: z.string().nullable(),
    labels: z.record(z.string(), z.string()),
    may: z.boolean(),
  }),
);
const groupRows = z.array(z.object({ assetId: z.string(), names: z.array(z.string()) }));

/** On which assets somebody may run commands or move files: what is done on many assets chooses from it. */
export class ExecDirectory {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** The system users as whom the user may do it somewhere, by name. */
  async accounts(userId: UserId, action: Action = 'exec'): Promise<ExecAccount[]> {
    return accountRows.parse(await this.dataSource.query(ACCOUNTS, [userId, this.clock.now(), null, action]));
  }

  /** The user's assets that a pattern takes. @throws ValidationFailed at `pattern` */
  async match(
    userId: UserId,
    systemUserId: SystemUserId,
    pattern: string,
    action: Action = 'exec',
  ): Promise<ExecTargets> {
    const read = readPattern(pattern);
    const subjects = await this.subjects(userId, systemUserId, null, action);
    const groups = read.usesGroups
      ? await this.groupsOf(subjects.map(({ id }) => id))
      : new Map<string, string[]>();
    return split(subjects.filter((each) => takes(read, { ...each, groups: groups.get(each.id) ?? [] })));
  }

  /** Those of the assets that are the user's. */
  async pick(
    userId: UserId,
    systemUserId: SystemUserId,
    assetIds: readonly AssetId[],
    action: Action = 'exec',
  ): Promise<ExecTargets> {
    return split(await this.subjects(userId, systemUserId, assetIds, action));
  }

  private async subjects(
    userId: UserId,
    systemUserId: SystemUserId,
    among: readonly AssetId[] | null,
    action: Action,
  ): Promise<z.infer<typeof subjectRows>> {
    const parameters = [userId, this.clock.now(), systemUserId, action, among];
    return subjectRows.parse(await this.dataSource.query(SUBJECTS, parameters));
  }

  private async groupsOf(assetIds: AssetId[]): Promise<Map<string, string[]>> {
    const rows = groupRows.parse(await this.dataSource.query(GROUPS, [assetIds]));
    return new Map(rows.map(({ assetId, names }) => [assetId, names]));
  }
}

function split(subjects: z.infer<typeof subjectRows>): ExecTargets {
  const targets = subjects.filter(({ may }) => may).map(({ id, name, address }) => ({ id, name, address }));
  return { targets, withheldCount: subjects.length - targets.length };
}
