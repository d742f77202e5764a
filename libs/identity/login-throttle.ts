import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import type { DataSource } from 'typeorm';
import { TooManyTries } from './failures.js';

/** Failed tries count for this long, from the first one on. */
export const WINDOW_SECONDS = 15 * 60;
/** Of one account, from wherever: few, as this is how one password is guessed. */
export const ACCOUNT_TRIES = 10;
/** From one source address, at whatever accounts: more, as a whole office may stand behind one. */
export const ADDRESS_TRIES = 50;

/** Wrong codes of one account: three of the million codes are right at a time, and a password is known already. */
export const CODE_TRIES = 5;
/** The same over a day: whoever goes on at that pace for a year still has one chance in thirty. */
export const CODE_TRIES_A_DAY = 30;
const DAY_SECONDS = 24 * 60 * 60;

/** Counted in PostgreSQL (`login_throttle`): a new cookie, another process or a restart doesn't reset it (FEATURES A2). */
export class LoginThrottle {
  private readonly accounts: RateLimiterPostgres;
  private readonly addresses: RateLimiterPostgres;
  private readonly codes: readonly RateLimiterPostgres[];

  constructor(dataSource: DataSource) {
    const common = {
      storeClient: dataSource,
      storeType: 'typeorm',
      tableName: 'login_throttle',
      tableCreated: true,
      clearExpiredByTimeout: true,
      duration: WINDOW_SECONDS,
    };
    this.accounts = new RateLimiterPostgres({ ...common, keyPrefix: 'account', points: ACCOUNT_TRIES });
    this.addresses = new RateLimiterPostgres({ ...common, keyPrefix: 'address', points: ADDRESS_TRIES });
    const daily = { duration: DAY_SECONDS, points: CODE_TRIES_A_DAY };
    this.codes = [
      new RateLimiterPostgres({ ...common, keyPrefix: 'code', points: CODE_TRIES }),
      new RateLimiterPostgres({ ...common, ...daily, keyPrefix: 'code-day' }),
    ];
  }

  /**
   * Counts a try before it is checked, so that tries side by side count too.
   * @throws Throttled
   */
  async enter(username: string, address: string): Promise<void> {
    await consume(this.addresses, network(address));
    await consume(this.accounts, username);
  }

  /** The try succeeded: it doesn't count, and the account starts afresh. The address keeps its failures. */
  async succeed(username: string, address: string): Promise<void> {
    await this.addresses.reward(network(address));
    await this.accounts.delete(username);
  }

  /**
   * Counts a code before it is checked. Codes have a count of their own, so that the right password, which their
   * guesser has, doesn't forgive them.
   * @throws Throttled
   */
  async enterCode(username: string, address: string): Promise<void> {
    await consume(this.addresses, network(address));
    for (const limiter of this.codes) await consume(limiter, username);
  }

  /** The code was right: the account's wrong ones are forgotten, the address keeps its failures. */
  async codeSucceeded(username: string, address: string): Promise<void> {
    await this.addresses.reward(network(address));
    for (const limiter of this.codes) await limiter.delete(username);
  }

  /** Until when failures of the account keep it out, wherever it comes from; null: they don't. */
  async lockedUntil(username: string): Promise<Date | null> {
    const ends = [this.accounts, ...this.codes].map(async (limiter) => {
      const count = await limiter.get(username);
      return count && count.consumedPoints >= limiter.points ? Date.now() + count.msBeforeNext : 0;
    });
    const last = Math.max(...(await Promise.all(ends)));
    return last > 0 ? new Date(last) : null;
  }

  /** Forgets the failures of an account, passwords and codes. */
  async unlock(username: string): Promise<void> {
    for (const limiter of [this.accounts, ...this.codes]) await limiter.delete(username);
  }
}

/** Thrown by {@link LoginThrottle.enter}. */
export class Throttled extends TooManyTries {
  constructor(
    retryAfterSeconds: number,
    /** Only the try that went over the limit: later ones would fill the log. */
    readonly first: boolean,
  ) {
    super(retryAfterSeconds);
  }
}

/** Counts one more under the key. @throws Throttled */
export async function consume(limiter: RateLimiterPostgres, key: string): Promise<void> {
  try {
    await limiter.consume(key);
  } catch (refusal) {
    if (!(refusal instanceof RateLimiterRes)) throw refusal;
    throw new Throttled(
      Math.ceil(refusal.msBeforeNext / 1000),
      refusal.consumedPoints === limiter.points + 1,
    );
  }
}

/** What one subscriber has: an IPv4 address, or the /64 of an IPv6 address. */
export function network(address: string): string {
  const [beforeZone = ''] = address.toLowerCase().split('%');
  if (!beforeZone.includes(':')) return beforeZone;
  const [head = '', tail] = beforeZone.split('::');
  const front = head.split(':').filter(Boolean);
  const back = tail === undefined ? [] : tail.split(':').filter(Boolean);
  const missing = Math.max(0, 8 - front.length - back.length);
  const groups = [...front, ...Array.from({ length: missing }, () => '0'), ...back];
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`;
}
