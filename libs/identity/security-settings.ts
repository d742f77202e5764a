import type { EntityManager, DataSource } from 'typeorm';
import { z } from 'zod';
import { ROLES } from '#libs/contracts';
import { changedFields, Setting, type UnitOfWork, type User } from '#libs/database';
import type { Actor } from '#libs/kernel';

/** Row of the settings table. */
export const SECURITY_SETTINGS = 'security';

/** Whom the settings can ask for a second factor. */
export const SECOND_FACTOR_DEMANDS = ['nobody', 'roles', 'everybody'] as const;

/** What stands in the row; what is missing is as on a fresh installation. */
export const securityPolicy = z.object({
  secondFactorFor: z.enum(SECOND_FACTOR_DEMANDS).default('nobody'),
  /** Counts with `roles` only. */
  secondFactorRoles: z.array(z.enum(ROLES)).default([]),
});

/** What is demanded of everybody's login. */
export type SecurityPolicy = z.infer<typeof securityPolicy>;

/** Whether this user must have a second factor. */
export function demandsSecondFactor(
  { secondFactorFor, secondFactorRoles }: SecurityPolicy,
  { role, secondFactorRequired }: Pick<User, 'role' | 'secondFactorRequired'>,
): boolean {
  if (secondFactorRequired || secondFactorFor === 'everybody') return true;
  return secondFactorFor === 'roles' && secondFactorRoles.includes(role);
}

/** Settings → Security. */
export class SecuritySettings {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** The settings now. */
  get(): Promise<SecurityPolicy> {
    return read(this.dataSource.manager);
  }

  /** Replaces them; they count with the next request and the next login. */
  set(actor: Actor, policy: SecurityPolicy): Promise<SecurityPolicy> {
    return this.unitOfWork.run(actor, async (tx) => {
      const before = await read(tx.manager);
      await tx.manager.query(
        'INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
        [SECURITY_SETTINGS, JSON.stringify(policy)],
      );
      const changes = changedFields(before, policy);
      const subject = { subjectType: 'settings', subjectId: null, subjectName: SECURITY_SETTINGS };
      if (changes) {
        await tx.record({ action: 'settings.update', ...subject, ...changes });
        await tx.notify('logins.changed', {});
      }
      return policy;
    });
  }
}

async function read(manager: EntityManager): Promise<SecurityPolicy> {
  const row = await manager.findOneBy(Setting, { key: SECURITY_SETTINGS });
  return securityPolicy.parse(row?.value ?? {});
}
