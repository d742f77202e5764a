import { In, IsNull, type DataSource, type EntityManager } from 'typeorm';
import { z } from 'zod';
import {
  compareWithShown,
  ImportOutdated,
  PublicKey,
  User,
  UserGroup,
  UserGroupAdministrator,
  type DraftRow,
  type OperationRecord,
  type PlannedRow,
  type RunCounts,
  type RunWishes,
  type ShownRow,
  type Transaction,
  type UnitOfWork,
} from '#libs/database';
import { asId, newId, parsePublicKey, ValidationFailed, type Actor, type UserId } from '#libs/kernel';
import { countsAt } from './counting-user.js';
import { LastAdmin } from './failures.js';
import { LoginRegistry } from './login-registry.js';
import type { MailOutbox, MailRecipient } from './mail/mail-outbox.js';
import { postWelcomes } from './mail/password-recovery.js';
import { hashMadePassword } from './password-hash.js';
import { makeOneTimePassword } from './password-policy.js';
import {
  planUsers,
  type UserImportFields,
  type UserPlan,
  type UserState,
  type UserWorld,
} from './user-import-plan.js';
import { readUsersNamed } from './user-rows.js';

/** Rows that are written at once. */
const CHUNK = 500;
const owners = z.array(z.object({ blob: z.string(), userId: z.string().transform(asId<UserId>) }));

/** A user who was added, and the password that is told this once. */
export interface AddedUser {
  username: string;
  oneTimePassword: string;
}

/** How a run ended. */
export interface UserRunCounts extends RunCounts {
  /** Without those to whom a link is mailed. */
  addedUsers: AddedUser[];
  /** New users to whom a link is mailed. */
  mailed: number;
}

/** How a run of users goes. */
export interface UserRunWishes extends RunWishes {
  /** Whoever is new and has an e-mail address gets a link to set the password, in place of a one-time password. */
  mailPasswordLinks: boolean;
}

interface WrittenUser {
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

/** Adds and changes users by the rows of a spreadsheet (FEATURES U12): found by user name, one transaction, no query per row. */
export class UserImport {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly outbox: MailOutbox,
  ) {}

  /** What would become of the rows now; nothing is written. */
  async plan(drafts: readonly DraftRow<UserImportFields>[]): Promise<PlannedRow[]> {
    return planUsers(await readWorld(this.dataSource.manager, drafts), drafts);
  }

  /**
   * Does what was shown, and only that. Whoever is new gets a one-time password, which is in the answer and nowhere else,
   * or a mailed link to set one.
   * @throws ImportOutdated, LastAdmin; ValidationFailed at `mailPasswordLinks`: mail is off
   */
  run(
    actor: Actor,
    rows: readonly ShownRow<UserImportFields>[],
    wishes: UserRunWishes,
  ): Promise<UserRunCounts> {
    return this.unitOfWork.run(actor, async (tx) => {
      await lockAdmins(tx);
      const plans = planUsers(await readWorld(tx.manager, rows, true), rows);
      const refused = compareWithShown(rows, plans);
      if (wishes.allOrNothing && refused.size > 0) throw new ImportOutdated(refused.size);
      const good = plans.filter(({ row }) => !refused.has(row));
      const addedUsers: AddedUser[] = [];
      let mailed = 0;
      for (let start = 0; start < good.length; start += CHUNK) {
        const written = await write(tx, good.slice(start, start + CHUNK), wishes.mailPasswordLinks);
        for (const { state, oneTimePassword } of written)
          if (oneTimePassword !== null) addedUsers.push({ username: state.username, oneTimePassword });
        const invited = written.filter(({ isInvited }) => isInvited);
        await postWelcomes(this.outbox, tx, invited.map(recipientOf));
        mailed += invited.length;
        await wishes.progress(start + written.length);
      }
      if ((await lockAdmins(tx)).length === 0) throw new LastAdmin();
      const added = good.filter(({ before }) => before === null).length;
      const counts = { added, changed: good.length - added, refused: refused.size };
      await tx.record({
        action: 'user.import',
        subjectType: 'user',
        subjectId: null,
        subjectName: `${good.length} users`,
        after: counts,
      });
      await wishes.settle(tx, refused);
      return { ...counts, addedUsers, mailed };
    });
  }
}

/** Whoever administers for good, locked in the order in which others lock them. */
function lockAdmins(tx: Transaction): Promise<User[]> {
  return tx.of(User).find({
    where: { role: 'admin', active: true, validUntil: IsNull() },
    select: { id: true },
    order: { id: 'ASC' },
    lock: { mode: 'pessimistic_write' },
  });
}

async function readWorld(
  manager: EntityManager,
  drafts: readonly DraftRow<UserImportFields>[],
  lock = false,
): Promise<UserWorld> {
  const usernames = drafts.map(({ name }) => name);
  const users = await readUsersNamed(manager, usernames, lock);
  const groups = await manager.getRepository(UserGroup).find({ select: { id: true, name: true } });
  const blobs = drafts.flatMap(({ fields }) => blobOf(fields.publicKey));
  const rows: unknown = await manager.query(
    'SELECT blob, user_id AS "userId" FROM public_keys WHERE blob = ANY($1)',
    [blobs],
  );
  const admins = await manager.getRepository(User).find({
    where: { role: 'admin', active: true, validUntil: IsNull() },
    select: { id: true },
  });
  return {
    users: new Map(users.map((user) => [user.username, user])),
    groups: new Map(groups.map(({ id, name }) => [name, id])),
    keyOwners: new Map(owners.parse(rows).map(({ blob, userId }) => [blob, userId])),
    adminIds: new Set(admins.map(({ id }) => id)),
  };
}

function blobOf(line: string | undefined): string[] {
  if (line === undefined) return [];
  try {
    return [parsePublicKey(line).blob];
  } catch (error) {
    if (error instanceof ValidationFailed) return []; // the plan says so at its cell
    throw error;
  }
}

async function write(
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

function recipientOf({ id, state: { email } }: WrittenUser): MailRecipient {
  return { id, email };
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
