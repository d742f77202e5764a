import { In, type DataSource } from 'typeorm';
import { LoginAttempt, PublicKey, User } from '#libs/database';
import { newId, type Actor, type Clock, type Id, type UserId, type Way } from '#libs/kernel';
import { countsAt } from './counting-user.js';
import { Throttled, type LoginThrottle } from './login-throttle.js';
import { passwordFits } from './password-hash.js';

/** From where and through which way somebody tries to log in. */
export interface LoginOrigin {
  /** Without a port. */
  address: string;
  way: Way;
}

type KeyId = Id<'public-key'>;

/** Keeps refused logins for the database while it is away; the process that has such a place gives it. */
export interface LoginKeeper {
  note(attempt: Pick<LoginAttempt, keyof LoginAttempt>): void;
}

/** Proves who somebody is, for console, API and SSH alike, and writes down every try. */
export class Authenticator {
  /** Without one a login that the database doesn't take can't be written down. */
  keeper: LoginKeeper | null = null;

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly throttle: LoginThrottle,
  ) {}

  /**
   * The active user whose password this is; null for an unknown user, a wrong password, a disabled and an ended user, after
   * the same time. Refusals are written down; a login is {@link recordLogin}'s, once all of it has passed.
   * @throws TooManyTries when the account or the address failed too often lately; the password isn't looked at then.
   */
  async checkPassword(username: string, password: string, origin: LoginOrigin): Promise<User | null> {
    const account = printable(username.toLowerCase());
    await this.enter(account, username, origin);
    const user = await this.findByUsername(account);
    const fits = await passwordFits(password, user?.passwordHash ?? null);
    const counts = user !== null && countsAt(user, this.clock.now());
    if (user && fits && counts) {
      await this.throttle.succeed(account, origin.address);
      return user;
    }
    const reason = user ? (fits ? whyNot(user) : 'wrong password') : 'unknown user';
    await this.write(username, user, 'password', origin, reason);
    return null;
  }

  /**
   * Whether it is the password of a user who is logged in. Failures count and are written like those of a login.
   * @throws TooManyTries
   */
  async confirmPassword(user: User, password: string, actor: Actor): Promise<boolean> {
    const origin = { address: actor.address ?? '', way: actor.way };
    await this.enter(user.username, user.username, origin);
    const fits = await passwordFits(password, user.passwordHash);
    if (fits) await this.throttle.succeed(user.username, origin.address);
    else await this.write(user.username, user, 'password', origin, 'wrong password at its change');
    return fits;
  }

  /** Whose key this is, when they are active and called so. @param blob public key blob, base64 */
  async findKeyOwner(username: string, blob: string): Promise<{ user: User; keyId: KeyId } | null> {
    const key = await this.dataSource.getRepository(PublicKey).findOneBy({ blob });
    if (!key) return null;
    const user = await this.activeUser(key.userId);
    return user?.username === username.toLowerCase() ? { user, keyId: key.id } : null;
  }

  /**
   * Writes down a login that is complete.
   * @param method all that was proved: `password`, `publickey+totp`…
   * @param keyId the public key whose signature was verified
   */
  async recordLogin(user: User, method: string, origin: LoginOrigin, keyId?: KeyId): Promise<void> {
    if (keyId) {
      await this.dataSource.getRepository(PublicKey).update({ id: keyId }, { lastUsedAt: this.clock.now() });
    }
    await this.write(user.username, user, method, origin, null);
  }

  /** Writes down that a mailed link was used. */
  recordLinkUse(user: User, method: string, origin: LoginOrigin): Promise<void> {
    return this.write(user.username, user, method, origin, null);
  }

  /** Writes down a refused login. @param reason for auditors, never told to the client */
  async recordRefusal(username: string, method: string, origin: LoginOrigin, reason: string): Promise<void> {
    const user = await this.findByUsername(printable(username.toLowerCase()));
    await this.write(username, user, method, origin, reason);
  }

  /** Writes down, where there is a place for it, that somebody tried while nothing could be checked. */
  recordUnchecked(username: string, method: string, origin: LoginOrigin): void {
    this.keeper?.note(this.attempt(username, null, method, origin, 'could not be checked'));
  }

  /** The user while they are active and their account hasn't ended. */
  async activeUser(userId: UserId): Promise<User | null> {
    const user = await this.dataSource.getRepository(User).findOneBy({ id: userId });
    return user && countsAt(user, this.clock.now()) ? user : null;
  }

  /** Which of these public keys are registered now. */
  async liveKeys(ids: readonly KeyId[]): Promise<Set<KeyId>> {
    if (ids.length === 0) return new Set();
    const where = { id: In([...new Set(ids)]) };
    const found = await this.dataSource.getRepository(PublicKey).find({ select: { id: true }, where });
    return new Set(found.map(({ id }) => id));
  }

  private async enter(account: string, typed: string, origin: LoginOrigin): Promise<void> {
    try {
      await this.throttle.enter(account, origin.address);
    } catch (error) {
      if (error instanceof Throttled && error.first) {
        await this.write(typed, await this.findByUsername(account), 'password', origin, 'too many tries');
      }
      throw error;
    }
  }

  private async findByUsername(username: string): Promise<User | null> {
    return this.dataSource.getRepository(User).findOneBy({ username });
  }

  private async write(...attempt: Parameters<Authenticator['attempt']>): Promise<void> {
    const row = this.attempt(...attempt);
    try {
      await this.dataSource.getRepository(LoginAttempt).insert(row);
    } catch (error) {
      // nobody gets in whose login isn't written; that somebody didn't is written later
      if (row.succeeded || !this.keeper) throw error;
      this.keeper.note(row);
    }
  }

  private attempt(
    username: string,
    user: User | null,
    method: string,
    origin: LoginOrigin,
    reason: string | null,
  ): Pick<LoginAttempt, keyof LoginAttempt> {
    return {
      id: newId<LoginAttempt['id']>(),
      at: this.clock.now(),
      username: printable(username),
      userId: user?.id ?? null,
      address: origin.address,
      way: origin.way,
      method,
      succeeded: reason === null,
      reason,
    };
  }
}

/** Of a user who doesn't count, for auditors. */
function whyNot(user: User): string {
  return user.active ? 'ended user' : 'disabled user';
}

const MAX_USERNAME = 64;

/** As typed, without what PostgreSQL refuses (NUL) or what could deceive the reader of a list. */
function printable(username: string): string {
  return username.replace(/[\p{Cc}\p{Cf}\p{Cs}\u2028\u2029]/gu, '\ufffd').slice(0, MAX_USERNAME);
}
