import { changedFields, User, type Transaction, type UnitOfWork } from '#libs/database';
import { NotFound, ValidationFailed, type Actor, type LoginId, type UserId } from '#libs/kernel';
import type { Authenticator } from './authenticator.js';
import { assertByLogin } from './failures.js';
import { LoginRegistry } from './login-registry.js';
import type { MailOutbox } from './mail/mail-outbox.js';
import { dropPasswordLink } from './mail/password-links.js';
import { hashPassword } from './password-hash.js';
import { assertGoodPassword } from './password-policy.js';

/** What users may change of themselves. */
export interface OwnChanges {
  name?: string | undefined;
  email?: string | null | undefined;
  language?: string | null | undefined;
  timeZone?: string | null | undefined;
  recentFirst?: boolean | undefined;
}

/** What a user does to their own account. */
export class OwnAccount {
  constructor(
    private readonly unitOfWork: UnitOfWork,
    private readonly authenticator: Authenticator,
    private readonly outbox: MailOutbox,
  ) {}

  /** Changes name, e-mail, language, time zone or the order of the own assets. @throws LoginRequired for the e-mail by an API token */
  async update(actor: Actor, userId: UserId, changes: OwnChanges): Promise<User> {
    return this.unitOfWork.run(actor, async (tx) => {
      const before = await lockedUser(tx, userId);
      // lost passwords are mended by mail
      if (changes.email !== undefined && changes.email !== before.email) assertByLogin(actor);
      const given = Object.entries(changes).filter(([, value]) => value !== undefined);
      await tx.of(User).update({ id: userId }, { ...Object.fromEntries(given), updatedAt: tx.now });
      const after = await lockedUser(tx, userId);
      const change = changedFields(shown(before), shown(after));
      if (change) await record(tx, 'user.update', after, change.before, change.after);
      if (before.email !== after.email) {
        await dropPasswordLink(tx, userId);
        await this.outbox.post(tx, before, 'email-changed', { by: actor.username });
      }
      return after;
    });
  }

  /**
   * Chooses a new password; all other logins of the user end.
   * @param keep the login that does this
   * @throws ValidationFailed at `currentPassword` or `newPassword`; TooManyTries
   */
  async changePassword(
    actor: Actor,
    user: User,
    keep: LoginId,
    passwords: { currentPassword: string; newPassword: string },
  ): Promise<void> {
    const { currentPassword, newPassword } = passwords;
    if (!(await this.authenticator.confirmPassword(user, currentPassword, actor))) {
      throw ValidationFailed.field('currentPassword', 'wrong_password', 'This is not your password.');
    }
    assertGoodPassword(newPassword, user.username, 'newPassword');
    if (newPassword === currentPassword) {
      throw ValidationFailed.field('newPassword', 'unchanged', 'Choose another password than before.');
    }
    const passwordHash = await hashPassword(newPassword);
    await this.unitOfWork.run(actor, async (tx) => {
      const changes = { passwordHash, mustChangePassword: false, updatedAt: tx.now };
      await tx.of(User).update({ id: user.id }, changes);
      await record(tx, 'user.change-password', user);
      await dropPasswordLink(tx, user.id);
      await this.outbox.post(tx, user, 'password-changed', { by: actor.username });
      await LoginRegistry.revokeAll(tx, user.id, keep);
      await tx.notify('user.changed', { userId: user.id });
    });
  }
}

async function lockedUser(tx: Transaction, userId: UserId): Promise<User> {
  const user = await tx.of(User).findOne({ where: { id: userId }, lock: { mode: 'pessimistic_write' } });
  if (!user) throw new NotFound('user');
  return user;
}

function shown({ name, email, language, timeZone, recentFirst }: User): Record<string, unknown> {
  return { name, email, language, timeZone, recentFirst };
}

function record(
  tx: Transaction,
  action: string,
  user: User,
  before: Record<string, unknown> | null = null,
  after: Record<string, unknown> | null = null,
): Promise<void> {
  const subject = { subjectType: 'user', subjectId: user.id, subjectName: user.username };
  return tx.record({ action, ...subject, before, after });
}
