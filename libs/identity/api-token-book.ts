import type { DataSource } from 'typeorm';
import { ApiToken, LoginAttempt, User, type Transaction, type UnitOfWork } from '#libs/database';
import { newId, NotFound, ValidationFailed, type Actor, type Clock, type UserId } from '#libs/kernel';
import { apiTokenHash, looksLikeApiToken, makeApiToken } from './api-token-text.js';
import { userCounts } from './counting-user.js';
import { assertManages } from './jurisdiction.js';
import { checkNetworks, isWithin } from './source-networks.js';

/** Tokens of one user. */
const TOKENS_PER_USER = 50;
/** How often use and refusal of a token are written at most. */
const TOUCH_MS = 60_000;

/** What is asked of a new token. */
export interface NewApiToken {
  name: string;
  /** null: it never ends by itself. */
  expiresAt: Date | null;
  /** CIDR; absent or empty: from everywhere. */
  networks?: readonly string[] | undefined;
  readOnly?: boolean | undefined;
}

/** A token that counts, and for whom. */
export interface LiveApiToken {
  user: User;
  token: ApiToken;
}

/** The tokens with which tools call the API. They do what their owner may do now, never more (FEATURES A10). */
export class ApiTokenBook {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly clock: Clock,
  ) {}

  /** The user's tokens, the latest first, ended ones too. @throws NotFound when there is no such user for the actor */
  async list(actor: Actor, userId: UserId): Promise<ApiToken[]> {
    await assertManages(this.dataSource, actor, userId);
    return this.dataSource
      .getRepository(ApiToken)
      .find({ where: { userId }, order: { createdAt: 'DESC', id: 'DESC' } });
  }

  /**
   * Makes a token for its owner. The text is in the answer and nowhere else.
   * @throws ValidationFailed at `expiresAt`, `networks.N` or `name`
   */
  async create(
    actor: Actor,
    userId: UserId,
    asked: NewApiToken,
  ): Promise<{ token: ApiToken; secret: string }> {
    const networks = checkNetworks(asked.networks ?? []);
    const secret = makeApiToken();
    return this.unitOfWork.run(actor, async (tx) => {
      const { name, expiresAt, readOnly = false } = asked;
      if (expiresAt !== null && expiresAt <= tx.now) {
        throw ValidationFailed.field('expiresAt', 'in_the_past', 'Choose a moment that is still to come.');
      }
      const user = await lockedOwner(tx, userId);
      await assertRoom(tx, userId);
      const token = tx.of(ApiToken).create({
        id: newId<ApiToken['id']>(),
        ...{ userId, name, tokenHash: apiTokenHash(secret), readOnly, networks, expiresAt },
        ...{ createdAt: tx.now, lastUsedAt: null, lastUsedFrom: null, lastRefusedAt: null },
      });
      await tx.of(ApiToken).insert(token);
      await record(tx, 'api-token.create', user, token, null, shown(token));
      return { token, secret };
    });
  }

  /** Takes a token of the user away: it counts no more. @throws NotFound */
  async revoke(actor: Actor, userId: UserId, tokenId: ApiToken['id']): Promise<void> {
    await this.unitOfWork.run(actor, async (tx) => {
      await assertManages(tx.manager, actor, userId);
      const user = await lockedOwner(tx, userId);
      const token = await tx.of(ApiToken).findOneBy({ id: tokenId, userId });
      if (!token) throw new NotFound('API token');
      await tx.of(ApiToken).delete({ id: tokenId });
      await record(tx, 'api-token.revoke', user, token, shown(token), null);
    });
  }

  /**
   * The token and its owner while both count, from this address; else null. One statement by the hash's index; what it
   * may do is the owner's role at this moment.
   * @param address without a port
   */
  async check(text: string, address: string): Promise<LiveApiToken | null> {
    if (!looksLikeApiToken(text)) return null;
    const now = this.clock.now();
    const token = await this.dataSource
      .getRepository(ApiToken)
      .createQueryBuilder('token')
      .innerJoinAndSelect('token.user', 'owner')
      .where('token.tokenHash = :hash', { hash: apiTokenHash(text) })
      .andWhere('(token.expiresAt IS NULL OR token.expiresAt > :now)', { now })
      .andWhere(userCounts('owner', ':now'))
      .getOne();
    if (!token?.user) return null;
    const { user } = token;
    if (token.networks.length > 0 && !isWithin(address, token.networks)) {
      await this.noteRefusal(token, user, address, now);
      return null;
    }
    await this.noteUse(token, address, now);
    return { user, token };
  }

  private async noteUse(token: ApiToken, address: string, now: Date): Promise<void> {
    if (!isDue(token.lastUsedAt, now)) return;
    const used = { lastUsedAt: now, lastUsedFrom: address };
    await this.dataSource.getRepository(ApiToken).update({ id: token.id }, used);
  }

  /** A token at the wrong place may be a stolen one: auditors see it among the refused logins. */
  private async noteRefusal(token: ApiToken, user: User, address: string, now: Date): Promise<void> {
    if (!isDue(token.lastRefusedAt, now)) return;
    await this.dataSource.getRepository(ApiToken).update({ id: token.id }, { lastRefusedAt: now });
    await this.dataSource.getRepository(LoginAttempt).insert({
      id: newId<LoginAttempt['id']>(),
      at: now,
      ...{ username: user.username, userId: user.id, address, way: 'token', method: 'token' },
      ...{ succeeded: false, reason: 'network not allowed' },
    });
  }
}

function isDue(last: Date | null, now: Date): boolean {
  return last === null || now.getTime() - last.getTime() >= TOUCH_MS;
}

async function lockedOwner(tx: Transaction, userId: UserId): Promise<User> {
  const user = await tx.of(User).findOne({ where: { id: userId }, lock: { mode: 'pessimistic_write' } });
  if (!user) throw new NotFound('user');
  return user;
}

async function assertRoom(tx: Transaction, userId: UserId): Promise<void> {
  if ((await tx.of(ApiToken).countBy({ userId })) < TOKENS_PER_USER) return;
  const message = `At most ${TOKENS_PER_USER} tokens are allowed; revoke one first.`;
  throw ValidationFailed.field('name', 'too_many', message, { max: TOKENS_PER_USER });
}

/** What of a token stands in the operations log. */
function shown({ userId, name, readOnly, networks, expiresAt }: ApiToken): Record<string, unknown> {
  return { userId, name, readOnly, networks, expiresAt };
}

function record(
  tx: Transaction,
  action: string,
  user: User,
  token: ApiToken,
  before: Record<string, unknown> | null,
  after: Record<string, unknown> | null,
): Promise<void> {
  const subjectName = `${user.username}: ${token.name}`;
  return tx.record({ action, subjectType: 'api-token', subjectId: token.id, subjectName, before, after });
}
