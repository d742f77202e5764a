import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { MailKind } from '#libs/contracts';
import { PasswordLink, type Transaction } from '#libs/database';
import { asId, newId, type UserId } from '#libs/kernel';

/** How long a link counts from its sending, by the mail that brings it (FEATURES A4). */
export const LINK_LIFE_MS: Readonly<Partial<Record<MailKind, number>>> = {
  'password-reset': 10 * 60_000,
  'password-link': 24 * 60 * 60_000,
  welcome: 72 * 60 * 60_000,
};

const TOKEN = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.([A-Za-z0-9_-]{43})$/;

/** Makes the user's link; older ones die with it. What it gives is in no row: the token for the link's fragment. */
export async function makePasswordLink(
  manager: EntityManager,
  userId: UserId,
  now: Date,
  lifeMs: number,
): Promise<string> {
  const id = newId<PasswordLink['id']>();
  const secret = randomBytes(32).toString('base64url');
  const link = {
    id,
    secretHash: hashOf(secret),
    createdAt: now,
    expiresAt: new Date(now.getTime() + lifeMs),
  };
  await manager.getRepository(PasswordLink).upsert({ userId, ...link }, ['userId']);
  return `${id}.${secret}`;
}

/** A link counts no longer than the password that it was to replace, and the address that it was sent to. */
export async function dropPasswordLink(tx: Transaction, userId: UserId): Promise<void> {
  await tx.of(PasswordLink).delete({ userId });
}

/** The link of this token, whether or not its time is over; null for a text that is no link's token. */
export async function findPasswordLink(manager: EntityManager, token: string): Promise<PasswordLink | null> {
  const [, id, secret] = TOKEN.exec(token) ?? [];
  if (!id || !secret) return null;
  const link = await manager.getRepository(PasswordLink).findOneBy({ id: asId<PasswordLink['id']>(id) });
  if (!link) return null;
  return timingSafeEqual(Buffer.from(hashOf(secret)), Buffer.from(link.secretHash)) ? link : null;
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
