import type { DataSource } from 'typeorm';
import type { ChangeSource } from '#libs/contracts';
import {
  AdminAccount,
  Asset,
  AssetGroup,
  changedFields,
  DataCenter,
  readPage,
  replaceLinks,
  requireKnown,
  type Page,
  type PageRequest,
  type Transaction,
  type UnitOfWork,
} from '#libs/database';
import {
  Gathered,
  newId,
  NotFound,
  ValidationFailed,
  type Actor,
  type AdminAccountId,
  type AssetGroupId,
  type AssetId,
} from '#libs/kernel';
import { detailsOf, type SomeAssetDetails } from './asset-details.js';
import {
  assetList,
  assetRow,
  readAdminAccountsOf,
  readAsset,
  readEndpoints,
  type AssetEndpoint,
  type AssetFilter,
  type AssetRow,
  type SealedAdminAccount,
} from './asset-rows.js';
import { selectedAssets, type AssetSelection } from './asset-selection.js';
import { holdDataCenters, loggingChanges } from './change-log.js';
import { parseHostKeys, readPinnedKeys, replacePins, type PinnedHostKey } from './host-keys.js';

/** A new asset. */
export interface AssetDraft extends SomeAssetDetails {
  name: string;
  /** Checked by {@link isAddress}. */
  address: string;
  /** null or absent: that of the default settings. */
  port?: number | null | undefined;
  adminAccountId?: AdminAccountId | null | undefined;
  groupIds?: AssetGroupId[] | undefined;
  active?: boolean | undefined;
  comment?: string | undefined;
  /** OpenSSH lines to pin. */
  hostKeys?: string[] | undefined;
}

/** What is given changes. */
export type AssetChange = { [K in keyof AssetDraft]?: AssetDraft[K] | undefined };

/** Each leaves an operation of its own, in one transaction. */
const MOST_DELETED = 10_000;

const GROUPS_OF_ASSET = { table: 'asset_group_members', owner: 'asset_id', member: 'group_id' };

/** The assets: who they are, where they are reached, by which host keys they are known. */
export class AssetCatalog {
  private readonly endpoints = new Gathered((ids: AssetId[]) => readEndpoints(this.dataSource, ids));
  private readonly adminAccounts = new Gathered((ids: AssetId[]) =>
    readAdminAccountsOf(this.dataSource, ids),
  );

  constructor(
    private readonly dataSource: DataSource,
    private readonly unitOfWork: UnitOfWork,
  ) {}

  /** One page. */
  list(filter: AssetFilter & PageRequest): Promise<Page<AssetRow>> {
    const { sql, parameters } = assetList(filter);
    return readPage(this.dataSource, assetRow, sql, parameters, filter);
  }

  /** @throws NotFound */
  get(id: AssetId): Promise<AssetRow> {
    return readAsset(this.dataSource, id);
  }

  /** Where a gateway connects to, and which host keys it accepts; null: no such asset. */
  endpointOf(id: AssetId): Promise<AssetEndpoint | null> {
    return this.endpoints.ask(id);
  }

  /** The asset's own admin account or the default one, secrets sealed; null: none is set. */
  adminAccountFor(id: AssetId): Promise<SealedAdminAccount | null> {
    return this.adminAccounts.ask(id);
  }

  /** @throws ValidationFailed: a host key is none, a group or admin account doesn't exist. */
  async create(actor: Actor, draft: AssetDraft): Promise<AssetRow> {
    const hostKeys = parseHostKeys(draft.hostKeys ?? []);
    return this.unitOfWork.run(actor, async (tx) => {
      await checkReferences(tx, draft);
      const id = newId<AssetId>();
      const { name, address, port = null, adminAccountId = null, active = true, comment = '' } = draft;
      await tx
        .of(Asset)
        .insert({ id, name, address, port, adminAccountId, active, comment, ...detailsOf(draft) });
      await replaceLinks(tx.manager, GROUPS_OF_ASSET, id, draft.groupIds ?? []);
      await replacePins(tx, { id, name }, hostKeys);
      const view = await readAsset(tx.manager, id);
      await record(tx, 'asset.create', view, { after: facts(view) });
      await tx.notify('access.changed', { reason: 'asset.create' });
      return view;
    });
  }

  /** @throws NotFound, ValidationFailed as {@link create} does. */
  async update(
    actor: Actor,
    id: AssetId,
    change: AssetChange,
    source: ChangeSource = 'hand',
  ): Promise<AssetRow> {
    const hostKeys = change.hostKeys && parseHostKeys(change.hostKeys);
    return this.unitOfWork.run(actor, async (tx) => {
      if (change.dataCenterId) await holdDataCenters(tx, [change.dataCenterId]);
      await lockAssets(tx, [id], 'for_no_key_update');
      await checkReferences(tx, change);
      const before = await readAsset(tx.manager, id);
      await loggingChanges(tx, [id], source, async () => {
        await writeFields(tx, id, change);
        if (change.groupIds) await replaceLinks(tx.manager, GROUPS_OF_ASSET, id, change.groupIds);
        if (hostKeys) await replacePins(tx, { id, name: before.name }, hostKeys);
      });
      const view = await readAsset(tx.manager, id);
      const changes = changedFields(facts(before), facts(view));
      if (changes) await record(tx, 'asset.update', view, changes);
      if (changes ?? hostKeys) await tx.notify('access.changed', { reason: 'asset.update' });
      return view;
    });
  }

  /** History keeps its name. @throws NotFound */
  remove(actor: Actor, id: AssetId): Promise<void> {
    return this.unitOfWork.run(actor, (tx) => remove(tx, [id]));
  }

  /** Deletes all of them or none. @throws ValidationFailed as {@link selectedAssets} does, or when there are too many */
  removeAll(actor: Actor, selection: AssetSelection): Promise<void> {
    return this.unitOfWork.run(actor, async (tx) => {
      const ids = await selectedAssets(tx.manager, selection);
      if (ids.length > MOST_DELETED) {
        const message = `These are ${ids.length} assets; delete at most ${MOST_DELETED} at once.`;
        throw ValidationFailed.field('filter', 'too_many', message, { max: MOST_DELETED });
      }
      await remove(tx, ids);
    });
  }

  /** The host keys that are accepted from the asset. @throws NotFound */
  async hostKeys(id: AssetId): Promise<PinnedHostKey[]> {
    const keys = await readPinnedKeys(this.dataSource, id);
    if (keys.length === 0) await this.get(id);
    return keys;
  }

  /** Pins exactly these keys (OpenSSH lines) from now on; none: nobody can connect. @throws NotFound, ValidationFailed */
  async pinHostKeys(actor: Actor, id: AssetId, lines: readonly string[]): Promise<PinnedHostKey[]> {
    const keys = parseHostKeys(lines);
    return this.unitOfWork.run(actor, async (tx) => {
      const [asset] = await lockAssets(tx, [id], 'for_no_key_update');
      if (asset) await loggingChanges(tx, [id], 'hand', () => replacePins(tx, asset, keys));
      await tx.notify('access.changed', { reason: 'asset.pin-host-keys' });
      return readPinnedKeys(tx.manager, id);
    });
  }

  /** Pins these keys unless others are pinned; gives those that are. @throws NotFound, ValidationFailed */
  async pinFirstHostKeys(actor: Actor, id: AssetId, lines: readonly string[]): Promise<PinnedHostKey[]> {
    const keys = parseHostKeys(lines);
    return this.unitOfWork.run(actor, async (tx) => {
      const [asset] = await lockAssets(tx, [id], 'for_no_key_update');
      const pinned = await readPinnedKeys(tx.manager, id);
      if (!asset || pinned.length > 0) return pinned;
      await loggingChanges(tx, [id], 'hand', () => replacePins(tx, asset, keys));
      return readPinnedKeys(tx.manager, id);
    });
  }
}

async function remove(tx: Transaction, ids: readonly AssetId[]): Promise<void> {
  for (const { id, name, address } of await lockAssets(tx, ids, 'pessimistic_write')) {
    const subject = { subjectType: 'asset', subjectId: id, subjectName: name };
    await tx.record({ action: 'asset.delete', ...subject, before: { name, address } });
  }
  await tx.of(Asset).delete([...ids]);
  await tx.notify('access.changed', { reason: 'asset.delete' });
}

async function checkReferences(
  tx: Transaction,
  { groupIds = [], adminAccountId, dataCenterId }: AssetChange,
): Promise<void> {
  await requireKnown(tx.manager, AssetGroup, groupIds, 'groupIds', 'asset group');
  await requireKnown(
    tx.manager,
    AdminAccount,
    adminAccountId ? [adminAccountId] : [],
    'adminAccountId',
    'admin account',
  );
  await requireKnown(
    tx.manager,
    DataCenter,
    dataCenterId ? [dataCenterId] : [],
    'dataCenterId',
    'data center',
  );
}

/** Always in the order of their ids, so that two callers never wait for each other in a circle. */
async function lockAssets(
  tx: Transaction,
  ids: readonly AssetId[],
  mode: 'for_no_key_update' | 'pessimistic_write',
): Promise<Asset[]> {
  const assets = await tx
    .of(Asset)
    .createQueryBuilder('asset')
    .where('asset.id = ANY(:ids)', { ids })
    .orderBy('asset.id')
    .setLock(mode)
    .getMany();
  if (assets.length < new Set(ids).size) throw new NotFound('asset');
  return assets;
}

async function writeFields(tx: Transaction, id: AssetId, change: AssetChange): Promise<void> {
  const { name, address, port, adminAccountId, active, comment } = change;
  const fields = { name, address, port, adminAccountId, active, comment, ...detailsOf(change) };
  if (Object.values(fields).some((value) => value !== undefined)) await tx.of(Asset).update(id, fields);
}

/** What the operations log keeps of an asset; host keys have an operation of their own. */
function facts(view: AssetRow): Record<string, unknown> {
  const { name, address, port, adminAccountId, groupIds, active, comment } = view;
  return { name, address, port, adminAccountId, groupIds, active, comment, ...detailsOf(view) };
}

function record(
  tx: Transaction,
  action: string,
  { id, name }: AssetRow,
  states: { before?: Record<string, unknown>; after?: Record<string, unknown> },
): Promise<void> {
  return tx.record({ action, subjectType: 'asset', subjectId: id, subjectName: name, ...states });
}
