import type { DataSource } from 'typeorm';
import { PublicKey, User, type OperationRecord, type Transaction, type UnitOfWork } from '#libs/database';
import {
  newId,
  NotFound,
  parsePublicKey,
  ValidationFailed,
  type Actor,
  type SshPrivateKey,
  type SshPublicKey,
  type UserId,
} from '#libs/kernel';
import { assertManages } from './jurisdiction.js';
import { makePair } from './key-smith.js';
import type { MailOutbox } from './mail/mail-outbox.js';

/** Keys of one user; a login offers them one after the other. */
const KEYS_PER_USER = 100;
const MAX_NAME = 128;

type PublicHalf = Pick<SshPublicKey, 'type' | 'blob' | 'fingerprint'>;

/** A registered key whose private half was made here: told once, kept nowhere. */
export interface MadeKey {
  key: PublicKey;
  /** OpenSSH PEM. */
  privateKey: string;
}

/** What takes the place of a key. */
export interface Renewal {
  /** OpenSSH public key line; absent: a pair is made. */
  publicKey?: string | undefined;
  /** Of the made pair's private half. */
  passphrase?: string | null | undefined;
}

/** The new key; with its private half when it was made here. */
export interface RenewedKey {
  key: PublicKey;
  privateKey: string | null;
}

/** The public keys with which users log in over SSH. */
export class PublicKeyBook {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly outbox: MailOutbox,
  ) {}

  /** The user's keys, the oldest first. @throws NotFound when there is no such user for the actor */
  async list(actor: Actor, userId: UserId): Promise<PublicKey[]> {
    await assertManages(this.dataSource, actor, userId);
    return this.dataSource
      .getRepository(PublicKey)
      .find({ where: { userId }, order: { createdAt: 'ASC', id: 'ASC' } });
  }

  /**
   * Registers a key for a user. Whoever else has it already keeps it: a key names one user.
   * @param line OpenSSH public key line; its comment is the name when none is given
   * @throws NotFound, ValidationFailed at `publicKey`
   */
  async add(actor: Actor, userId: UserId, line: string, name?: string): Promise<PublicKey> {
    const { comment, ...half } = parsePublicKey(line);
    return this.unitOfWork.run(actor, async (tx) => {
      const user = await lockedOwner(tx, userId);
      await assertRoom(tx, userId, 'publicKey');
      return this.register(tx, user, name || comment.trim().slice(0, MAX_NAME) || half.type, half);
    });
  }

  /**
   * Makes an ed25519 pair for a user and registers its public half. The private half is in the answer and nowhere else.
   * @throws NotFound, ValidationFailed at `name`
   */
  async generate(actor: Actor, userId: UserId, name: string, passphrase?: string | null): Promise<MadeKey> {
    const made = await this.pairFor(actor, userId, passphrase);
    return this.unitOfWork.run(actor, async (tx) => {
      const user = await lockedOwner(tx, userId);
      await assertRoom(tx, userId, 'name');
      const key = await this.register(tx, user, name, parsePublicKey(made.publicKey));
      return { key, privateKey: made.privateKey };
    });
  }

  /**
   * Puts another key in the place of one, under the same name; the old one logs nobody in any more.
   * Without a given public key a pair is made as by {@link generate}.
   * @throws NotFound, ValidationFailed at `publicKey` or `passphrase`
   */
  async renew(actor: Actor, userId: UserId, keyId: PublicKey['id'], by: Renewal): Promise<RenewedKey> {
    if (by.publicKey && by.passphrase) {
      const message = 'A passphrase is for a pair that is made here; the given key has its own.';
      throw ValidationFailed.field('passphrase', 'conflicting', message);
    }
    const made = by.publicKey ? null : await this.pairFor(actor, userId, by.passphrase);
    return this.unitOfWork.run(actor, async (tx) => {
      const user = await lockedOwner(tx, userId);
      const old = await tx.of(PublicKey).findOneBy({ id: keyId, userId });
      if (!old) throw new NotFound('public key');
      const half = parsePublicKey(made?.publicKey ?? by.publicKey ?? '');
      if (half.blob === old.blob) {
        throw ValidationFailed.field('publicKey', 'unchanged', 'Give another key than before.');
      }
      await tx.of(PublicKey).delete({ id: keyId });
      const key = await insert(tx, userId, old.name, half);
      await record(tx, 'public-key.renew', user, key, { before: shown(old), after: shown(key) });
      await this.tell(tx, user, 'renewed', key);
      await tx.notify('user.changed', { userId });
      return { key, privateKey: made?.privateKey ?? null };
    });
  }

  private async register(tx: Transaction, user: User, name: string, half: PublicHalf): Promise<PublicKey> {
    const key = await insert(tx, user.id, name, half);
    await record(tx, 'public-key.create', user, key, { after: shown(key) });
    await this.tell(tx, user, 'added', key);
    return key;
  }

  /** Whoever adds a key to somebody else's account can log in as them: its owner hears of it (FEATURES U10). */
  private async tell(tx: Transaction, user: User, change: string, key: PublicKey): Promise<void> {
    const { name, type, fingerprint } = key;
    await this.outbox.post(tx, user, 'key-changed', {
      change,
      by: tx.actor.username,
      name,
      type,
      fingerprint,
    });
  }

  /** Made before the transaction, which then holds the user's row only for a moment. */
  private async pairFor(
    actor: Actor,
    userId: UserId,
    passphrase: string | null | undefined,
  ): Promise<SshPrivateKey> {
    await assertManages(this.dataSource, actor, userId);
    const user = await this.dataSource.getRepository(User).findOneBy({ id: userId });
    if (!user) throw new NotFound('user');
    return makePair({ comment: user.username, passphrase: passphrase ?? null });
  }

  /** Takes a key of the user away: it logs nobody in any more. @throws NotFound */
  async remove(actor: Actor, userId: UserId, keyId: PublicKey['id']): Promise<void> {
    await this.unitOfWork.run(actor, async (tx) => {
      await assertManages(tx.manager, actor, userId);
      const key = await tx.of(PublicKey).findOneBy({ id: keyId, userId });
      const user = await tx.of(User).findOneBy({ id: userId });
      if (!key || !user) throw new NotFound('public key');
      await tx.of(PublicKey).delete({ id: keyId });
      await record(tx, 'public-key.delete', user, key, { before: shown(key) });
      await this.tell(tx, user, 'deleted', key);
      await tx.notify('user.changed', { userId });
    });
  }
}

/** The user's row, locked: their keys change one after the other, so that the limit holds. */
async function lockedOwner(tx: Transaction, userId: UserId): Promise<User> {
  await assertManages(tx.manager, tx.actor, userId);
  const user = await tx.of(User).findOne({ where: { id: userId }, lock: { mode: 'pessimistic_write' } });
  if (!user) throw new NotFound('user');
  return user;
}

async function assertRoom(tx: Transaction, userId: UserId, field: string): Promise<void> {
  if ((await tx.of(PublicKey).countBy({ userId })) < KEYS_PER_USER) return;
  throw ValidationFailed.field(field, 'too_many', `At most ${KEYS_PER_USER} keys are allowed.`, {
    max: KEYS_PER_USER,
  });
}

async function insert(tx: Transaction, userId: UserId, name: string, half: PublicHalf): Promise<PublicKey> {
  const { type, blob, fingerprint } = half;
  const id = newId<PublicKey['id']>();
  const fields = { id, userId, name, type, blob, fingerprint, createdAt: tx.now, lastUsedAt: null };
  const key = tx.of(PublicKey).create(fields);
  await tx.of(PublicKey).insert(key);
  return key;
}

/** What of a key stands in the operations log. */
function shown({ userId, name, type, fingerprint }: PublicKey): Record<string, unknown> {
  return { userId, name, type, fingerprint };
}

function record(
  tx: Transaction,
  action: string,
  user: User,
  key: PublicKey,
  change: Pick<OperationRecord, 'before' | 'after'>,
): Promise<void> {
  const subjectName = `${user.username}: ${key.name}`;
  return tx.record({ action, subjectType: 'public-key', subjectId: key.id, subjectName, ...change });
}
