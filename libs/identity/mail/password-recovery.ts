import { setTimeout as sleep } from 'node:timers/promises';
import { In, Raw, type DataSource } from 'typeorm';
import { LoginAttempt, Mail, PasswordLink, User, type Transaction, type UnitOfWork } from '#libs/database';
import { NotFound, ValidationFailed, type Actor, type Clock, type UserId } from '#libs/kernel';
import type { Authenticator, LoginOrigin } from '../authenticator.js';
import { countsAt } from '../counting-user.js';
import { assertManages } from '../jurisdiction.js';
import { LoginRegistry } from '../login-registry.js';
import { hashPassword } from '../password-hash.js';
import { assertGoodPassword } from '../password-policy.js';
import type { MailOutbox, MailRecipient } from './mail-outbox.js';
import { findPasswordLink } from './password-links.js';
import type { RecoveryThrottle } from './recovery-throttle.js';

/** Every answer to a forgotten password takes at least so long: how much was done can't be told from outside. */
const ANSWER_MS = 400;
/** Several accounts may have one address; each gets its own mail, up to so many. */
const ACCOUNTS_OF_ADDRESS = 5;
const METHOD = 'mail-link';

/** Who decides and writes down what is done here. */
export interface RecoveryParts {
  dataSource: DataSource;
  unitOfWork: UnitOfWork;
  clock: Clock;
  authenticator: Authenticator;
  throttle: RecoveryThrottle;
  outbox: MailOutbox;
}

/** Passwords by mailed links: forgotten ones (FEATURES A4), and first ones of new users (FEATURES U1). */
export class PasswordRecovery {
  constructor(private readonly parts: RecoveryParts) {}

  /**
   * Somebody forgot the password of this user name or e-mail address. Whoever has it gets a mail; the answer and its
   * time are the same in every case.
   * @throws TooManyTries, whether or not there is such an account
   */
  async request(typed: string, origin: LoginOrigin): Promise<void> {
    const answerAt = sleep(ANSWER_MS);
    const name = typed.trim().toLowerCase();
    await this.parts.throttle.ask(name, origin.address);
    try {
      const users = await this.usersCalled(name);
      const reachable = users.filter((user) => user.email && countsAt(user, this.parts.clock.now()));
      for (const user of reachable) await this.mail(user, origin);
      if (reachable.length === 0) await this.refuse(typed, origin, users);
    } finally {
      await answerAt;
    }
  }

  /**
   * Sets a password with a link's token. The link is gone after it, and the user's logins end; the next login asks for
   * the second factor as ever.
   * @throws ValidationFailed at `token` or `newPassword`; TooManyTries
   */
  async setPassword(token: string, newPassword: string, origin: LoginOrigin): Promise<void> {
    const { dataSource, unitOfWork, throttle, authenticator, clock } = this.parts;
    await throttle.tryLink(origin.address);
    const link = await findPasswordLink(dataSource.manager, token);
    const user = link && (await authenticator.activeUser(link.userId));
    if (!user || link.expiresAt <= clock.now()) {
      await authenticator.recordRefusal(user?.username ?? '', METHOD, origin, 'link does not count');
      throw refusedLink();
    }
    assertGoodPassword(newPassword, user.username, 'newPassword');
    const passwordHash = await hashPassword(newPassword);
    const { id: userId, username, role } = user;
    await unitOfWork.run({ userId, username, role, ...origin }, async (tx) => {
      const { affected } = await tx.of(PasswordLink).delete({ id: link.id });
      if (affected !== 1) throw refusedLink(); // used, or replaced, since it was looked up
      await tx
        .of(User)
        .update({ id: userId }, { passwordHash, mustChangePassword: false, updatedAt: tx.now });
      await recordOn(tx, 'user.set-password', user);
      await LoginRegistry.revokeAll(tx, userId);
      await tx.notify('user.changed', { userId });
      await this.parts.outbox.post(tx, user, 'password-changed', { by: username });
    });
    await authenticator.recordLinkUse(user, METHOD, origin);
  }

  /**
   * Mails a user a link to set their password; their present one stays until they do. Whoever has logged in before is
   * not welcomed again: the mail says who sent it, and its link counts for a shorter time.
   * @throws NotFound; ValidationFailed at `email`: they have none, or mail is off
   */
  async sendLink(actor: Actor, userId: UserId): Promise<void> {
    await this.parts.unitOfWork.run(actor, async (tx) => {
      await assertManages(tx.manager, actor, userId);
      const user = await tx.of(User).findOneBy({ id: userId });
      if (!user) throw new NotFound('user');
      const kind = (await hasBegun(tx, user)) ? 'password-link' : 'welcome';
      await postLink(this.parts.outbox, tx, user, kind);
      await recordOn(tx, 'user.mail-password-link', user);
    });
  }

  /**
   * The mail with the newest link that somebody sent a user, however far it came; null: none in the last 30 days.
   * @throws NotFound
   */
  async newestLinkMail(actor: Actor, userId: UserId): Promise<Mail | null> {
    const { manager } = this.parts.dataSource;
    await assertManages(manager, actor, userId);
    const where = { userId, kind: In(['welcome', 'password-link']) };
    return manager.getRepository(Mail).findOne({ where, order: { createdAt: 'DESC', id: 'DESC' } });
  }

  private usersCalled(name: string): Promise<User[]> {
    const byAddress = Raw((column) => `lower(${column}) = :name`, { name });
    const where = [{ username: name }, { email: byAddress }];
    return this.parts.dataSource.getRepository(User).find({ where, take: ACCOUNTS_OF_ADDRESS });
  }

  private async mail(user: User, { address, way }: LoginOrigin): Promise<void> {
    const { unitOfWork, throttle, outbox } = this.parts;
    if (!(await throttle.mayMail(user.id))) return;
    const nobody: Actor = { userId: null, username: 'somebody', role: null, address, way };
    await unitOfWork.run(nobody, async (tx) => {
      const queued = await outbox.post(tx, user, 'password-reset', { address });
      if (queued) await recordOn(tx, 'user.forgotten-password', user);
    });
  }

  private refuse(typed: string, origin: LoginOrigin, [user]: User[]): Promise<void> {
    const now = this.parts.clock.now();
    const reason = !user ? 'unknown user' : countsAt(user, now) ? 'no e-mail address' : 'disabled user';
    return this.parts.authenticator.recordRefusal(user?.username ?? typed, METHOD, origin, reason);
  }
}

/** Whether the account is in use: a password of their own, or a login by whatever means. */
async function hasBegun(tx: Transaction, user: User): Promise<boolean> {
  if (user.passwordHash !== null && !user.mustChangePassword) return true;
  return tx.of(LoginAttempt).existsBy({ userId: user.id, succeeded: true });
}

/** Queues the mail with which a user sets a first password, or another. @throws ValidationFailed at `email` */
export async function postLink(
  outbox: MailOutbox,
  tx: Transaction,
  user: MailRecipient,
  kind: 'welcome' | 'password-link',
): Promise<void> {
  if (!user.email) throw ValidationFailed.field('email', 'required', 'Give an e-mail address to mail to.');
  if (await outbox.post(tx, user, kind, { by: tx.actor.username })) return;
  throw mailIsOff('email');
}

/** Queues it for several users who have an address. @throws ValidationFailed at `mailPasswordLinks` */
export async function postWelcomes(
  outbox: MailOutbox,
  tx: Transaction,
  users: readonly MailRecipient[],
): Promise<void> {
  const queued = await outbox.postAll(tx, users, 'welcome', { by: tx.actor.username });
  if (queued < users.length) throw mailIsOff('mailPasswordLinks');
}

function mailIsOff(field: string): ValidationFailed {
  const message = 'Mail is switched off: set up Settings → Mail first, or hand over a one-time password.';
  return ValidationFailed.field(field, 'mail_is_off', message);
}

function refusedLink(): ValidationFailed {
  const message =
    'This link does not count: it was used, its time is over, or a newer one was sent. Ask for a new one.';
  return ValidationFailed.field('token', 'link_refused', message);
}

function recordOn(tx: Transaction, action: string, user: User): Promise<void> {
  return tx.record({ action, subjectType: 'user', subjectId: user.id, subjectName: user.username });
}
