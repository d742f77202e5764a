import type { Role } from '#libs/contracts';
import type { DataSource } from 'typeorm';
import {
  changedFields,
  readPage,
  replaceLinks,
  User,
  UserGroupAdministrator,
  type Page,
  type Transaction,
  type UnitOfWork,
} from '#libs/database';
import { newId, ValidationFailed, type Actor, type Clock, type UserGroupId, type UserId } from '#libs/kernel';
import { countsAt } from './counting-user.js';
import {
  assertManages,
  assertWithin,
  jurisdictionOf,
  requireAdministered,
  requireManaged,
  type Jurisdiction,
} from './jurisdiction.js';
import { assertAdminRemains } from './last-admin.js';
import { LoginRegistry } from './login-registry.js';
import type { LoginThrottle } from './login-throttle.js';
import type { MailOutbox } from './mail/mail-outbox.js';
import { dropPasswordLink } from './mail/password-links.js';
import { postLink } from './mail/password-recovery.js';
import { hashPassword } from './password-hash.js';
import { assertGoodPassword, makeOneTimePassword } from './password-policy.js';
import { assertTokenLimits } from './token-limits.js';
import { readUser, userList, userProfile, type UserFilter, type UserProfile } from './user-rows.js';

/** What makes a user. */
export interface NewUser {
  username: string;
  name: string;
  email?: string | null | undefined;
  role: Role;
  /** Absent or empty: a one-time password is made. */
  password?: string | undefined;
  /** Mails a link to set the password, in place of a one-time password. */
  mailPasswordLink?: boolean | undefined;
  mustChangePassword?: boolean | undefined;
  secondFactorRequired?: boolean | undefined;
  groupIds?: readonly UserGroupId[] | undefined;
  active?: boolean | undefined;
  /** null: the account never ends. */
  validUntil?: Date | null | undefined;
  language?: string | null | undefined;
}

/** What changes; absent stays. An empty password is an absent one. */
export type UserChanges = Partial<Omit<NewUser, 'mailPasswordLink'>>;

const GROUPS_OF_USER = { table: 'user_group_members', owner: 'user_id', member: 'group_id' };

/** Lists, adds, changes and deletes users: for a group admin those that they manage, the others aren't there (FEATURES A7). */
export class UserDirectory {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly throttle: LoginThrottle,
    private readonly clock: Clock,
    private readonly outbox: MailOutbox,
  ) {}

  /** One page of the users that match. */
  list(actor: Actor, filter: UserFilter): Promise<Page<UserProfile>> {
    const { sql, parameters } = userList(filter, jurisdictionOf(actor), this.clock.now());
    return readPage(this.dataSource, userProfile, sql, parameters, filter);
  }

  /** @throws NotFound */
  get(actor: Actor, userId: UserId): Promise<UserProfile> {
    return readUser(this.dataSource, userId, jurisdictionOf(actor));
  }

  /** Adds a user; without a given password the made one is told this once. @throws ValidationFailed, LoginRequired */
  async create(actor: Actor, asked: NewUser): Promise<{ user: UserProfile; oneTimePassword: string | null }> {
    assertTokenLimits(actor, null, asked);
    const jurisdiction = jurisdictionOf(actor);
    assertWithin(jurisdiction, { ...asked, groupIds: asked.groupIds ?? [] });
    const oneTimePassword = asked.password || asked.mailPasswordLink ? null : makeOneTimePassword();
    const passwordHash = await firstHash(asked, oneTimePassword);
    const user = await this.unitOfWork.run(actor, async (tx) => {
      const id = newId<UserId>();
      await tx.of(User).insert({
        id,
        username: asked.username,
        name: asked.name,
        email: asked.email ?? null,
        role: asked.role,
        passwordHash,
        mustChangePassword: oneTimePassword !== null || asked.mustChangePassword === true,
        secondFactorRequired: asked.secondFactorRequired ?? false,
        active: asked.active ?? true,
        validUntil: asked.validUntil ?? null,
        language: asked.language ?? null,
        createdAt: tx.now,
        updatedAt: tx.now,
      });
      await replaceGroups(tx, id, asked.groupIds ?? [], jurisdiction);
      const created = await readLocked(tx, id, null);
      await record(tx, 'user.create', created, null, shown(created));
      if (asked.mailPasswordLink) await postLink(this.outbox, tx, created, 'welcome');
      if (created.groupIds.length > 0) await tx.notify('access.changed', { reason: 'user created' });
      return created;
    });
    return { user, oneTimePassword };
  }

  /**
   * Changes a user. A new password, a disabled or ended account or a new user name ends their logins.
   * @throws NotFound, LastAdmin, ValidationFailed, LoginRequired
   */
  async update(actor: Actor, userId: UserId, changes: UserChanges): Promise<UserProfile> {
    const jurisdiction = jurisdictionOf(actor);
    assertWithin(jurisdiction, changes);
    const passwordHash = changes.password ? await hashPassword(changes.password) : undefined;
    return this.unitOfWork.run(actor, async (tx) => {
      await assertManages(tx.manager, actor, userId);
      if (losesAdmin(changes)) await assertAdminRemains(tx, [userId]);
      const before = await readLocked(tx, userId, jurisdiction);
      assertTokenLimits(actor, before, changes);
      if (changes.password) assertGoodPassword(changes.password, changes.username ?? before.username);
      await tx.of(User).update({ id: userId }, columnsOf(changes, passwordHash, tx.now));
      if (changes.groupIds) await replaceGroups(tx, userId, changes.groupIds, jurisdiction);
      if (before.role === 'group_admin') await dropAdministration(tx, userId, changes);
      const after = await readLocked(tx, userId, null);
      const told = { ...shown(after), ...(passwordHash && { password: 'changed' }) };
      const change = changedFields(shown(before), told);
      if (change) await record(tx, 'user.update', after, change.before, change.after);
      await announce(tx, before, after, passwordHash !== undefined);
      if (passwordHash !== undefined || before.email !== after.email) await dropPasswordLink(tx, userId);
      const by = actor.username;
      if (passwordHash !== undefined) await this.outbox.post(tx, after, 'password-changed', { by });
      if (before.email !== after.email) await this.outbox.post(tx, before, 'email-changed', { by });
      return after;
    });
  }

  /** Gives a user a new one-time password and ends their logins. @throws NotFound */
  async resetPassword(actor: Actor, userId: UserId): Promise<string> {
    const oneTimePassword = makeOneTimePassword();
    const passwordHash = await hashPassword(oneTimePassword);
    await this.unitOfWork.run(actor, async (tx) => {
      const user = await readLocked(tx, userId, jurisdictionOf(actor));
      await tx.of(User).update({ id: userId }, { passwordHash, mustChangePassword: true, updatedAt: tx.now });
      await record(tx, 'user.reset-password', user);
      await dropPasswordLink(tx, userId);
      await this.outbox.post(tx, user, 'password-changed', { by: actor.username });
      await endLogins(tx, userId);
    });
    return oneTimePassword;
  }

  /**
   * Deletes users with their keys, memberships and logins; history keeps their names.
   * @throws ValidationFailed, LastAdmin
   */
  async delete(actor: Actor, userIds: readonly UserId[]): Promise<void> {
    await this.unitOfWork.run(actor, async (tx) => {
      await requireManaged(tx.manager, userIds, 'ids', jurisdictionOf(actor));
      await remove(tx, userIds);
    });
  }

  /** Deletes one user. @throws NotFound, LastAdmin */
  async deleteOne(actor: Actor, userId: UserId): Promise<void> {
    await this.unitOfWork.run(actor, async (tx) => {
      await readLocked(tx, userId, jurisdictionOf(actor));
      await remove(tx, [userId]);
    });
  }

  /** Until when too many wrong passwords or codes keep a user out; null: they don't. @throws NotFound */
  async lockedUntil(actor: Actor, userId: UserId): Promise<Date | null> {
    const { username } = await this.get(actor, userId);
    return this.throttle.lockedUntil(username);
  }

  /** Lets a throttled account try again at once. @throws NotFound */
  async unlock(actor: Actor, userId: UserId): Promise<void> {
    await this.unitOfWork.run(actor, async (tx) => {
      const user = await readLocked(tx, userId, jurisdictionOf(actor));
      await this.throttle.unlock(user.username);
      await record(tx, 'user.unlock', user);
    });
  }
}

/** Of a new user's password; null while they have yet to set one by a mailed link. */
async function firstHash(asked: NewUser, oneTimePassword: string | null): Promise<string | null> {
  const { password, username, mailPasswordLink } = asked;
  if (!mailPasswordLink) {
    if (password) assertGoodPassword(password, username);
    return hashPassword(password || (oneTimePassword ?? ''));
  }
  if (!password) return null;
  const message = 'Either give a password or mail a link to set one, not both.';
  throw ValidationFailed.field('password', 'conflicting', message);
}

function columnsOf(changes: UserChanges, passwordHash: string | undefined, now: Date): Partial<User> {
  const { password: _, groupIds: __, ...columns } = changes;
  const secret = passwordHash && { passwordHash, mustChangePassword: changes.mustChangePassword ?? false };
  const given: [string, unknown][] = Object.entries(columns);
  const named = given.filter(([, value]) => value !== undefined);
  return { ...Object.fromEntries(named), ...secret, updatedAt: now };
}

function losesAdmin({ role, active, validUntil }: UserChanges): boolean {
  const hasEnd = validUntil !== undefined && validUntil !== null;
  return (role !== undefined && role !== 'admin') || active === false || hasEnd;
}

async function remove(tx: Transaction, userIds: readonly UserId[]): Promise<void> {
  await assertAdminRemains(tx, userIds);
  for (const userId of userIds) {
    const user = await readLocked(tx, userId, null);
    await record(tx, 'user.delete', user, shown(user), null);
    await tx.notify('user.changed', { userId });
  }
  await tx.of(User).delete([...userIds]);
  await tx.notify('access.changed', { reason: 'user deleted' });
}

async function replaceGroups(
  tx: Transaction,
  userId: UserId,
  groupIds: readonly UserGroupId[],
  jurisdiction: Jurisdiction,
): Promise<void> {
  await requireAdministered(tx, groupIds, 'groupIds', jurisdiction);
  await replaceLinks(tx.manager, GROUPS_OF_USER, userId, groupIds);
}

/** Whoever is no group admin any more administers nothing, also when they become one again. */
async function dropAdministration(tx: Transaction, userId: UserId, { role }: UserChanges): Promise<void> {
  if (role === undefined || role === 'group_admin') return;
  await tx.of(UserGroupAdministrator).delete({ userId });
}

function readLocked(tx: Transaction, userId: UserId, jurisdiction: Jurisdiction): Promise<UserProfile> {
  return readUser(tx.manager, userId, jurisdiction, true);
}

async function announce(
  tx: Transaction,
  before: UserProfile,
  after: UserProfile,
  newPassword: boolean,
): Promise<void> {
  const disabled = countsAt(before, tx.now) && !countsAt(after, tx.now);
  const renamed = before.username !== after.username;
  const dated = before.validUntil?.getTime() !== after.validUntil?.getTime();
  const isOther =
    dated || before.role !== after.role || before.secondFactorRequired !== after.secondFactorRequired;
  if (disabled || renamed || newPassword) await endLogins(tx, after.id);
  // gateways know the end and the role of who is there, and what is demanded of their logins
  else if (isOther) await tx.notify('user.changed', { userId: after.id });
  const regrouped = before.groupIds.join() !== after.groupIds.join();
  if (disabled || dated || regrouped) await tx.notify('access.changed', { reason: 'user changed' });
}

async function endLogins(tx: Transaction, userId: UserId): Promise<void> {
  await LoginRegistry.revokeAll(tx, userId);
  await tx.notify('user.changed', { userId });
}

/** What of a profile stands in the operations log. */
function shown(user: UserProfile): Record<string, unknown> {
  const { username, name, email, role, active, validUntil, language, groupIds } = user;
  const { mustChangePassword, secondFactorRequired } = user;
  const login = { mustChangePassword, secondFactorRequired };
  return { username, name, email, role, active, validUntil, language, ...login, groupIds };
}

function record(
  tx: Transaction,
  action: string,
  user: UserProfile,
  before: Record<string, unknown> | null = null,
  after: Record<string, unknown> | null = null,
): Promise<void> {
  const subject = { subjectType: 'user', subjectId: user.id, subjectName: user.username };
  return tx.record({ action, ...subject, before, after });
}
