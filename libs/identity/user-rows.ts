import { z } from 'zod';
import { ROLES, type Role } from '#libs/contracts';
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
import { userCounts } from './counting-user.js';
import { isManaged, type Jurisdiction } from './jurisdiction.js';

/** One row of {@link USER_COLUMNS}: a user as others may see them, no secret. */
export const userProfile = z.object({
  id: z.string().transform(asId<UserId>),
  username: z.string(),
  name: z.string(),
  email: z.string().nullable(),
  role: z.enum(ROLES),
  active: z.boolean(),
  /** When the account ends; null: never. */
  validUntil: z.date().nullable(),
  language: z.string().nullable(),
  mustChangePassword: z.boolean(),
  secondFactorRequired: z.boolean(),
  hasSecondFactor: z.boolean(),
  /** Whether they can log in with a password at all. */
  hasPassword: z.boolean(),
  groupIds: z.array(z.string().transform(asId<UserGroupId>)),
  publicKeyCount: z.number(),
  createdAt: z.date(),
  updatedAt: z.date(),
});

/** A user as others may see them. */
export type UserProfile = z.infer<typeof userProfile>;

/** Of a user `u`. */
const USER_COLUMNS = `u.id, u.username, u.name, u.email, u.role, u.active, u.language,
  u.valid_until AS "validUntil",
  u.second_factor_required AS "secondFactorRequired",
  EXISTS (SELECT 1 FROM second_factors f WHERE f.user_id = u.id AND f.confirmed_at IS NOT NULL) AS "hasSecondFactor",
  u.must_change_password AS "mustChangePassword", u.password_hash IS NOT NULL AS "hasPassword",
  ARRAY(SELECT m.group_id FROM user_group_members m WHERE m.user_id = u.id ORDER BY m.group_id) AS "groupIds",
  (SELECT count(*)::int FROM public_keys k WHERE k.user_id = u.id) AS "publicKeyCount",
  u.created_at AS "createdAt", u.updated_at AS "updatedAt"`;

const SORTS = {
  username: 'u.username',
  name: 'u.name',
  email: 'u.email',
  role: 'u.role',
  active: 'u.active',
  validUntil: 'u.valid_until',
  createdAt: 'u.created_at',
};

/** Fields by which users can be sorted. */
export const USER_SORTS = sortFields(SORTS);

/** Whether a user can log in: `active` they can, `disabled` by hand, `ended` by their own date. */
export const USER_STATES = ['active', 'disabled', 'ended'] as const;
export type UserState = (typeof USER_STATES)[number];

/** Which users a list shows. */
export interface UserFilter extends PageRequest {
  role?: Role | undefined;
  active?: boolean | undefined;
  state?: UserState | undefined;
  groupId?: UserGroupId | undefined;
}

/** SQL: the {@link UserState} of a user `u` at the moment of the parameter. */
const stateAt = (now: string): string =>
  `CASE WHEN ${userCounts('u', now)} THEN 'active' WHEN u.active THEN 'ended' ELSE 'disabled' END`;

/** The list as SQL with its parameters; `q` searches user name, name and e-mail. */
export function userList(
  filter: UserFilter,
  jurisdiction: Jurisdiction,
  now: Date,
): { sql: ListSql; parameters: unknown[] } {
  const conditions = [
    matches('$1', 'u.username', 'u.name', 'u.email'),
    '($2::text IS NULL OR u.role = $2)',
    '($3::boolean IS NULL OR u.active = $3)',
    '($4::uuid IS NULL OR u.id IN (SELECT m.user_id FROM user_group_members m WHERE m.group_id = $4))',
    isManaged('u', '$5'),
    `($6::text IS NULL OR ${stateAt('$7::timestamptz')} = $6)`,
  ];
  const sql = {
    columns: USER_COLUMNS,
    from: `users u WHERE ${conditions.join(' AND ')}`,
    order: orderBy(filter.sort, SORTS, 'username', 'u.id'),
  };
  const { q, role = null, active = null, groupId = null, state = null } = filter;
  return { sql, parameters: [searchText(q), role, active, groupId, jurisdiction, state, now] };
}

/** One user of the jurisdiction; inside a transaction with the row locked until it ends. @throws NotFound */
export async function readUser(
  source: SqlSource,
  id: UserId,
  jurisdiction: Jurisdiction,
  lock = false,
): Promise<UserProfile> {
  const locking = lock ? 'FOR UPDATE OF u' : '';
  const rows = await source.query(
    `SELECT ${USER_COLUMNS} FROM users u WHERE u.id = $1 AND ${isManaged('u', '$2')} ${locking}`,
    [id, jurisdiction],
  );
  const [found] = userProfile.array().parse(rows);
  if (!found) throw new NotFound('user');
  return found;
}

/** All users of these user names, in the order of their ids; inside a transaction with the rows locked until it ends. */
export async function readUsersNamed(
  source: SqlSource,
  usernames: readonly string[],
  lock = false,
): Promise<UserProfile[]> {
  const locking = lock ? 'FOR UPDATE OF u' : '';
  const rows = await source.query(
    `SELECT ${USER_COLUMNS} FROM users u WHERE u.username = ANY($1) ORDER BY u.id ${locking}`,
    [usernames],
  );
  return userProfile.array().parse(rows);
}
