import type { EntityManager } from 'typeorm';
import { z } from 'zod';
import {
  orderBy,
  searchText,
  sortFields,
  type ListSql,
  type PageRequest,
  type SqlSource,
} from '#libs/database';
import type { AssetEnvironment, AssetStatus, AssetType } from '#libs/contracts';
import {
  asId,
  NotFound,
  type AdminAccountId,
  type AssetGroupId,
  type AssetId,
  type DataCenterId,
  type ImportId,
} from '#libs/kernel';
import { assetDetails, DETAIL_COLUMNS } from './asset-details.js';
import { EFFECTIVE_ADMIN_ACCOUNT, EFFECTIVE_PORT } from './default-settings.js';

const assetId = z.string().transform(asId<AssetId>);
const groupId = z.string().transform(asId<AssetGroupId>);
const accountId = z.string().transform(asId<AdminAccountId>);

/** One row of {@link ASSET_COLUMNS}. */
export const assetRow = z.object({
  id: assetId,
  name: z.string(),
  address: z.string(),
  /** null: that of the default settings. */
  port: z.number().nullable(),
  /** Own port, or that of the default settings. */
  effectivePort: z.number(),
  groupIds: z.array(groupId),
  /** null: that of the default settings. */
  adminAccountId: accountId.nullable(),
  active: z.boolean(),
  comment: z.string(),
  ...assetDetails,
  /** Pinned host keys as OpenSSH lines. */
  hostKeys: z.array(z.string()),
  /** null: never. */
  factsCollectedAt: z.date().nullable(),
  createdAt: z.date(),
  updatedAt: z.date(),
});

/** An asset as people see it. */
export type AssetRow = z.infer<typeof assetRow>;

/** Of an asset `a`. */
export const ASSET_COLUMNS = `a.id, a.name, a.address, a.port, ${EFFECTIVE_PORT} AS "effectivePort",
  ARRAY(SELECT m.group_id FROM asset_group_members m WHERE m.asset_id = a.id ORDER BY m.group_id) AS "groupIds",
  a.admin_account_id AS "adminAccountId", a.active, a.comment, ${DETAIL_COLUMNS},
  ARRAY(SELECT k.type || ' ' || k.blob FROM asset_host_keys k WHERE k.asset_id = a.id ORDER BY k.type, k.blob) AS "hostKeys",
  a.facts_collected_at AS "factsCollectedAt", a.created_at AS "createdAt", a.updated_at AS "updatedAt"`;

const SORTS = {
  name: 'a.name',
  address: 'a.address',
  port: EFFECTIVE_PORT,
  active: 'a.active',
  type: 'a.type',
  environment: 'a.environment',
  status: 'a.status',
  dataCenter: 'd.name',
  brand: 'a.brand',
  model: 'a.model',
  os: 'a.os',
  cpuCount: 'a.cpu_count',
  memoryMib: 'a.memory_mib',
  serialNumber: 'a.serial_number',
  assetNumber: 'a.asset_number',
  createdAt: 'a.created_at',
  updatedAt: 'a.updated_at',
};

/** Fields by which the list sorts. */
export const ASSET_SORTS = sortFields(SORTS);

/** Which assets are meant. */
export interface AssetFilter {
  /** Text in name, address or comment. */
  q?: string | undefined;
  /** In this group or in one below it. */
  groupId?: AssetGroupId | undefined;
  dataCenterId?: DataCenterId | undefined;
  type?: AssetType | undefined;
  environment?: AssetEnvironment | undefined;
  status?: AssetStatus | undefined;
  /** With all of these: `key=value`, or `key` whatever its value. */
  label?: string[] | undefined;
  active?: boolean | undefined;
  /** With this admin account of their own. */
  adminAccountId?: AdminAccountId | undefined;
  /** Whether a host key is pinned. */
  pinned?: boolean | undefined;
  /** Added or changed by this import; of one that is no longer kept: none. */
  importId?: ImportId | undefined;
}

/** Recursive query `below(id)`: the groups of the uuid[] parameter and all below them. */
export const groupsBelow = (parameter: string): string => `WITH RECURSIVE below AS (
    SELECT g.id FROM asset_groups g WHERE g.id = ANY(${parameter}::uuid[])
    UNION SELECT g.id FROM below b JOIN asset_groups g ON g.parent_id = b.id
  )`;

/**
 * The assets `a` of a filter: a condition with its parameters. Only what is asked for stands in it: behind an `OR`
 * PostgreSQL would try each asset instead of beginning with a group's members.
 */
export function assetCondition(filter: AssetFilter): { condition: string; parameters: unknown[] } {
  const { values, keys } = labelTerms(filter.label ?? []);
  const asked: [unknown, (parameter: string) => string][] = [
    [searchText(filter.q), (text) => `a.search_text LIKE lower(${text})`],
    [filter.active, (active) => `a.active = ${active}`],
    [filter.adminAccountId, (id) => `a.admin_account_id = ${id}`],
    [filter.pinned, (pinned) => `EXISTS (SELECT FROM asset_host_keys k WHERE k.asset_id = a.id) = ${pinned}`],
    [filter.importId, (id) => `a.name IN (SELECT r.name FROM import_rows r WHERE ${isWritten(id)})`],
    [filter.groupId, inGroup],
    [filter.dataCenterId, (id) => `a.data_center_id = ${id}`],
    [filter.type, (type) => `a.type = ${type}`],
    [filter.environment, (environment) => `a.environment = ${environment}`],
    [filter.status, (status) => `a.status = ${status}`],
    [values, (labels) => `a.labels @> ${labels}::jsonb`],
    [keys, (names) => `a.labels ?& ${names}::text[]`],
  ];
  const given = asked.filter(([value]) => value !== undefined && value !== null);
  const conditions = given.map(([, condition], index) => condition(`$${index + 1}`));
  return {
    condition: conditions.length > 0 ? conditions.join(' AND ') : 'true',
    parameters: given.map(([value]) => value),
  };
}

const isWritten = (importId: string): string =>
  `r.import_id = ${importId} AND r.outcome IN ('added', 'changed')`;

/** The groups as an array: of a recursive query PostgreSQL expects far too many, and would read all memberships. */
const inGroup = (id: string): string => `a.id IN (SELECT m.asset_id FROM ${membersBelow(id)})`;

const membersBelow = (id: string): string => `asset_group_members m
  WHERE m.group_id = ANY(ARRAY(${groupsBelow(`ARRAY[${id}::uuid]`)} SELECT below.id FROM below))`;

/** What `key=value` and bare `key` ask for. */
function labelTerms(labels: readonly string[]): { values: string | null; keys: string[] | null } {
  const values = new Map<string, string | string[]>();
  const keys: string[] = [];
  for (const label of labels) {
    const end = label.indexOf('=');
    if (end === -1) keys.push(label);
    else {
      const [key, value] = [label.slice(0, end), label.slice(end + 1)];
      // no asset has two values of one label: a list, which is no label's value, finds none
      values.set(key, values.has(key) ? [value] : value);
    }
  }
  return {
    values: values.size > 0 ? jsonOf(values) : null,
    keys: keys.length > 0 ? keys : null,
  };
}

/** Written by hand: an object would take `__proto__` for something else than a label. */
const jsonOf = (values: ReadonlyMap<string, unknown>): string =>
  `{${[...values].map(([key, value]) => `${JSON.stringify(key)}:${JSON.stringify(value)}`).join()}}`;

const ASSETS_IN_DATA_CENTERS = 'assets a LEFT JOIN data_centers d ON d.id = a.data_center_id';

/** The list as SQL with its parameters. */
export function assetList(filter: AssetFilter & PageRequest): { sql: ListSql; parameters: unknown[] } {
  const { condition, parameters } = assetCondition(filter);
  // a join that isn't needed keeps PostgreSQL from answering out of an index alone
  const byDataCenter = filter.sort?.endsWith('dataCenter') ?? false;
  const count = quickCount(filter, condition, parameters.length);
  const sql = {
    ...(count !== null && { count }),
    columns: ASSET_COLUMNS,
    from: `${byDataCenter ? ASSETS_IN_DATA_CENTERS : 'assets a'} WHERE ${condition}`,
    order: orderBy(filter.sort, SORTS, 'name', 'a.id'),
    row: 'a',
    table: 'assets',
  };
  return { sql, parameters };
}

/** Statement that counts without looking at the assets themselves; null where they must be looked at. */
function quickCount(filter: AssetFilter, condition: string, asked: number): string | null {
  if (asked !== 1) return null;
  if (filter.groupId !== undefined)
    return `SELECT count(DISTINCT m.asset_id)::int AS total FROM ${membersBelow('$1')}`;
  // a label's mere name mostly hits most of them; one with its value has an index of its own
  const isInWords = searchText(filter.q) !== null || filter.label?.every((label) => !label.includes('='));
  return isInWords ? `SELECT count(*)::int AS total FROM asset_words a WHERE ${condition}` : null;
}

/** One asset. @throws NotFound */
export async function readAsset(source: SqlSource, id: AssetId): Promise<AssetRow> {
  const rows = await source.query(`SELECT ${ASSET_COLUMNS} FROM assets a WHERE a.id = $1`, [id]);
  const [view] = assetRow.array().parse(rows);
  if (!view) throw new NotFound('asset');
  return view;
}

/** Ids of the assets in these groups and all below them, each once. */
export async function assetsInGroups(
  manager: EntityManager,
  groupIds: readonly AssetGroupId[],
): Promise<AssetId[]> {
  const rows: unknown = await manager.query(
    `${groupsBelow('$1')} SELECT DISTINCT m.asset_id AS id FROM below JOIN asset_group_members m ON m.group_id = below.id`,
    [groupIds],
  );
  return z
    .array(z.object({ id: assetId }))
    .parse(rows)
    .map((row) => row.id);
}

const endpointRow = z.object({
  id: assetId,
  name: z.string(),
  address: z.string(),
  active: z.boolean(),
  port: z.number(),
  hostKeys: z.array(z.object({ type: z.string(), blob: z.string(), fingerprint: z.string() })),
});

/** Where an asset is reached, and the host keys that are accepted from it: none, no connection. */
export interface AssetEndpoint {
  asset: { id: AssetId; name: string; address: string; active: boolean };
  port: number;
  hostKeys: { type: string; blob: string; fingerprint: string }[];
}

/** One statement; null for each that does not exist. */
export async function readEndpoints(
  source: SqlSource,
  ids: readonly AssetId[],
): Promise<(AssetEndpoint | null)[]> {
  const rows = await source.query(
    `SELECT a.id, a.name, a.address, a.active, ${EFFECTIVE_PORT} AS port,
            (SELECT coalesce(json_agg(json_build_object('type', k.type, 'blob', k.blob, 'fingerprint', k.fingerprint)
                                      ORDER BY k.type, k.blob), '[]')
             FROM asset_host_keys k WHERE k.asset_id = a.id) AS "hostKeys"
     FROM assets a WHERE a.id = ANY($1::uuid[])`,
    [ids],
  );
  const found = endpointRow.array().parse(rows);
  const byId = new Map(
    found.map(({ port, hostKeys, ...asset }) => [asset.id, { asset, port, hostKeys }] as const),
  );
  return ids.map((id) => byId.get(id) ?? null);
}

const adminLogin = z.object({
  id: accountId,
  name: z.string(),
  username: z.string(),
  sealedPassword: z.string().nullable(),
  sealedPrivateKey: z.string().nullable(),
});

const adminLoginOf = adminLogin.extend({ assetId });

/** An admin account with its secrets as they are stored: only a gateway's vault opens them. */
export type SealedAdminAccount = z.infer<typeof adminLogin>;

/** Of each asset its own admin account or the default one, in one statement; null where there is neither. */
export async function readAdminAccountsOf(
  source: SqlSource,
  ids: readonly AssetId[],
): Promise<(SealedAdminAccount | null)[]> {
  const rows = await source.query(
    `SELECT a.id AS "assetId", c.id, c.name, c.username, c.sealed_password AS "sealedPassword", c.sealed_private_key AS "sealedPrivateKey"
     FROM assets a JOIN admin_accounts c ON c.id = ${EFFECTIVE_ADMIN_ACCOUNT} WHERE a.id = ANY($1::uuid[])`,
    [ids],
  );
  const found = adminLoginOf.array().parse(rows);
  const byAsset = new Map(found.map(({ assetId, ...account }) => [assetId, account]));
  return ids.map((id) => byAsset.get(id) ?? null);
}
