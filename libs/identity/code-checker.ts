import { IsNull, LessThan, Not, type DataSource } from 'typeorm';
import { z } from 'zod';
import { RecoveryCode, SecondFactor, type User } from '#libs/database';
import { ValidationFailed, type Actor, type Clock } from '#libs/kernel';
import type { Authenticator, LoginOrigin } from './authenticator.js';
import { CodeRefused } from './failures.js';
import type { FactorKey } from './factor-key.js';
import { Throttled, type LoginThrottle } from './login-throttle.js';
import { recoveryCodeHash } from './recovery-code.js';
import {
  demandsSecondFactor,
  SECURITY_SETTINGS,
  securityPolicy,
  type SecurityPolicy,
} from './security-settings.js';
import { looksLikeTotp, stepOfCode } from './totp.js';

/** What a user owes beyond a password or key: nothing, a code, or first of all a factor that can give codes. */
export type FactorStanding = 'none' | 'code' | 'enrolment';

/** By what a second factor was proved, as it stands in the list of logins. */
export type ProvedBy = 'totp' | 'recovery-code';

/** The first factor that a login passed. */
export type FirstFactor = 'password' | 'publickey';

const standingRow = z.object({ enrolled: z.boolean(), policy: securityPolicy.nullable() });

/** Checks codes of second factors (FEATURES A9), for console, API and SSH alike. Each code counts once. */
export class CodeChecker {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly throttle: LoginThrottle,
    private readonly key: FactorKey,
    private readonly authenticator: Authenticator,
  ) {}

  /** What the user owes at a login now. */
  async standing(user: User): Promise<FactorStanding> {
    const { enrolled, policy } = await this.read(user);
    if (enrolled) return 'code';
    return demandsSecondFactor(policy, user) ? 'enrolment' : 'none';
  }

  /** Whether the user must have a second factor. */
  async isDemandedOf(user: User): Promise<boolean> {
    return demandsSecondFactor((await this.read(user)).policy, user);
  }

  private async read(user: User): Promise<{ enrolled: boolean; policy: SecurityPolicy }> {
    const rows: unknown = await this.dataSource.query(
      `SELECT EXISTS (SELECT 1 FROM second_factors f WHERE f.user_id = $1 AND f.confirmed_at IS NOT NULL) AS enrolled,
         (SELECT s.value FROM settings s WHERE s.key = $2) AS policy`,
      [user.id, SECURITY_SETTINGS],
    );
    const [{ enrolled, policy }] = z.tuple([standingRow]).parse(rows);
    return { enrolled, policy: policy ?? securityPolicy.parse({}) };
  }

  /**
   * Uses a code up for a login. Refusals are written down.
   * @param code of the app, or a recovery code
   * @throws CodeRefused, TooManyTries
   */
  async check(user: User, code: string, first: FirstFactor, origin: LoginOrigin): Promise<ProvedBy> {
    return this.checkAt(user, code, `${first}+code`, origin);
  }

  /** Uses a code up for a change by a user who is logged in. @throws ValidationFailed at `code`, TooManyTries */
  async confirm(user: User, code: string, actor: Actor): Promise<void> {
    try {
      await this.checkAt(user, code, 'code', { address: actor.address ?? '', way: actor.way });
    } catch (refusal) {
      if (!(refusal instanceof CodeRefused)) throw refusal;
      throw ValidationFailed.field('code', refusal.code, refusal.message);
    }
  }

  private async checkAt(user: User, code: string, method: string, origin: LoginOrigin): Promise<ProvedBy> {
    const { username } = user;
    try {
      await this.throttle.enterCode(username, origin.address);
    } catch (error) {
      if (error instanceof Throttled && error.first) {
        await this.authenticator.recordRefusal(username, method, origin, 'too many wrong codes');
      }
      throw error;
    }
    const bare = code.replace(/\s/g, '');
    const outcome = looksLikeTotp(bare) ? await this.useTotp(user, bare) : await this.useRecovery(user, bare);
    if (outcome === 'wrong' || outcome === 'used') {
      const reason = outcome === 'used' ? 'code used before' : 'wrong code';
      await this.authenticator.recordRefusal(username, method, origin, reason);
      throw new CodeRefused(outcome);
    }
    await this.throttle.codeSucceeded(username, origin.address);
    return outcome;
  }

  /** The update is the check: of two logins with one code, only one finds the step still below it (RFC 6238 section 5.2). */
  private async useTotp({ id: userId }: User, code: string): Promise<'totp' | 'wrong' | 'used'> {
    const factors = this.dataSource.getRepository(SecondFactor);
    const factor = await factors.findOneBy({ userId, confirmedAt: Not(IsNull()) });
    if (!factor) return 'wrong';
    const step = stepOfCode(this.key.open(userId, factor.sealedSecret), code, this.clock.now());
    if (step === null) return 'wrong';
    const unused = { userId, sealedSecret: factor.sealedSecret, lastStep: LessThan(step) };
    const { affected } = await factors.update(unused, { lastStep: step });
    return affected === 1 ? 'totp' : 'used';
  }

  private async useRecovery({ id: userId }: User, code: string): Promise<'recovery-code' | 'wrong' | 'used'> {
    const codes = this.dataSource.getRepository(RecoveryCode);
    const own = { userId, codeHash: recoveryCodeHash(code) };
    const { affected } = await codes.update({ ...own, usedAt: IsNull() }, { usedAt: this.clock.now() });
    if (affected === 1) return 'recovery-code';
    return (await codes.existsBy(own)) ? 'used' : 'wrong';
  }
}
