import { In, LessThan, type DataSource } from 'typeorm';
import { Login, LoginChallenge, User, type Transaction, type UnitOfWork } from '#libs/database';
import { newId, NotFound, type Actor, type Clock, type LoginId, type UserId } from '#libs/kernel';
import type { CodeChecker } from './code-checker.js';
import { countsAt } from './counting-user.js';

/** A login that nobody uses ends. */
export const LOGIN_IDLE_MS = 30 * 60_000;
/** Every login ends. */
export const LOGIN_ABSOLUTE_MS = 12 * 60 * 60_000;
/** How often `lastSeenAt` is written at most. */
const TOUCH_MS = 60_000;
/** How long ended logins stay in the table. */
const KEEP_MS = 30 * 24 * 60 * 60_000;
const MAX_USER_AGENT = 300;

/** From where a login is made. */
export interface LoginPlace {
  address: string | null;
  userAgent: string;
}

/** A login that counts, and whose it is. */
export interface LiveLogin {
  user: User;
  login: Login;
  /** They must have a second factor and have none: all they may do is get one. */
  mustEnrol: boolean;
}

/** The logins to console and API. The row decides, not the token: revoking or disabling counts at once. */
export class LoginRegistry {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
    private readonly codes: CodeChecker,
  ) {}

  /**
   * Opens a login for a user who just proved who they are.
   * @param passedSecondFactor whether by a code too
   */
  async open(user: User, place: LoginPlace, passedSecondFactor: boolean): Promise<Login> {
    const now = this.clock.now();
    const logins = this.dataSource.getRepository(Login);
    const login = logins.create({
      id: newId<LoginId>(),
      userId: user.id,
      createdAt: now,
      expiresAt: new Date(now.getTime() + LOGIN_ABSOLUTE_MS),
      lastSeenAt: now,
      revokedAt: null,
      passedSecondFactor,
      address: place.address,
      userAgent: place.userAgent.replace(/[\p{Cc}\p{Cs}]/gu, '').slice(0, MAX_USER_AGENT),
    });
    await logins.insert(login);
    await logins.delete({ userId: user.id, expiresAt: LessThan(new Date(now.getTime() - KEEP_MS)) });
    return login;
  }

  /** The login and its user while both count, else null; so is one made without the code that its user has now. Using it keeps it from ending idle. */
  async check(loginId: LoginId): Promise<LiveLogin | null> {
    const now = this.clock.now();
    const login = await this.live(now).andWhere('login.id = :loginId', { loginId }).getOne();
    if (!login) return null;
    const user = await this.dataSource.getRepository(User).findOneBy({ id: login.userId });
    if (!user || !countsAt(user, now)) return null;
    const standing = login.passedSecondFactor ? 'none' : await this.codes.standing(user);
    if (standing === 'code') return null;
    if (now.getTime() - login.lastSeenAt.getTime() >= TOUCH_MS) {
      await this.dataSource.getRepository(Login).update({ id: login.id }, { lastSeenAt: now });
    }
    return { user, login, mustEnrol: standing === 'enrolment' };
  }

  /** The user's logins that count now, the latest first. */
  list(userId: UserId): Promise<Login[]> {
    return this.live(this.clock.now())
      .andWhere('login.userId = :userId', { userId })
      .orderBy('login.createdAt', 'DESC')
      .addOrderBy('login.id', 'DESC')
      .getMany();
  }

  /** Ends one of the actor's own logins. @throws NotFound when it isn't theirs or is over. */
  async revokeOwn(actor: Actor, userId: UserId, loginId: LoginId): Promise<void> {
    await this.unitOfWork.run(actor, async (tx) => {
      const login = await this.live(tx.now)
        .andWhere('login.id = :loginId AND login.userId = :userId', { loginId, userId })
        .getOne();
      if (!login) throw new NotFound('login');
      await tx.of(Login).update({ id: login.id }, { revokedAt: tx.now });
      await tx.record({
        action: 'login.revoke',
        subjectType: 'login',
        subjectId: login.id,
        subjectName: actor.username,
      });
      await tx.notify('user.changed', { userId });
    });
  }

  /** Ends all logins of a user, begun ones too, inside the use-case that changes them; `keep` is the one that makes the change. */
  static async revokeAll(tx: Transaction, userId: UserId, keep?: LoginId): Promise<void> {
    const revoke = tx.of(Login).createQueryBuilder().update().set({ revokedAt: tx.now });
    revoke.where('user_id = :userId AND revoked_at IS NULL', { userId });
    if (keep) revoke.andWhere('id <> :keep', { keep });
    await revoke.execute();
    await tx.of(LoginChallenge).delete({ userId });
  }

  /** Ends all logins of these users. */
  static async revokeAllOf(tx: Transaction, userIds: readonly UserId[]): Promise<void> {
    await tx.manager.query(
      'UPDATE logins SET revoked_at = $2 WHERE user_id = ANY($1) AND revoked_at IS NULL',
      [userIds, tx.now],
    );
    await tx.of(LoginChallenge).delete({ userId: In([...userIds]) });
  }

  /** Ends all logins, begun ones too. Gives how many counted. */
  static async revokeEverybodys(tx: Transaction): Promise<number> {
    const revoke = tx.of(Login).createQueryBuilder().update().set({ revokedAt: tx.now });
    revoke.where('revoked_at IS NULL AND expires_at > :now', { now: tx.now });
    const { affected } = await revoke.execute();
    await tx.of(LoginChallenge).createQueryBuilder().delete().execute();
    return affected ?? 0;
  }

  private live(now: Date): ReturnType<LoginRegistry['selectLogins']> {
    return this.selectLogins()
      .where('login.revokedAt IS NULL')
      .andWhere('login.expiresAt > :now', { now })
      .andWhere('login.lastSeenAt > :idleSince', { idleSince: new Date(now.getTime() - LOGIN_IDLE_MS) });
  }

  private selectLogins() {
    return this.dataSource.getRepository(Login).createQueryBuilder('login');
  }
}
