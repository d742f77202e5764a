import { IsNull } from 'typeorm';
import { User, type Transaction } from '#libs/database';
import type { UserId } from '#libs/kernel';
import { LastAdmin } from './failures.js';

/**
 * Somebody must be left who can administer, also later: an administrator whose account ends doesn't count, as nobody
 * stands by at that moment. Two admins who demote each other at once must not both succeed: the rows are locked, in
 * one order.
 * @throws LastAdmin
 */
export async function assertAdminRemains(tx: Transaction, without: readonly UserId[]): Promise<void> {
  const admins = await tx.of(User).find({
    where: { role: 'admin', active: true, validUntil: IsNull() },
    select: { id: true },
    order: { id: 'ASC' },
    lock: { mode: 'pessimistic_write' },
  });
  const touched = admins.some(({ id }) => without.includes(id));
  if (touched && admins.every(({ id }) => without.includes(id))) throw new LastAdmin();
}
