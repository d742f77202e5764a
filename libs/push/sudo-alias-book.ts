import type { DataSource } from 'typeorm';
import { z } from 'zod';
import {
  changedFields,
  matches,
  orderBy,
  readPage,
  searchText,
  sortFields,
  SudoAlias,
  type Page,
  type PageRequest,
  type SqlSource,
  type Transaction,
  type UnitOfWork,
} from '#libs/database';
import { asId, InUse, newId, NotFound, type Actor, type SudoAliasId, type SystemUserId } from '#libs/kernel';
import { checkCommands } from './sudo-commands.js';

/** A new sudo alias. */
export interface SudoAliasDraft {
  /** Upper-case: `[A-Z][A-Z0-9_]*`. */
  name: string;
  /** Absolute paths with arguments, or ALL. */
  commands: string[];
  comment?: string | undefined;
}

/** What is given changes. */
export type SudoAliasChange = { [K in keyof SudoAliasDraft]?: SudoAliasDraft[K] | undefined };

const user = z.object({ id: z.string().transform(asId<SystemUserId>), username: z.string() });

const sudoAliasRow = z.object({
  id: z.string().transform(asId<SudoAliasId>),
  name: z.string(),
  commands: z.array(z.string()),
  comment: z.string(),
  /** Who may run it, by name. */
  systemUsers: z.array(user),
  createdAt: z.date(),
  updatedAt: z.date(),
});

/** A sudo alias as people see it. */
export type SudoAliasRow = z.infer<typeof sudoAliasRow>;

const SYSTEM_USERS = `(SELECT coalesce(json_agg(json_build_object('id', s.id, 'username', s.username) ORDER BY s.username), '[]')
   FROM system_user_sudo_aliases l JOIN system_users s ON s.id = l.system_user_id WHERE l.sudo_alias_id = c.id)`;
const COLUMNS = `c.id, c.name, c.commands, c.comment, ${SYSTEM_USERS} AS "systemUsers",
  c.created_at AS "createdAt", c.updated_at AS "updatedAt"`;
const SORTS = { name: 'c.name', createdAt: 'c.created_at', updatedAt: 'c.updated_at' };

/** Fields by which the list sorts. */
export const SUDO_ALIAS_SORTS = sortFields(SORTS);

/** Named lists of commands that system users may run by sudo (FEATURES R1, R2). */
export class SudoAliasBook {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** One page; `q` is looked for in name, commands and comment. */
  list(request: PageRequest): Promise<Page<SudoAliasRow>> {
    const searched = matches('$1', 'c.name', "array_to_string(c.commands, ' ')", 'c.comment');
    const sql = {
      columns: COLUMNS,
      from: `sudo_aliases c WHERE ${searched}`,
      order: orderBy(request.sort, SORTS, 'name', 'c.id'),
      row: 'c',
    };
    return readPage(this.dataSource, sudoAliasRow, sql, [searchText(request.q)], request);
  }

  /** @throws NotFound */
  get(id: SudoAliasId): Promise<SudoAliasRow> {
    return readAlias(this.dataSource, id);
  }

  /** @throws ValidationFailed for each command that sudoers would not take as it is meant */
  create(actor: Actor, draft: SudoAliasDraft): Promise<SudoAliasRow> {
    const commands = checkCommands(draft.commands);
    return this.unitOfWork.run(actor, async (tx) => {
      const id = newId<SudoAliasId>();
      await tx.of(SudoAlias).insert({ id, name: draft.name, commands, comment: draft.comment });
      const view = await readAlias(tx.manager, id);
      await record(tx, 'sudo-alias.create', view, { after: facts(view) });
      return view;
    });
  }

  /** What was pushed with it is outdated then. @throws NotFound, ValidationFailed */
  update(actor: Actor, id: SudoAliasId, change: SudoAliasChange): Promise<SudoAliasRow> {
    const commands = change.commands && checkCommands(change.commands);
    return this.unitOfWork.run(actor, async (tx) => {
      await lockRow(tx, id);
      const before = await readAlias(tx.manager, id);
      const { name, comment } = change;
      const fields = { name, commands, comment };
      if (Object.values(fields).some((value) => value !== undefined))
        await tx.of(SudoAlias).update(id, fields);
      const view = await readAlias(tx.manager, id);
      const changes = changedFields(facts(before), facts(view));
      if (!changes) return view;
      await record(tx, 'sudo-alias.update', view, changes);
      if ('name' in changes.after || 'commands' in changes.after) await markOutdated(tx, id);
      return view;
    });
  }

  /** @throws NotFound, InUse while system users are linked to it */
  remove(actor: Actor, id: SudoAliasId): Promise<void> {
    return this.unitOfWork.run(actor, async (tx) => {
      await lockRow(tx, id);
      const view = await readAlias(tx.manager, id);
      if (view.systemUsers.length > 0) {
        const usedBy = view.systemUsers.slice(0, 10).map((one) => ({
          type: 'system-user',
          id: one.id,
          name: one.username,
        }));
        throw new InUse(`Sudo alias ${view.name}`, usedBy, view.systemUsers.length);
      }
      await tx.of(SudoAlias).delete(id);
      await record(tx, 'sudo-alias.delete', view, { before: facts(view) });
    });
  }
}

/** Push records of the system users that are linked to it are of a lower revision from now on. */
async function markOutdated(tx: Transaction, id: SudoAliasId): Promise<void> {
  await tx.manager.query(
    `UPDATE system_users SET revision = revision + 1
     WHERE id IN (SELECT system_user_id FROM system_user_sudo_aliases WHERE sudo_alias_id = $1)`,
    [id],
  );
}

async function readAlias(source: SqlSource, id: SudoAliasId): Promise<SudoAliasRow> {
  const rows = await source.query(`SELECT ${COLUMNS} FROM sudo_aliases c WHERE c.id = $1`, [id]);
  const [view] = sudoAliasRow.array().parse(rows);
  if (!view) throw new NotFound('sudo alias');
  return view;
}

/** Waits for whoever is about to link it, and keeps others from doing so. */
async function lockRow(tx: Transaction, id: SudoAliasId): Promise<void> {
  const row = await tx.of(SudoAlias).findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
  if (!row) throw new NotFound('sudo alias');
}

/** What the operations log keeps of it. */
function facts({ name, commands, comment }: SudoAliasRow): Record<string, unknown> {
  return { name, commands, comment };
}

function record(
  tx: Transaction,
  action: string,
  { id, name }: SudoAliasRow,
  states: { before?: Record<string, unknown>; after?: Record<string, unknown> },
): Promise<void> {
  return tx.record({ action, subjectType: 'sudo-alias', subjectId: id, subjectName: name, ...states });
}
