import { z } from 'zod';
import {
  matches,
  orderBy,
  searchText,
  sortFields,
  type ListSql,
  type PageRequest,
  type SqlSource,
} from '#libs/database';
import { asId, NotFound, type UserGroupId, type UserId } from '#libs/kernel';
import { isAdministered, isManaged, type Jurisdiction } from './jurisdiction.js';

/** One row of {@link GROUP_COLUMNS}. */
export const userGroupProfile = z.object({
  id: z.string().transform(asId<UserGroupId>),
  name: z.string(),
  comment: z.string(),
  memberIds: z.array(z.string().transform(asId<UserId>)),
  administratorIds: z.array(z.string().transform(asId<UserId>)),
  createdAt: z.date(),
});

/** A user group with the members and administrators that the reader may see. */
export type UserGroupProfile = z.infer<typeof userGroupProfile>;

/** Of a user group `g`, for the jurisdiction of the parameter `$2`. */
const GROUP_COLUMNS = `g.id, g.name, g.comment,
  ARRAY(SELECT m.user_id FROM user_group_members m JOIN users u ON u.id = m.user_id
        WHERE m.group_id = g.id AND ${isManaged('u', '$2')} ORDER BY m.user_id) AS "memberIds",
  ARRAY(SELECT a.user_id FROM user_group_administrators a
        WHERE a.group_id = g.id AND ($2::uuid IS NULL OR a.user_id = $2) ORDER BY a.user_id) AS "administratorIds",
  g.created_at AS "createdAt"`;

const SORTS = { name: 'g.name', createdAt: 'g.created_at' };

/** Fields by which user groups can be sorted. */
export const USER_GROUP_SORTS = sortFields(SORTS);

/** The list as SQL with its parameters; `q` searches name and comment. */
export function userGroupList(
  request: PageRequest,
  jurisdiction: Jurisdiction,
): { sql: ListSql; parameters: unknown[] } {
  const sql = {
    columns: GROUP_COLUMNS,
    from: `user_groups g WHERE ${matches('$1', 'g.name', 'g.comment')} AND ${isAdministered('g', '$2')}`,
    order: orderBy(request.sort, SORTS, 'name', 'g.id'),
  };
  return { sql, parameters: [searchText(request.q), jurisdiction] };
}

/** These groups whole, locked in the order of their ids until the transaction ends. @throws NotFound */
export async function readUserGroups(
  source: SqlSource,
  ids: readonly UserGroupId[],
): Promise<UserGroupProfile[]> {
  const rows = await source.query(
    `SELECT ${GROUP_COLUMNS} FROM user_groups g WHERE g.id = ANY($1) ORDER BY g.id FOR UPDATE OF g`,
    [ids, null],
  );
  const groups = userGroupProfile.array().parse(rows);
  if (groups.length < ids.length) throw new NotFound('user group');
  return groups;
}

/** One group of the jurisdiction; inside a transaction with the row locked until it ends. @throws NotFound */
export async function readUserGroup(
  source: SqlSource,
  id: UserGroupId,
  jurisdiction: Jurisdiction,
  lock = false,
): Promise<UserGroupProfile> {
  const locking = lock ? 'FOR UPDATE OF g' : '';
  const rows = await source.query(
    `SELECT ${GROUP_COLUMNS} FROM user_groups g WHERE g.id = $1 AND ${isAdministered('g', '$2')} ${locking}`,
    [id, jurisdiction],
  );
  const [found] = userGroupProfile.array().parse(rows);
  if (!found) throw new NotFound('user group');
  return found;
}
