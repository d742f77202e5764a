import { createHash, randomBytes } from 'node:crypto';
import { LessThan, type DataSource } from 'typeorm';
import { z } from 'zod';
import { LoginChallenge, type User } from '#libs/database';
import { asId, newId, type Clock, type Id, type UserId } from '#libs/kernel';
import type { LoginOrigin } from './authenticator.js';
import { ChallengeOver } from './failures.js';

/** How long a code may be waited for. */
export const CHALLENGE_MS = 5 * 60_000;
/** Codes that one challenge takes. */
export const CHALLENGE_TRIES = 5;

const RANDOM_BYTES = 32;

const taken = z.object({
  id: z.string().transform(asId<Id<'login-challenge'>>),
  user_id: z.string().transform(asId<UserId>),
});

/** A half login that a code is tried with. */
export interface TakenChallenge {
  id: Id<'login-challenge'>;
  userId: UserId;
}

/**
 * Logins whose password was right and whose code is still to come. What the client holds of one is a random text and no
 * token: nothing but the second step takes it.
 */
export class HalfLogins {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** Begins one. The challenge is told this once. */
  async open(user: User, way: LoginOrigin['way']): Promise<{ challenge: string; expiresAt: Date }> {
    const challenges = this.dataSource.getRepository(LoginChallenge);
    const now = this.clock.now();
    await challenges.delete({ expiresAt: LessThan(now) });
    const challenge = randomBytes(RANDOM_BYTES).toString('base64url');
    const expiresAt = new Date(now.getTime() + CHALLENGE_MS);
    const id = newId<LoginChallenge['id']>();
    await challenges.insert({ id, tokenHash: hash(challenge), userId: user.id, way, expiresAt });
    return { challenge, expiresAt };
  }

  /** Counts a try and tells whose it is; side by side tries count too. @throws ChallengeOver */
  async take(challenge: string, way: LoginOrigin['way']): Promise<TakenChallenge> {
    const answer: unknown = await this.dataSource.query(
      `UPDATE login_challenges SET tries = tries + 1
       WHERE token_hash = $1 AND way = $2 AND expires_at > $3 AND tries < $4 RETURNING id, user_id`,
      [hash(challenge), way, this.clock.now(), CHALLENGE_TRIES],
    );
    const [[row]] = z.tuple([z.array(taken), z.number()]).parse(answer);
    if (!row) throw new ChallengeOver();
    return { id: row.id, userId: row.user_id };
  }

  /** Ends one that was completed: it makes one login and no second. @throws ChallengeOver */
  async finish({ id }: TakenChallenge): Promise<void> {
    const { affected } = await this.dataSource.getRepository(LoginChallenge).delete({ id });
    if (affected !== 1) throw new ChallengeOver();
  }
}

/** The row is found by it; one round is enough for 256 random bits. */
function hash(challenge: string): string {
  return createHash('sha256').update(challenge).digest('hex');
}
