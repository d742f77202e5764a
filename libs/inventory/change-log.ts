import { z } from 'zod';
import type { DataSource } from 'typeorm';
import { CHANGE_SOURCES, type ChangeSource } from '#libs/contracts';
import {
  matches,
  orderBy,
  readPage,
  searchText,
  sortFields,
  type Page,
  type PageRequest,
  type Transaction,
} from '#libs/database';
import { asId, type AssetId, type DataCenterId } from '#libs/kernel';
import { DETAIL_FIELDS, detailColumn } from './asset-details.js';

const text = z.tuple([z.object({ facts: z.string() })]);
const changedRows = z.array(z.object({ id: z.string().transform(asId<AssetId>) }));

const PLAIN = ['name', 'address', 'port', 'active', 'comment'];
const DETAILS = DETAIL_FIELDS.filter((field) => field !== 'dataCenterId');

/** An asset `a` as people know it: what has a name stands by its name, so that history stays readable. */
const FACTS = `jsonb_build_object(
  ${PLAIN.map((field) => `'${field}', a.${field}`).join(', ')},
  ${DETAILS.map((field) => `'${field}', a.${detailColumn(field)}`).join(', ')},
  'dataCenter', (SELECT d.name FROM data_centers d WHERE d.id = a.data_center_id),
  'adminAccount', (SELECT c.name FROM admin_accounts c WHERE c.id = a.admin_account_id),
  'groups', ARRAY(SELECT g.name FROM asset_group_members m JOIN asset_groups g ON g.id = m.group_id
                  WHERE m.asset_id = a.id ORDER BY g.name),
  'hostKeys', ARRAY(SELECT k.type || ' ' || k.fingerprint FROM asset_host_keys k
                    WHERE k.asset_id = a.id ORDER BY k.type, k.fingerprint))`;

/**
 * Runs `work`, which changes these assets, and writes a change record for each field that is different afterwards.
 * The assets are locked in the order of their ids, so that records of changes at the same time don't mix.
 * @returns what `work` gives, and the assets of which something changed.
 */
export async function loggingChanges<T>(
  tx: Transaction,
  ids: readonly AssetId[],
  source: ChangeSource,
  work: () => Promise<T>,
): Promise<{ result: T; changed: AssetId[] }> {
  await lockAssets(tx, ids);
  const rows: unknown = await tx.manager.query(
    `SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'facts', ${FACTS})), '[]')::text AS facts
     FROM assets a WHERE a.id = ANY($1)`,
    [ids],
  );
  const result = await work();
  return { result, changed: await writeRecords(tx, text.parse(rows)[0].facts, source) };
}

/** Waits for whoever changes one of them; in the order of their ids, so that two never wait for each other in a circle. */
export async function lockAssets(tx: Transaction, ids: readonly AssetId[]): Promise<void> {
  await tx.manager.query('SELECT id FROM assets WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE', [ids]);
}

/**
 * Keeps these data centers from being deleted until the transaction ends. Whoever moves assets into them takes them before
 * the assets, in which order a deletion locks too.
 */
export async function holdDataCenters(tx: Transaction, ids: readonly DataCenterId[]): Promise<void> {
  if (ids.length === 0) return;
  await tx.manager.query('SELECT id FROM data_centers WHERE id = ANY($1) ORDER BY id FOR KEY SHARE', [ids]);
}

/**
 * Writes a change record for each field of these new assets that differs from what a new asset has.
 * @param unset what a new asset has, by the names of the fields; what is no field of an asset is passed over
 */
export async function logAdditions(
  tx: Transaction,
  ids: readonly AssetId[],
  source: ChangeSource,
  unset: object,
): Promise<void> {
  const nothing = {
    name: null,
    address: null,
    dataCenter: null,
    adminAccount: null,
    groups: [],
    hostKeys: [],
  };
  const facts = { ...unset, ...nothing };
  await writeRecords(tx, JSON.stringify(ids.map((id) => ({ id, facts }))), source);
}

/** @param before JSON as {@link loggingChanges} read it, never looked at here: it may be of thousands of assets. */
async function writeRecords(tx: Transaction, before: string, source: ChangeSource): Promise<AssetId[]> {
  const rows: unknown = await tx.manager.query(
    `WITH written AS (
       INSERT INTO asset_changes (id, asset_id, asset_name, field, before, after, at, actor_id, actor_name, source)
       SELECT gen_random_uuid(), a.id, a.name, f.key, b.facts->f.key, f.value, $2, $3, $4, $5
       FROM jsonb_to_recordset($1::jsonb) AS b(id uuid, facts jsonb)
       JOIN assets a ON a.id = b.id CROSS JOIN LATERAL jsonb_each(${FACTS}) AS f
       WHERE f.value IS DISTINCT FROM b.facts->f.key
       RETURNING asset_id
     ) SELECT DISTINCT asset_id AS id FROM written`,
    [before, tx.now, tx.actor.userId, tx.actor.username, source],
  );
  return changedRows.parse(rows).map(({ id }) => id);
}

const changeRow = z.object({
  id: z.string(),
  assetId: z.string().transform(asId<AssetId>),
  assetName: z.string(),
  field: z.string(),
  before: z.unknown(),
  after: z.unknown(),
  at: z.date(),
  actorName: z.string(),
  source: z.enum(CHANGE_SOURCES),
});

/** A change record as people see it. */
export type ChangeRow = z.infer<typeof changeRow>;

const SORTS = { at: 'c.at', assetName: 'c.asset_name', field: 'c.field', actorName: 'c.actor_name' };

/** Fields by which change records sort. */
export const CHANGE_SORTS = sortFields(SORTS);

/** Which change records a list shows. */
export interface ChangeFilter extends PageRequest {
  assetId?: AssetId | undefined;
  field?: string | undefined;
  source?: ChangeSource | undefined;
  /** Moments in ISO 8601; `until` is not included. */
  from?: string | undefined;
  until?: string | undefined;
}

/** The change records of all assets, of deleted ones too (FEATURES S14). */
export class ChangeLog {
  constructor(private readonly dataSource: DataSource) {}

  /** One page, the newest first unless asked otherwise; `q` is looked for in the names of asset and actor. */
  list(filter: ChangeFilter): Promise<Page<ChangeRow>> {
    const conditions = [
      matches('$1', 'c.asset_name', 'c.actor_name'),
      '($2::uuid IS NULL OR c.asset_id = $2)',
      '($3::text IS NULL OR c.field = $3)',
      '($4::text IS NULL OR c.source = $4)',
      '($5::timestamptz IS NULL OR c.at >= $5)',
      '($6::timestamptz IS NULL OR c.at < $6)',
    ];
    const sql = {
      columns: `c.id, c.asset_id AS "assetId", c.asset_name AS "assetName", c.field, c.before, c.after, c.at,
        c.actor_name AS "actorName", c.source`,
      from: `asset_changes c WHERE ${conditions.join(' AND ')}`,
      order: orderBy(filter.sort, SORTS, '-at', 'c.id'),
    };
    const { assetId, field, source, from, until } = filter;
    const given = [assetId, field, source, from, until].map((value) => value ?? null);
    return readPage(this.dataSource, changeRow, sql, [searchText(filter.q), ...given], filter);
  }
}
