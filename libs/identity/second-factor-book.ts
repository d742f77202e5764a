import { IsNull, type DataSource } from 'typeorm';
import { Login, RecoveryCode, SecondFactor, User, type Transaction, type UnitOfWork } from '#libs/database';
import {
  newId,
  NotFound,
  NotPermitted,
  ValidationFailed,
  type Actor,
  type Clock,
  type UserId,
} from '#libs/kernel';
import type { Authenticator } from './authenticator.js';
import type { CodeChecker } from './code-checker.js';
import { NoSecondFactor, SecondFactorExists } from './failures.js';
import type { FactorKey } from './factor-key.js';
import { assertManages } from './jurisdiction.js';
import { LoginRegistry } from './login-registry.js';
import { makeRecoveryCodes, recoveryCodeHash } from './recovery-code.js';
import { makeTotpSecret, stepOfCode, totpUri } from './totp.js';

/** How long a new secret waits for its first code. */
const SETUP_MS = 30 * 60_000;
/** A login as young as this proves its owner well enough to set a factor up. */
const FRESH_MS = 10 * 60_000;

/** How a user's second factor stands. */
export interface SecondFactorState {
  /** null: there is none. */
  since: Date | null;
  recoveryCodesLeft: number;
  /** Whether they must have one. */
  required: boolean;
}

/** Somebody who is logged in, and by which login. */
export interface Owner {
  user: User;
  login: Login;
}

/** Sets second factors up and takes them away (FEATURES A9). */
export class SecondFactorBook {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly key: FactorKey,
    private readonly codes: CodeChecker,
    private readonly authenticator: Authenticator,
    private readonly clock: Clock,
  ) {}

  /** How it stands with this user. */
  async state(user: User): Promise<SecondFactorState> {
    const userId = user.id;
    const factor = await this.dataSource.getRepository(SecondFactor).findOneBy({ userId });
    const recoveryCodes = this.dataSource.getRepository(RecoveryCode);
    const recoveryCodesLeft = await recoveryCodes.countBy({ userId, usedAt: IsNull() });
    const required = await this.codes.isDemandedOf(user);
    return { since: factor?.confirmedAt ?? null, recoveryCodesLeft, required };
  }

  /**
   * Makes the secret for an app. It counts for nothing until {@link confirm}; asking again makes another one.
   * @param password needed unless the login is a few minutes old: an unlocked screen must not be enough
   * @throws SecondFactorExists, ValidationFailed at `password`, TooManyTries
   */
  async begin(
    actor: Actor,
    { user, login }: Owner,
    password?: string,
  ): Promise<{ secret: string; uri: string }> {
    await this.assertOwner(actor, user, login, password);
    const secret = makeTotpSecret();
    await this.unitOfWork.run(actor, async (tx) => {
      // inside: a rotation of the key waits for this transaction
      const sealed = await this.key.seal(user.id, secret);
      const stored: unknown = await tx.manager.query(
        `INSERT INTO second_factors (user_id, sealed_secret, created_at) VALUES ($1, $2, $3)
         ON CONFLICT (user_id) DO UPDATE SET sealed_secret = excluded.sealed_secret, created_at = excluded.created_at
           WHERE second_factors.confirmed_at IS NULL
         RETURNING user_id`,
        [user.id, sealed, tx.now],
      );
      if (!Array.isArray(stored) || stored.length === 0) throw new SecondFactorExists();
    });
    return { secret, uri: totpUri(secret, user.username) };
  }

  /**
   * Ends the setup: the app shows the right code. Gives the recovery codes, this once. Other logins of the user end,
   * as they were made without a code.
   * @throws NoSecondFactor, ValidationFailed at `code`
   */
  confirm(actor: Actor, { user, login }: Owner, code: string): Promise<string[]> {
    return this.unitOfWork.run(actor, async (tx) => {
      const factor = await lockedFactor(tx, user.id);
      const age = factor ? tx.now.getTime() - factor.createdAt.getTime() : 0;
      if (!factor || factor.confirmedAt || age > SETUP_MS) throw new NoSecondFactor();
      const step = stepOfCode(this.key.open(user.id, factor.sealedSecret), code.replace(/\s/g, ''), tx.now);
      if (step === null) {
        const message =
          "The code doesn't fit. Take the one shown now, and see that the phone's clock is right.";
        throw ValidationFailed.field('code', 'code_refused', message);
      }
      await tx.of(SecondFactor).update({ userId: user.id }, { confirmedAt: tx.now, lastStep: step });
      const recoveryCodes = await replaceRecoveryCodes(tx, user.id);
      await tx.of(Login).update({ id: login.id }, { passedSecondFactor: true });
      await LoginRegistry.revokeAll(tx, user.id, login.id);
      await record(tx, 'user.set-up-second-factor', user);
      return recoveryCodes;
    });
  }

  /** New recovery codes in place of all before. @throws NoSecondFactor, ValidationFailed at `code`, TooManyTries */
  async renewRecoveryCodes(actor: Actor, { user }: Owner, code: string): Promise<string[]> {
    await this.assertEnrolled(user);
    await this.codes.confirm(user, code, actor);
    return this.unitOfWork.run(actor, async (tx) => {
      if (!(await lockedFactor(tx, user.id))?.confirmedAt) throw new NoSecondFactor();
      await record(tx, 'user.renew-recovery-codes', user);
      return replaceRecoveryCodes(tx, user.id);
    });
  }

  /** Takes the own factor away; other logins end. @throws NoSecondFactor, ValidationFailed at `code`, TooManyTries */
  async remove(actor: Actor, { user, login }: Owner, code: string): Promise<void> {
    await this.assertEnrolled(user);
    await this.codes.confirm(user, code, actor);
    await this.unitOfWork.run(actor, async (tx) => {
      await takeAway(tx, user.id);
      await tx.of(Login).update({ id: login.id }, { passedSecondFactor: false });
      await LoginRegistry.revokeAll(tx, user.id, login.id);
      await record(tx, 'user.remove-second-factor', user);
    });
  }

  /** Takes another user's factor away, for whoever lost phone and codes; their logins end. @throws NotFound, NotPermitted, NoSecondFactor */
  async reset(actor: Actor, userId: UserId): Promise<void> {
    if (actor.userId === userId) throw new NotPermitted('Remove your own in your profile: it takes a code.');
    await this.unitOfWork.run(actor, async (tx) => {
      await assertManages(tx.manager, actor, userId);
      const user = await tx.of(User).findOneBy({ id: userId });
      if (!user) throw new NotFound('user');
      await takeAway(tx, userId);
      await LoginRegistry.revokeAll(tx, userId);
      await record(tx, 'user.reset-second-factor', user);
    });
  }

  private async assertOwner(actor: Actor, user: User, login: Login, password?: string): Promise<void> {
    const age = this.clock.now().getTime() - login.createdAt.getTime();
    if (age < FRESH_MS && !password) return;
    if (!password) {
      const message = 'You logged in a while ago: give your password too.';
      throw ValidationFailed.field('password', 'password_needed', message);
    }
    if (await this.authenticator.confirmPassword(user, password, actor)) return;
    throw ValidationFailed.field('password', 'wrong_password', 'This is not your password.');
  }

  private async assertEnrolled(user: User): Promise<void> {
    if ((await this.codes.standing(user)) !== 'code') throw new NoSecondFactor();
  }
}

function lockedFactor(tx: Transaction, userId: UserId): Promise<SecondFactor | null> {
  return tx.of(SecondFactor).findOne({ where: { userId }, lock: { mode: 'pessimistic_write' } });
}

async function takeAway(tx: Transaction, userId: UserId): Promise<void> {
  const { affected } = await tx.of(SecondFactor).delete({ userId });
  if (affected !== 1) throw new NoSecondFactor();
  await tx.of(RecoveryCode).delete({ userId });
}

async function replaceRecoveryCodes(tx: Transaction, userId: UserId): Promise<string[]> {
  const codes = makeRecoveryCodes();
  await tx.of(RecoveryCode).delete({ userId });
  const rows = codes.map((code) => ({
    id: newId<RecoveryCode['id']>(),
    userId,
    codeHash: recoveryCodeHash(code),
  }));
  await tx.of(RecoveryCode).insert(rows);
  return codes;
}

async function record(tx: Transaction, action: string, user: User): Promise<void> {
  await tx.record({ action, subjectType: 'user', subjectId: user.id, subjectName: user.username });
  await tx.notify('user.changed', { userId: user.id });
}
