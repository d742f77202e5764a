import type { EntityManager } from 'typeorm';
import { requireKnown, User, UserGroup, type SqlSource, type Transaction } from '#libs/database';
import {
  NotFound,
  NotPermitted,
  ValidationFailed,
  type Actor,
  type UserGroupId,
  type UserId,
} from '#libs/kernel';
import type { Role } from '#libs/contracts';

/** Whose users one may see and change: null for everybody's, else those of the groups that this user administers. */
export type Jurisdiction = UserId | null;

/** @throws NotPermitted for somebody who has no users to see: whoever isn't named here gets nothing */
export function jurisdictionOf({ role, userId, way }: Actor): Jurisdiction {
  if (role === 'admin' || role === 'auditor' || way === 'system' || way === 'command-line') return null;
  if (role === 'group_admin' && userId !== null) return userId;
  throw new NotPermitted();
}

/**
 * SQL condition: the user stands within the jurisdiction of the parameter. A group admin's are those of role `user`
 * that are in at least one group and in none that the group admin does not administer (FEATURES A7).
 */
export function isManaged(alias: string, jurisdiction: string): string {
  return `(${jurisdiction}::uuid IS NULL OR (${alias}.role = 'user'
    AND EXISTS (SELECT FROM user_group_members within WHERE within.user_id = ${alias}.id)
    AND NOT EXISTS (SELECT FROM user_group_members within WHERE within.user_id = ${alias}.id
      AND NOT EXISTS (SELECT FROM user_group_administrators theirs
                      WHERE theirs.group_id = within.group_id AND theirs.user_id = ${jurisdiction}))))`;
}

/** SQL condition: the user group stands within the jurisdiction of the parameter. */
export function isAdministered(alias: string, jurisdiction: string): string {
  return `(${jurisdiction}::uuid IS NULL OR EXISTS (SELECT FROM user_group_administrators theirs
    WHERE theirs.group_id = ${alias}.id AND theirs.user_id = ${jurisdiction}))`;
}

/**
 * For whatever is done to one user: their keys, tokens, second factor. Everybody manages themselves here; what they may
 * do to themselves is decided by the route.
 * @throws NotFound for a user who isn't there or isn't the actor's to manage
 */
export async function assertManages(source: SqlSource, actor: Actor, userId: UserId): Promise<void> {
  if (actor.userId === userId) return;
  const found = await source.query(`SELECT 1 FROM users u WHERE u.id = $1 AND ${isManaged('u', '$2')}`, [
    userId,
    jurisdictionOf(actor),
  ]);
  if (!Array.isArray(found) || found.length === 0) throw new NotFound('user');
}

/** @throws ValidationFailed at `field` that names the users who aren't there or aren't the actor's to manage */
export function requireManaged(
  manager: EntityManager,
  userIds: readonly UserId[],
  field: string,
  jurisdiction: Jurisdiction,
): Promise<void> {
  const where = { sql: isManaged('t', '$2'), parameter: jurisdiction };
  return requireKnown(manager, User, userIds, field, 'user', where);
}

/** @throws ValidationFailed at `field` that names the groups that aren't there or aren't the actor's to fill */
export function requireAdministered(
  tx: Transaction,
  groupIds: readonly UserGroupId[],
  field: string,
  jurisdiction: Jurisdiction,
): Promise<void> {
  const where = { sql: isAdministered('t', '$2'), parameter: jurisdiction };
  return requireKnown(tx.manager, UserGroup, groupIds, field, 'user group', where);
}

/**
 * What a group admin may not give: a role, or a place outside of their groups.
 * @throws ValidationFailed at `role` or `groupIds`
 */
export function assertWithin(
  jurisdiction: Jurisdiction,
  asked: { role?: Role | undefined; groupIds?: readonly UserGroupId[] | undefined },
): void {
  if (jurisdiction === null) return;
  if (asked.role !== undefined && asked.role !== 'user') {
    throw ValidationFailed.field('role', 'not_permitted', 'Only administrators give other roles than user.');
  }
  if (asked.groupIds?.length === 0) {
    throw ValidationFailed.field('groupIds', 'too_few', 'Choose at least one of your groups.', { min: 1 });
  }
}
