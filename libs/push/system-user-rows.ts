import { z } from 'zod';
import {
  matches,
  orderBy,
  searchText,
  sortFields,
  type ListSql,
  type PageRequest,
  type SqlSource,
} from '#libs/database';
import { asId, NotFound, type SudoAliasId, type SystemUserId } from '#libs/kernel';

const alias = z.object({ id: z.string().transform(asId<SudoAliasId>), name: z.string() });

const systemUserRow = z
  .object({
    id: z.string().transform(asId<SystemUserId>),
    username: z.string(),
    shell: z.string(),
    home: z.string(),
    comment: z.string(),
    groups: z.array(z.string()),
    sudoAliases: z.array(alias),
    hasPassword: z.boolean(),
    hasPrivateKey: z.boolean(),
    publicKey: z.string().nullable(),
    assetCount: z.number(),
    createdAt: z.date(),
    updatedAt: z.date(),
  })
  .transform((row) => ({ ...row, sudoAliasIds: row.sudoAliases.map(({ id }) => id) }));

/** A system user as people see it: of its secrets, only whether there are any. */
export type SystemUserRow = z.infer<typeof systemUserRow>;

const credential = z.object({
  id: z.string().transform(asId<SystemUserId>),
  username: z.string(),
  sealedPassword: z.string().nullable(),
  sealedPrivateKey: z.string().nullable(),
});

/** A system user with its secrets as they are stored: only a gateway's vault opens them. */
export type SealedSystemUser = z.infer<typeof credential>;

const ASSET_COUNT =
  '(SELECT count(*)::int FROM push_records p WHERE p.system_user_id = s.id AND p.succeeded)';

const SUDO_ALIASES = `(SELECT coalesce(json_agg(json_build_object('id', a.id, 'name', a.name) ORDER BY a.name), '[]')
   FROM system_user_sudo_aliases l JOIN sudo_aliases a ON a.id = l.sudo_alias_id WHERE l.system_user_id = s.id)`;

const COLUMNS = `s.id, s.username, s.shell, s.home, s.comment, s.groups, ${SUDO_ALIASES} AS "sudoAliases",
  s.sealed_password IS NOT NULL AS "hasPassword", s.sealed_private_key IS NOT NULL AS "hasPrivateKey",
  s.public_key AS "publicKey", ${ASSET_COUNT} AS "assetCount",
  s.created_at AS "createdAt", s.updated_at AS "updatedAt"`;

const SORTS = {
  username: 's.username',
  assetCount: ASSET_COUNT,
  createdAt: 's.created_at',
  updatedAt: 's.updated_at',
};

/** Fields by which the list sorts. */
export const SYSTEM_USER_SORTS = sortFields(SORTS);

/** Checks each row of {@link systemUserList}. */
export const systemUserRows: z.ZodType<SystemUserRow> = systemUserRow;

/** `q` is looked for in user name and comment. */
export function systemUserList(request: PageRequest): { sql: ListSql; parameters: unknown[] } {
  const sql = {
    columns: COLUMNS,
    from: `system_users s WHERE ${matches('$1', 's.username', 's.comment')}`,
    order: orderBy(request.sort, SORTS, 'username', 's.id'),
    row: 's',
  };
  return { sql, parameters: [searchText(request.q)] };
}

/** @throws NotFound */
export async function readSystemUser(source: SqlSource, id: SystemUserId): Promise<SystemUserRow> {
  const rows = await source.query(`SELECT ${COLUMNS} FROM system_users s WHERE s.id = $1`, [id]);
  const [view] = systemUserRow.array().parse(rows);
  if (!view) throw new NotFound('system user');
  return view;
}

/** With what a gateway logs in as it, secrets sealed; null: no such system user. */
export async function readCredential(source: SqlSource, id: SystemUserId): Promise<SealedSystemUser | null> {
  const rows = await source.query(
    `SELECT s.id, s.username, s.sealed_password AS "sealedPassword", s.sealed_private_key AS "sealedPrivateKey"
     FROM system_users s WHERE s.id = $1`,
    [id],
  );
  return credential.array().parse(rows)[0] ?? null;
}

/** What the operations log keeps of it. */
export function systemUserFacts(view: SystemUserRow): Record<string, unknown> {
  const { username, shell, home, comment, groups, hasPassword, hasPrivateKey, publicKey } = view;
  const sudoAliases = view.sudoAliases.map(({ name }) => name);
  return { username, shell, home, comment, groups, sudoAliases, hasPassword, hasPrivateKey, publicKey };
}
