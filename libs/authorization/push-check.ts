import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import { groupsBelow } from '#libs/inventory';
import {
  asId,
  DomainError,
  type AssetGroupId,
  type AssetId,
  type FieldError,
  type SystemUserId,
} from '#libs/kernel';

/** The sides of a rule that decide where its system users must stand. */
export interface RuleTargets {
  assetIds: readonly AssetId[];
  assetGroupIds: readonly AssetGroupId[];
  systemUserIds: readonly SystemUserId[];
}

/** No target at all. */
export const noTargets: RuleTargets = { assetIds: [], assetGroupIds: [], systemUserIds: [] };

/** A system user that doesn't stand on an asset. */
export interface MissingPush {
  assetId: AssetId;
  assetName: string;
  systemUserId: SystemUserId;
  systemUsername: string;
}

/** How many missing pushes an answer names. */
const SHOWN_MISSING = 100;

/** A rule would name assets to which its system users have not been pushed (FEATURES L3). */
export class NotPushed extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'not_pushed';
  readonly errors: FieldError[];
  override readonly details: { missing: MissingPush[]; missingCount: number };

  /** @param fields whether the assets are named themselves, by a group, or both */
  constructor(missing: MissingPush[], missingCount: number, fields: ('assetIds' | 'assetGroupIds')[]) {
    const [first] = missing;
    const named = first ? `${first.systemUsername} on ${first.assetName}` : '';
    const more = missingCount > 1 ? ` and ${missingCount - 1} more` : '';
    super(`Push first, or record what is there: no push record of ${named}${more}.`);
    this.errors = fields.map((field) => ({ field, code: this.code, message: this.message }));
    this.details = { missing, missingCount };
  }
}

const missingRows = z.array(
  z.object({
    assetId: z.string().transform(asId<AssetId>),
    assetName: z.string(),
    systemUserId: z.string().transform(asId<SystemUserId>),
    systemUsername: z.string(),
    count: z.number(),
    isDirect: z.boolean(),
    isGrouped: z.boolean(),
  }),
);

/** All pairs of a rule in one statement, without those that it covered before. */
const MISSING = `
  WITH targets AS (
    SELECT t.asset_id, bool_or(t.direct) AS direct, bool_or(NOT t.direct) AS grouped
    FROM (
      SELECT unnest($1::uuid[]) AS asset_id, true AS direct
      UNION ALL
      SELECT m.asset_id, false FROM asset_group_members m WHERE m.group_id IN (${groupsBelow('$2')} SELECT id FROM below)
    ) t GROUP BY t.asset_id
  ), covered AS (
    SELECT unnest($4::uuid[]) AS asset_id
    UNION
    SELECT m.asset_id FROM asset_group_members m WHERE m.group_id IN (${groupsBelow('$5')} SELECT id FROM below)
  )
  SELECT a.id AS "assetId", a.name AS "assetName", s.id AS "systemUserId", s.username AS "systemUsername",
         count(*) OVER ()::int AS count,
         bool_or(t.direct) OVER () AS "isDirect", bool_or(t.grouped) OVER () AS "isGrouped"
  FROM targets t JOIN assets a ON a.id = t.asset_id CROSS JOIN system_users s
  WHERE s.id = ANY($3::uuid[])
    AND NOT EXISTS (SELECT FROM push_records p WHERE p.system_user_id = s.id AND p.asset_id = a.id AND p.succeeded)
    AND NOT (s.id = ANY($6::uuid[]) AND a.id IN (SELECT asset_id FROM covered))
  ORDER BY a.name, s.username LIMIT ${SHOWN_MISSING}`;

/**
 * Checks that every system user has a push record on every asset of the rule, those of its groups and of all groups
 * below them included. Pairs that the rule covered before its change are left out: an asset that joined a group
 * later must not keep anybody from narrowing or ending the rule.
 * @throws NotPushed that names the first missing pairs by asset.
 */
export async function requirePushed(
  manager: EntityManager,
  after: RuleTargets,
  before: RuleTargets = noTargets,
): Promise<void> {
  const rows: unknown = await manager.query(MISSING, [
    after.assetIds,
    after.assetGroupIds,
    after.systemUserIds,
    before.assetIds,
    before.assetGroupIds,
    before.systemUserIds,
  ]);
  const found = missingRows.parse(rows);
  const [first] = found;
  if (!first) return;
  const missing = found.map(({ count: _count, isDirect: _isDirect, isGrouped: _isGrouped, ...pair }) => pair);
  const fields = [
    ...(first.isDirect ? (['assetIds'] as const) : []),
    ...(first.isGrouped ? (['assetGroupIds'] as const) : []),
  ];
  throw new NotPushed(missing, first.count, fields);
}
