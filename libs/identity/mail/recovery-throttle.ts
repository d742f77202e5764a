import { RateLimiterPostgres } from 'rate-limiter-flexible';
import type { DataSource } from 'typeorm';
import { consume, network, Throttled } from '../login-throttle.js';

const WINDOW_SECONDS = 15 * 60;
/** Mails that one account may be asked for, whoever asks. */
const ACCOUNT_ASKS = 5;
/** Of one source address, for whatever accounts. */
const ADDRESS_ASKS = 20;
/** Links that one source address may try. */
const ADDRESS_LINKS = 30;

/** How often a forgotten password may be told and a link be tried; counted like logins, apart from them. */
export class RecoveryThrottle {
  private readonly accounts: RateLimiterPostgres;
  private readonly addresses: RateLimiterPostgres;
  private readonly links: RateLimiterPostgres;

  constructor(dataSource: DataSource) {
    const common = {
      storeClient: dataSource,
      storeType: 'typeorm',
      tableName: 'login_throttle',
      tableCreated: true,
      clearExpiredByTimeout: true,
      duration: WINDOW_SECONDS,
    };
    this.accounts = new RateLimiterPostgres({ ...common, keyPrefix: 'forgotten', points: ACCOUNT_ASKS });
    this.addresses = new RateLimiterPostgres({
      ...common,
      keyPrefix: 'forgotten-from',
      points: ADDRESS_ASKS,
    });
    this.links = new RateLimiterPostgres({ ...common, keyPrefix: 'link-from', points: ADDRESS_LINKS });
  }

  /** Somebody typed this name or address. @throws TooManyTries, whether or not there is such an account */
  async ask(typed: string, address: string): Promise<void> {
    await consume(this.addresses, network(address));
    await consume(this.accounts, typed);
  }

  /** Whether this user may get one more mail: one account has several names, its user name and its address. */
  async mayMail(userId: string): Promise<boolean> {
    try {
      await consume(this.accounts, userId);
      return true;
    } catch (error) {
      if (error instanceof Throttled) return false;
      throw error;
    }
  }

  /** @throws TooManyTries */
  async tryLink(address: string): Promise<void> {
    await consume(this.links, network(address));
  }
}
