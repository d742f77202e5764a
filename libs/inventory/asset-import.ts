import { In, type DataSource } from 'typeorm';
import { z } from 'zod';
import {
  compareWithShown,
  DataCenter,
  ImportOutdated,
  type DraftRow,
  type PlannedRow,
  type RunCounts,
  type RunWishes,
  type ShownRow,
  type SqlSource,
  type Transaction,
  type UnitOfWork,
} from '#libs/database';
import { newId, type Actor, type AssetId, type FieldError } from '#libs/kernel';
import { DETAIL_FIELDS, detailColumn } from './asset-details.js';
import {
  NOTHING_KNOWN,
  planAssets,
  type AssetImportFields,
  type AssetPlan,
  type AssetState,
  type AssetWorld,
} from './asset-import-plan.js';
import { readAssetNames } from './asset-names.js';
import { ASSET_COLUMNS, assetRow } from './asset-rows.js';
import { holdDataCenters, logAdditions, loggingChanges } from './change-log.js';

/** Rows that are written at once. */
const CHUNK = 1_000;
const SHOWN_NAMES = 100;
const insertedRows = z.array(z.object({ name: z.string() }));

/** Columns that a row writes, with their types in PostgreSQL. */
const PLAIN_TYPES = {
  address: 'text',
  port: 'int',
  adminAccountId: 'uuid',
  active: 'boolean',
  comment: 'text',
};
const DETAIL_TYPES: Readonly<Record<string, string>> = {
  otherAddresses: 'text[]',
  macAddresses: 'text[]',
  cpuCount: 'int',
  memoryMib: 'int',
  disks: 'jsonb',
  dataCenterId: 'uuid',
  labels: 'jsonb',
};
const WRITTEN: readonly [column: string, type: string][] = [
  ...Object.entries(PLAIN_TYPES),
  ...DETAIL_FIELDS.map((field): [string, string] => [field, DETAIL_TYPES[field] ?? 'text']),
].map(([field, type]) => [detailColumn(field), type]);
const COLUMN_NAMES = WRITTEN.map(([column]) => column).join(', ');

/** Recordset `r` of {@link AssetState}s in the parameter. */
const recordset = (parameter: string): string =>
  `jsonb_to_recordset(${parameter}::jsonb) AS r(id uuid, name text, group_ids uuid[], ${WRITTEN.map((one) => one.join(' ')).join(', ')})`;

/** Adds and changes assets by the rows of a spreadsheet (FEATURES S10): found by name, one transaction, no query per row. */
export class AssetImport {
  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** What would become of the rows now; nothing is written. */
  async plan(drafts: readonly DraftRow<AssetImportFields>[]): Promise<PlannedRow[]> {
    return planAssets(await readWorld(this.dataSource, drafts), drafts);
  }

  /**
   * Does what was shown, and only that: a row that would do something else by now is refused.
   * @throws ImportOutdated when one is and all were wanted
   */
  run(actor: Actor, rows: readonly ShownRow<AssetImportFields>[], wishes: RunWishes): Promise<RunCounts> {
    return this.unitOfWork.run(actor, async (tx) => {
      await holdNamedDataCenters(tx, rows);
      const plans = planAssets(await readWorld(tx.manager, rows, true), rows);
      const refused = compareWithShown(rows, plans);
      const good = plans.filter(({ row }) => !refused.has(row));
      const counts = { added: 0, changed: 0, refused: 0 };
      for (let start = 0; start < good.length; start += CHUNK) {
        const chunk = good.slice(start, start + CHUNK);
        counts.added += await add(tx, chunk, refused);
        counts.changed += await change(tx, chunk);
        await wishes.progress(start + chunk.length);
      }
      if (wishes.allOrNothing && refused.size > 0) throw new ImportOutdated(refused.size);
      counts.refused = refused.size;
      await record(tx, good, counts);
      await wishes.settle(tx, refused);
      return counts;
    });
  }
}

async function holdNamedDataCenters(
  tx: Transaction,
  rows: readonly ShownRow<AssetImportFields>[],
): Promise<void> {
  const names = new Set(rows.flatMap(({ fields }) => fields.dataCenter ?? []));
  if (names.size === 0) return;
  const found = await tx.of(DataCenter).find({ select: { id: true }, where: { name: In([...names]) } });
  await holdDataCenters(
    tx,
    found.map(({ id }) => id),
  );
}

async function readWorld(
  source: SqlSource,
  drafts: readonly { name: string }[],
  lock = false,
): Promise<AssetWorld> {
  const names = drafts.map(({ name }) => name);
  if (lock)
    await source.query('SELECT FROM assets WHERE name = ANY($1) ORDER BY id FOR NO KEY UPDATE', [names]);
  const rows = await source.query(`SELECT ${ASSET_COLUMNS} FROM assets a WHERE a.name = ANY($1)`, [names]);
  const assets = assetRow.array().parse(rows);
  return { names: await readAssetNames(source), assets: new Map(assets.map((row) => [row.name, row])) };
}

/** Whoever was added by somebody else in this very moment is refused, not overwritten. */
async function add(
  tx: Transaction,
  plans: readonly AssetPlan[],
  refused: Map<number, FieldError[]>,
): Promise<number> {
  const fresh = plans.flatMap(({ row, id, state }) =>
    id === null && state ? [{ row, id: newId<AssetId>(), state }] : [],
  );
  if (fresh.length === 0) return 0;
  const rows: unknown = await tx.manager.query(
    `INSERT INTO assets (id, name, ${COLUMN_NAMES}, created_at, updated_at)
     SELECT r.id, r.name, ${WRITTEN.map(([column]) => `r.${column}`).join(', ')}, $2, $2 FROM ${recordset('$1')}
     ON CONFLICT (name) DO NOTHING RETURNING name`,
    [recordsOf(fresh), tx.now],
  );
  const inserted = new Set(insertedRows.parse(rows).map(({ name }) => name));
  for (const { row, state } of fresh) {
    if (!inserted.has(state.name)) refused.set(row, [takenMeanwhile]);
  }
  const added = fresh.filter(({ state }) => inserted.has(state.name));
  await writeGroups(tx, recordsOf(added));
  await logAdditions(
    tx,
    added.map(({ id }) => id),
    'import',
    NOTHING_KNOWN,
  );
  return added.length;
}

const takenMeanwhile: FieldError = {
  field: 'name',
  code: 'changed_meanwhile',
  message: 'This was added by somebody else since the file was checked; upload it again.',
};

async function change(tx: Transaction, plans: readonly AssetPlan[]): Promise<number> {
  const known = plans.flatMap(({ id, state }) => (id !== null && state ? [{ id, state }] : []));
  if (known.length === 0) return 0;
  const records = recordsOf(known);
  const ids = known.map(({ id }) => id);
  const { changed } = await loggingChanges(tx, ids, 'import', async () => {
    await tx.manager.query(
      `UPDATE assets a SET ${WRITTEN.map(([column]) => `${column} = r.${column}`).join(', ')}, updated_at = $2
       FROM ${recordset('$1')} WHERE a.id = r.id`,
      [records, tx.now],
    );
    await writeGroups(tx, records);
  });
  return changed.length;
}

async function writeGroups(tx: Transaction, records: string): Promise<void> {
  await tx.manager.query(
    `DELETE FROM asset_group_members m USING ${recordset('$1')}
     WHERE m.asset_id = r.id AND m.group_id <> ALL(r.group_ids)`,
    [records],
  );
  await tx.manager.query(
    `INSERT INTO asset_group_members (asset_id, group_id) SELECT r.id, unnest(r.group_ids) FROM ${recordset('$1')}
     ON CONFLICT DO NOTHING`,
    [records],
  );
}

function recordsOf(rows: readonly { id: AssetId; state: AssetState }[]): string {
  const columns = (state: AssetState): [string, unknown][] =>
    Object.entries(state).map(([field, value]) => [detailColumn(field), value]);
  return JSON.stringify(rows.map(({ id, state }) => ({ id, ...Object.fromEntries(columns(state)) })));
}

/** One row for all: what became of each asset stands in its change records. */
async function record(tx: Transaction, good: readonly AssetPlan[], counts: RunCounts): Promise<void> {
  const names = good.slice(0, SHOWN_NAMES).map(({ state }) => state?.name);
  await tx.record({
    action: 'asset.import',
    subjectType: 'asset',
    subjectId: null,
    subjectName: `${counts.added + counts.changed} assets`,
    after: { ...counts, names },
  });
  if (counts.added + counts.changed > 0) await tx.notify('access.changed', { reason: 'asset.import' });
}
