import { z } from 'zod';
import { Push, PushRecord, SystemUser, type Transaction } from '#libs/database';
import { InUse, type PushId, type SystemUserId } from '#libs/kernel';
import { readSystemUser, systemUserFacts, type SystemUserRow } from './system-user-rows.js';

const ruleRows = z.array(z.object({ id: z.string(), name: z.string(), count: z.number() }));

/** @throws InUse while a rule names it */
export async function refuseInRules(tx: Transaction, { id, username }: SystemUserRow): Promise<void> {
  const rules = await rulesOf(tx, id);
  if (rules.length === 0) return;
  const usedBy = rules.map((rule) => ({ type: 'authorization-rule', id: rule.id, name: rule.name }));
  throw new InUse(`System user ${username}`, usedBy, rules[0]?.count);
}

/** Deletes a system user that is locked; the history of its pushes stays. */
export async function deleteSystemUser(tx: Transaction, view: SystemUserRow): Promise<void> {
  await tx.of(SystemUser).delete(view.id);
  await tx.record({
    action: 'system-user.delete',
    subjectType: 'system-user',
    subjectId: view.id,
    subjectName: view.username,
    before: systemUserFacts(view),
  });
  await tx.notify('access.changed', { reason: 'system-user.delete' });
}

/** What became of a system user that a recycle was to remove; null: it wasn't, or it still stands somewhere. */
export type Removal = 'gone' | 'named-by-rule' | null;

/** The system user, locked, goes when the push is to remove it, it stands nowhere, and no rule has come to name it. */
export async function removeIfNowhere(
  tx: Transaction,
  { pushId, systemUserId }: { pushId: PushId; systemUserId: SystemUserId },
): Promise<Removal> {
  const push = await tx.of(Push).findOneBy({ id: pushId });
  if (!push?.removesSystemUser || (await tx.of(PushRecord).existsBy({ systemUserId }))) return null;
  if ((await rulesOf(tx, systemUserId)).length > 0) return 'named-by-rule';
  await deleteSystemUser(tx, await readSystemUser(tx.manager, systemUserId));
  return 'gone';
}

async function rulesOf(tx: Transaction, id: SystemUserId): Promise<z.infer<typeof ruleRows>> {
  const rows: unknown = await tx.manager.query(
    `SELECT r.id, r.name, count(*) OVER ()::int AS count
     FROM rule_system_users s JOIN authorization_rules r ON r.id = s.rule_id
     WHERE s.system_user_id = $1 ORDER BY r.name LIMIT 10`,
    [id],
  );
  return ruleRows.parse(rows);
}
