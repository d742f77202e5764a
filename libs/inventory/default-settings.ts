import type { DataSource, EntityManager } from 'typeorm';
import { z } from 'zod';
import { changedFields, Setting, type Transaction, type UnitOfWork } from '#libs/database';
import { asId, ValidationFailed, type Actor, type AdminAccountId } from '#libs/kernel';

/** Port of SSH (RFC 4253 section 4), until an admin chooses another default. */
export const SSH_PORT = 22;

/** Row of the settings table. */
const KEY = 'defaults';

const storedDefaults = z.object({
  port: z.int().min(1).max(65535).default(SSH_PORT),
  adminAccountId: z
    .string()
    .transform(asId<AdminAccountId>)
    .nullable()
    .default(null),
});

/** What an asset uses that has no port or admin account of its own. */
export type AssetDefaults = z.infer<typeof storedDefaults>;

/** SQL: the port of an asset `a`, its own or the default. */
export const EFFECTIVE_PORT = `coalesce(a.port, (SELECT (d.value->>'port')::int FROM settings d WHERE d.key = '${KEY}'), ${SSH_PORT})`;

/** SQL: the id of the admin account of an asset `a`, its own or the default; null when neither is set. */
export const EFFECTIVE_ADMIN_ACCOUNT = `coalesce(a.admin_account_id, (SELECT (d.value->>'adminAccountId')::uuid FROM settings d WHERE d.key = '${KEY}'))`;

/** Default settings of assets (FEATURES S5). */
export class DefaultSettings {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** The settings now. */
  get(): Promise<AssetDefaults> {
    return readDefaults(this.dataSource.manager);
  }

  /** Replaces them. @throws ValidationFailed when there is no such admin account. */
  set(actor: Actor, defaults: AssetDefaults): Promise<AssetDefaults> {
    return this.unitOfWork.run(actor, async (tx) => {
      await lockAdminAccount(tx, defaults.adminAccountId);
      const before = await readDefaults(tx.manager);
      await tx.manager.query(
        'INSERT INTO settings (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
        [KEY, JSON.stringify(defaults)],
      );
      const changes = changedFields(before, defaults);
      if (changes) {
        await tx.record({
          action: 'settings.update',
          subjectType: 'settings',
          subjectId: null,
          subjectName: KEY,
          ...changes,
        });
        await tx.notify('access.changed', { reason: 'settings.update' });
      }
      return defaults;
    });
  }
}

/** The settings as this manager's transaction sees them. */
export async function readDefaults(manager: EntityManager): Promise<AssetDefaults> {
  const row = await manager.findOneBy(Setting, { key: KEY });
  return storedDefaults.parse(row?.value ?? {});
}

/** JSON has no foreign key: the lock keeps a delete of the account waiting until this has committed. */
async function lockAdminAccount(tx: Transaction, id: AdminAccountId | null): Promise<void> {
  if (id === null) return;
  const rows: unknown = await tx.manager.query('SELECT id FROM admin_accounts WHERE id = $1 FOR KEY SHARE', [
    id,
  ]);
  if (z.array(z.unknown()).parse(rows).length === 0) {
    throw ValidationFailed.field('adminAccountId', 'not_found', `No such admin account: ${id}.`);
  }
}
