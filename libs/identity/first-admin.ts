import { User, type UnitOfWork } from '#libs/database';
import { newId, StartFailure, systemActor, type UserId } from '#libs/kernel';
import { hashPassword } from './password-hash.js';
import { makeOneTimePassword, passwordFault } from './password-policy.js';

/** User name of the administrator whom the first start makes. */
export const FIRST_ADMIN = 'admin';

/** Processes that start together make one admin, not two. */
const LOCK = 0x6761_7465_0001;

/** The administrator that this start made. */
export interface MadeAdmin {
  username: string;
  /** null: it was given by the operator, who knows it. */
  oneTimePassword: string | null;
}

/**
 * Makes the first administrator where there are no users yet; gives null where there are. Given or made, the
 * password must be changed at the first login.
 * @throws StartFailure when the given password is weak
 */
export async function makeFirstAdmin(
  unitOfWork: UnitOfWork,
  givenPassword: string | null,
): Promise<MadeAdmin | null> {
  const fault = givenPassword === null ? null : passwordFault(givenPassword, FIRST_ADMIN);
  return unitOfWork.run(systemActor, async (tx) => {
    await tx.manager.query('SELECT pg_advisory_xact_lock($1)', [LOCK]);
    if (await tx.of(User).exists()) return null;
    if (fault) throw new StartFailure(`GATEHOUSE_ADMIN_PASSWORD: ${fault.message}`, 'Set a better one.');
    const id = newId<UserId>();
    const oneTimePassword = givenPassword === null ? makeOneTimePassword() : null;
    await tx.of(User).insert({
      id,
      username: FIRST_ADMIN,
      name: 'Administrator',
      role: 'admin',
      passwordHash: await hashPassword(givenPassword ?? oneTimePassword ?? ''),
      mustChangePassword: true,
    });
    const subject = { subjectType: 'user', subjectId: id, subjectName: FIRST_ADMIN };
    await tx.record({ action: 'user.create', ...subject, after: { role: 'admin', firstStart: true } });
    return { username: FIRST_ADMIN, oneTimePassword };
  });
}
