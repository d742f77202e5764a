import {
  AdminAccount,
  Asset,
  AssetGroup,
  DataCenter,
  requireKnown,
  type Transaction,
  type UnitOfWork,
} from '#libs/database';
import {
  ValidationFailed,
  type Actor,
  type AdminAccountId,
  type AssetGroupId,
  type AssetId,
} from '#libs/kernel';
import { detailsOf, type SomeAssetDetails } from './asset-details.js';
import { selectedAssets, type AssetSelection } from './asset-selection.js';
import { holdDataCenters, loggingChanges } from './change-log.js';

/** Texts that many assets can share. */
const SHARED_TEXTS = [
  ...(['brand', 'model', 'cpuModel', 'os', 'osVersion', 'kernel', 'architecture'] as const),
  ...(['assetNumber', 'cabinet', 'position', 'comment'] as const),
] as const;

type SharedText = (typeof SHARED_TEXTS)[number];

/** Fields that many assets can be given at once; a text that is null is emptied, as by ''. */
export interface BatchFields
  extends Omit<SomeAssetDetails, SharedText>, Partial<Record<SharedText, string | null | undefined>> {
  port?: number | null | undefined;
  adminAccountId?: AdminAccountId | null | undefined;
  active?: boolean | undefined;
}

/** Which groups the assets join and leave; `replace` stands alone. */
export interface GroupEdit {
  add?: AssetGroupId[] | undefined;
  remove?: AssetGroupId[] | undefined;
  replace?: AssetGroupId[] | undefined;
}

/** Labels that the assets get and lose; the others stay. */
export interface LabelEdit {
  add?: Record<string, string> | undefined;
  remove?: string[] | undefined;
}

/** What to change on which assets. */
export interface BatchEdit extends AssetSelection {
  set?: BatchFields | undefined;
  groups?: GroupEdit | undefined;
  labels?: LabelEdit | undefined;
}

/** How many assets were meant, and how many are different now. */
export interface BatchOutcome {
  matched: number;
  changed: number;
}

/** Assets of which the change records are worked out at once: keeps their text out of the way of memory. */
const CHUNK = 5_000;
const SHOWN_IDS = 100;

/** Changes many assets in one transaction (FEATURES S12). */
export class BatchEditor {
  constructor(private readonly unitOfWork: UnitOfWork) {}

  /** Only what is given changes. @throws ValidationFailed: something named doesn't exist, or the edit is unclear. */
  async edit(actor: Actor, edit: BatchEdit): Promise<BatchOutcome> {
    refuseUnclear(edit);
    return this.unitOfWork.run(actor, async (tx) => {
      if (edit.set?.dataCenterId) await holdDataCenters(tx, [edit.set.dataCenterId]);
      await checkReferences(tx, edit);
      const ids = await selectedAssets(tx.manager, edit);
      let changed = 0;
      for (let start = 0; start < ids.length; start += CHUNK) {
        const chunk = ids.slice(start, start + CHUNK);
        changed += (await loggingChanges(tx, chunk, 'hand', () => apply(tx, chunk, edit))).changed.length;
      }
      if (changed > 0) await record(tx, edit, ids, changed);
      return { matched: ids.length, changed };
    });
  }
}

function refuseUnclear({ groups, labels }: BatchEdit): void {
  if (groups?.replace && (groups.add ?? groups.remove)) {
    throw ValidationFailed.field('groups', 'unclear', 'Either replace the groups, or add and remove some.');
  }
  const twice = [
    groups?.add?.some((id) => groups.remove?.includes(id)) && 'groups',
    labels?.remove?.some((key) => Object.hasOwn(labels.add ?? {}, key)) && 'labels',
  ].find((field) => field !== undefined && field !== false);
  if (twice) throw ValidationFailed.field(twice, 'unclear', 'One of these is to be both added and removed.');
}

async function checkReferences(tx: Transaction, { set, groups }: BatchEdit): Promise<void> {
  const one = <T>(id: T | null | undefined): T[] => (id ? [id] : []);
  const { manager } = tx;
  await requireKnown(manager, AdminAccount, one(set?.adminAccountId), 'set.adminAccountId', 'admin account');
  await requireKnown(manager, DataCenter, one(set?.dataCenterId), 'set.dataCenterId', 'data center');
  await requireKnown(manager, AssetGroup, groups?.add ?? [], 'groups.add', 'asset group');
  await requireKnown(manager, AssetGroup, groups?.replace ?? [], 'groups.replace', 'asset group');
}

async function apply(tx: Transaction, ids: readonly AssetId[], edit: BatchEdit): Promise<void> {
  const { port, adminAccountId, active } = edit.set ?? {};
  const { comment, ...details } = emptying(edit.set ?? {});
  const fields = { port, adminAccountId, active, comment, ...detailsOf(details) };
  if (Object.values(fields).some((value) => value !== undefined)) {
    await tx.of(Asset).createQueryBuilder().update().set(fields).where('id = ANY(:ids)', { ids }).execute();
  }
  if (edit.labels) await applyLabels(tx, ids, edit.labels);
  if (edit.groups) await applyGroups(tx, ids, edit.groups);
}

/** The texts and details, with '' for a text that is null. */
function emptying(set: BatchFields): SomeAssetDetails & { comment?: string } {
  const texts: readonly string[] = SHARED_TEXTS;
  return Object.fromEntries(
    Object.entries(set).map(([field, value]) => [
      field,
      value === null && texts.includes(field) ? '' : value,
    ]),
  );
}

async function applyLabels(tx: Transaction, ids: readonly AssetId[], edit: LabelEdit): Promise<void> {
  await tx.manager.query(
    `UPDATE assets SET labels = (labels - $2::text[]) || $3::jsonb, updated_at = $4
     WHERE id = ANY($1) AND labels <> (labels - $2::text[]) || $3::jsonb`,
    [ids, edit.remove ?? [], JSON.stringify(edit.add ?? {}), tx.now],
  );
}

async function applyGroups(tx: Transaction, ids: readonly AssetId[], edit: GroupEdit): Promise<void> {
  const { add = [], remove = [], replace } = edit;
  await tx.manager.query(
    `DELETE FROM asset_group_members WHERE asset_id = ANY($1)
     AND (group_id = ANY($2::uuid[]) OR ($3::uuid[] IS NOT NULL AND group_id <> ALL($3)))`,
    [ids, remove, replace ?? null],
  );
  await tx.manager.query(
    `INSERT INTO asset_group_members (asset_id, group_id)
     SELECT asset_id, group_id FROM unnest($1::uuid[]) AS asset_id CROSS JOIN unnest($2::uuid[]) AS group_id
     ON CONFLICT DO NOTHING`,
    [ids, replace ?? add],
  );
}

/** One row for all: what became of each asset stands in its change records. */
async function record(tx: Transaction, edit: BatchEdit, ids: AssetId[], changed: number): Promise<void> {
  const { filter, set, groups, labels } = edit;
  await tx.record({
    action: 'asset.update-many',
    subjectType: 'asset',
    subjectId: null,
    subjectName: `${changed} assets`,
    after: { filter, set, groups, labels, changed, ids: ids.slice(0, SHOWN_IDS) },
  });
  await tx.notify('access.changed', { reason: 'asset.update-many' });
}
