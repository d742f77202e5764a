import { In } from 'typeorm';
import { PublicKey, UserGroupAdministrator, type OperationRecord, type Transaction } from '#libs/database';
import { newId, type UserId } from '#libs/kernel';
import { countsAt } from './counting-user.js';
import { LoginRegistry } from './login-registry.js';
import { hashMadePassword } from './password-hash.js';
import { makeOneTimePassword } from './password-policy.js';
import type { UserPlan, UserState } from './user-import-plan.js';

/** A user who was added or changed. */
export interface WrittenUser {
  id: UserId;
  plan: UserPlan;
  state: UserState;
  oneTimePassword: string | null;
  /** A link to set the password is mailed to them. */
  isInvited: boolean;
}

/** Recordset `r` of users in the parameter. */
const RECORDSET = `jsonb_to_recordset($1::jsonb) AS r(id uuid, username text, name text, email text, role text,
  active boolean, valid_until timestamptz, language text, password_hash text, group_ids uuid[])`;

/** Writes planned users with groups, keys, operations and what gateways hear; rows without a state are left out. */
export async function writeUsers(
  tx: Transaction,
  plans: readonly UserPlan[],
  mailPasswordLinks: boolean,
): Promise<WrittenUser[]> {
  const written = plans.flatMap((plan): WrittenUser[] => {
    const { before, state } = plan;
    if (!state) return [];
    const isInvited = before === null && mailPasswordLinks && state.email !== null;
    const oneTimePassword = before || isInvited ? null : makeOneTimePassword();
    return [{ id: before?.id ?? newId<UserId>(), plan, state, oneTimePassword, isInvited }];
  });
  await insert(
    tx,
    written.filter(({ plan }) => plan.before === null),
  );
  const changed = written.filter(({ plan }) => plan.before !== null);
  await update(tx, changed);
  await writeGroups(tx, written);
  await dropAdministration(tx, changed);
  await addKeys(tx, written);
  await tx.recordAll(written.map(operationOf));
  await announce(tx, written);
  return written;
}

async function insert(tx: Transaction, users: readonly WrittenUser[]): Promise<void> {
  if (users.length === 0) return;
  // one after the other: logins want their turn
  const hashes: (string | null)[] = [];
  for (const { oneTimePassword } of users)
    hashes.push(oneTimePassword === null ? null : await hashMadePassword(oneTimePassword));
  await tx.manager.query(
    `INSERT INTO users (id, username, name, email, role, active, valid_until, language, password_hash,
                        must_change_password, created_at, updated_at)
     SELECT r.id, r.username, r.name, r.email, r.role, r.active, r.valid_until, r.language, r.password_hash,
            r.password_hash IS NOT NULL, $2, $2 FROM ${RECORDSET}`,
    [recordsOf(users, hashes), tx.now],
  );
}

async function update(tx: Transaction, users: readonly WrittenUser[]): Promise<void> {
  await tx.manager.query(
    `UPDATE users u SET name = r.name, email = r.email, role = r.role, active = r.active,
       valid_until = r.valid_until, language = r.language, updated_at = $2 FROM ${RECORDSET} WHERE u.id = r.id`,
    [recordsOf(users), tx.now],
  );
}

async function writeGroups(tx: Transaction, users: readonly WrittenUser[]): Promise<void> {
  const records = recordsOf(users);
  await tx.manager.query(
    `DELETE FROM user_group_members m USING ${RECORDSET} WHERE m.user_id = r.id AND m.group_id <> ALL(r.group_ids)`,
    [records],
  );
  await tx.manager.query(
    `INSERT INTO user_group_members (user_id, group_id) SELECT r.id, unnest(r.group_ids) FROM ${RECORDSET}
     ON CONFLICT DO NOTHING`,
    [records],
  );
}

/** Whoever is no group admin any more administers nothing, also when they become one again. */
async function dropAdministration(tx: Transaction, users: readonly WrittenUser[]): Promise<void> {
  const ids = users
    .filter(({ plan, state }) => plan.before?.role === 'group_admin' && state.role !== 'group_admin')
    .map(({ id }) => id);
  if (ids.length > 0) await tx.of(UserGroupAdministrator).delete({ userId: In(ids) });
}

async function addKeys(tx: Transaction, users: readonly WrittenUser[]): Promise<void> {
  const keys = users.flatMap(({ id: userId, plan: { key }, state }) =>
    key ? [{ id: newId<PublicKey['id']>(), userId, ...key, username: state.username }] : [],
  );
  if (keys.length === 0) return;
  const { now: createdAt } = tx;
  await tx.of(PublicKey).insert(
    keys.map(({ id, userId, name, type, blob, fingerprint }) => {
      return { id, userId, name, type, blob, fingerprint, createdAt, lastUsedAt: null };
    }),
  );
  await tx.recordAll(
    keys.map(({ id, userId, name, type, fingerprint, username }) => ({
      action: 'public-key.create',
      subjectType: 'public-key',
      subjectId: id,
      subjectName: `${username}: ${name}`,
      after: { userId, name, type, fingerprint },
    })),
  );
}

/** As a change by hand leaves it. */
function operationOf({ id, plan, state }: WrittenUser): OperationRecord {
  const side = (which: 'before' | 'after'): Record<string, unknown> =>
    Object.fromEntries(plan.changes.map((change) => [change.field, change[which]]));
  return {
    action: plan.before ? 'user.update' : 'user.create',
    subjectType: 'user',
    subjectId: id,
    subjectName: state.username,
    before: plan.before && side('before'),
    after: plan.before ? side('after') : { ...state },
  };
}

/** Logins of whoever no longer counts end; gateways look again at whom something else changed for. */
async function announce(tx: Transaction, users: readonly WrittenUser[]): Promise<void> {
  const after = ({ state }: WrittenUser) => ({
    active: state.active,
    validUntil: state.validUntil === null ? null : new Date(state.validUntil),
  });
  const ended = users.filter(
    (user) => user.plan.before && countsAt(user.plan.before, tx.now) && !countsAt(after(user), tx.now),
  );
  if (ended.length > 0)
    await LoginRegistry.revokeAllOf(
      tx,
      ended.map(({ id }) => id),
    );
  const told = users.filter(({ plan }) => plan.before !== null);
  await tx.notifyAll(
    'user.changed',
    told.map(({ id: userId }) => ({ userId })),
  );
  await tx.notify('access.changed', { reason: 'users imported' });
}

function recordsOf(users: readonly WrittenUser[], hashes: readonly (string | null)[] = []): string {
  const records = users.map(({ id, state }, index) => {
    const { username, name, email, role, active, validUntil, language, groupIds } = state;
    const renamed = { valid_until: validUntil, group_ids: groupIds, password_hash: hashes[index] ?? null };
    return { id, username, name, email, role, active, language, ...renamed };
  });
  return JSON.stringify(records);
}
