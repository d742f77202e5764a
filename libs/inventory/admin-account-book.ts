import type { DataSource } from 'typeorm';
import { z } from 'zod';
import {
  AdminAccount,
  changedFields,
  matches,
  orderBy,
  readPage,
  searchText,
  sortFields,
  type Page,
  type PageRequest,
  type SqlSource,
  type Transaction,
  type UnitOfWork,
} from '#libs/database';
import { asId, InUse, newId, NotFound, type Actor, type AdminAccountId, type UsedBy } from '#libs/kernel';
import { noSecrets, sealSecrets, type GivenSecrets, type SecretSealer } from '#libs/vault';
import { readDefaults } from './default-settings.js';

/** A new admin account. */
export interface AdminAccountDraft extends GivenSecrets {
  name: string;
  username: string;
  comment?: string | undefined;
}

/** What is given changes; blank secrets stay as they are. */
export type AdminAccountChange = { [K in keyof AdminAccountDraft]?: AdminAccountDraft[K] | undefined };

const adminAccountRow = z.object({
  id: z.string().transform(asId<AdminAccountId>),
  name: z.string(),
  username: z.string(),
  comment: z.string(),
  hasPassword: z.boolean(),
  hasPrivateKey: z.boolean(),
  publicKey: z.string().nullable(),
  /** Assets that name it; those that use it by default are not among them. */
  assetCount: z.number(),
  createdAt: z.date(),
  updatedAt: z.date(),
});

/** An admin account as people see it: of its secrets, only whether there are any. */
export type AdminAccountRow = z.infer<typeof adminAccountRow>;

const COLUMNS = `c.id, c.name, c.username, c.comment, c.sealed_password IS NOT NULL AS "hasPassword",
  c.sealed_private_key IS NOT NULL AS "hasPrivateKey", c.public_key AS "publicKey",
  (SELECT count(*)::int FROM assets a WHERE a.admin_account_id = c.id) AS "assetCount",
  c.created_at AS "createdAt", c.updated_at AS "updatedAt"`;

const SORTS = {
  name: 'c.name',
  username: 'c.username',
  createdAt: 'c.created_at',
  updatedAt: 'c.updated_at',
};

/** Fields by which the list sorts. */
export const ADMIN_ACCOUNT_SORTS = sortFields(SORTS);

const SHOWN_USERS = 10;
const users = z.array(z.object({ id: z.string(), name: z.string(), count: z.number() }));

/** The privileged accounts of assets. Their secrets go in and never come out (FEATURES S4). */
export class AdminAccountBook {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
    private readonly sealer: SecretSealer,
  ) {}

  /** One page; `q` is looked for in name, user name and comment. */
  list(request: PageRequest): Promise<Page<AdminAccountRow>> {
    const sql = {
      columns: COLUMNS,
      from: `admin_accounts c WHERE ${matches('$1', 'c.name', 'c.username', 'c.comment')}`,
      order: orderBy(request.sort, SORTS, 'name', 'c.id'),
      row: 'c',
    };
    return readPage(this.dataSource, adminAccountRow, sql, [searchText(request.q)], request);
  }

  /** @throws NotFound */
  get(id: AdminAccountId): Promise<AdminAccountRow> {
    return readAdminAccount(this.dataSource, id);
  }

  /** @throws ValidationFailed when a secret is missing or is no key. */
  create(actor: Actor, draft: AdminAccountDraft): Promise<AdminAccountRow> {
    const id = newId<AdminAccountId>();
    return this.unitOfWork.run(actor, async (tx) => {
      const secrets = await sealSecrets(
        this.sealer,
        tx.manager,
        { table: 'admin_accounts', rowId: id },
        noSecrets,
        draft,
      );
      const { name, username, comment = '' } = draft;
      await tx.of(AdminAccount).insert({ id, name, username, comment, ...secrets });
      const view = await readAdminAccount(tx.manager, id);
      await record(tx, 'admin-account.create', view, { after: facts(view) });
      return view;
    });
  }

  /** @throws NotFound, ValidationFailed when no secret would be left. */
  update(actor: Actor, id: AdminAccountId, change: AdminAccountChange): Promise<AdminAccountRow> {
    return this.unitOfWork.run(actor, async (tx) => {
      const row = await lockRow(tx, id);
      const before = await readAdminAccount(tx.manager, id);
      const secrets = await sealSecrets(
        this.sealer,
        tx.manager,
        { table: 'admin_accounts', rowId: id },
        row,
        change,
      );
      const { name, username, comment } = change;
      await tx.of(AdminAccount).update(id, { name, username, comment, ...secrets });
      const view = await readAdminAccount(tx.manager, id);
      const replaced = { passwordReplaced: row.sealedPassword !== secrets.sealedPassword };
      const changes = changedFields(
        { ...facts(before), passwordReplaced: false },
        { ...facts(view), ...replaced },
      );
      if (changes) await record(tx, 'admin-account.update', view, changes);
      return view;
    });
  }

  /** @throws NotFound, InUse when an asset or the default settings name it. */
  remove(actor: Actor, id: AdminAccountId): Promise<void> {
    return this.unitOfWork.run(actor, async (tx) => {
      await lockRow(tx, id);
      const view = await readAdminAccount(tx.manager, id);
      await refuseInUse(tx, view);
      await tx.of(AdminAccount).delete(id);
      await record(tx, 'admin-account.delete', view, { before: facts(view) });
    });
  }
}

async function readAdminAccount(source: SqlSource, id: AdminAccountId): Promise<AdminAccountRow> {
  const rows = await source.query(`SELECT ${COLUMNS} FROM admin_accounts c WHERE c.id = $1`, [id]);
  const [view] = adminAccountRow.array().parse(rows);
  if (!view) throw new NotFound('admin account');
  return view;
}

/** Waits for whoever is about to name the account, and keeps others from doing so. */
async function lockRow(tx: Transaction, id: AdminAccountId): Promise<AdminAccount> {
  const row = await tx.of(AdminAccount).findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  if (!row) throw new NotFound('admin account');
  return row;
}

async function refuseInUse(tx: Transaction, { id, name }: AdminAccountRow): Promise<void> {
  const rows: unknown = await tx.manager.query(
    `SELECT a.id, a.name, count(*) OVER ()::int AS count FROM assets a WHERE a.admin_account_id = $1
     ORDER BY a.name LIMIT ${SHOWN_USERS}`,
    [id],
  );
  const assets = users.parse(rows);
  const usedBy: UsedBy[] = assets.map((asset) => ({ type: 'asset', id: asset.id, name: asset.name }));
  const isDefault = (await readDefaults(tx.manager)).adminAccountId === id;
  if (isDefault) usedBy.unshift({ type: 'settings', id: 'defaults', name: 'defaults' });
  if (usedBy.length === 0) return;
  throw new InUse(`Admin account ${name}`, usedBy, (assets[0]?.count ?? 0) + (isDefault ? 1 : 0));
}

/** What the operations log keeps of an account. */
function facts(view: AdminAccountRow): Record<string, unknown> {
  const { name, username, comment, hasPassword, hasPrivateKey, publicKey } = view;
  return { name, username, comment, hasPassword, hasPrivateKey, publicKey };
}

function record(
  tx: Transaction,
  action: string,
  { id, name }: AdminAccountRow,
  states: { before?: Record<string, unknown>; after?: Record<string, unknown> },
): Promise<void> {
  return tx.record({ action, subjectType: 'admin-account', subjectId: id, subjectName: name, ...states });
}
