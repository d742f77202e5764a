import { Service, inject } from '@angular/core';
import { ASSET_ENVIRONMENTS, ASSET_STATUSES, ASSET_TYPES } from '#libs/contracts';
import { Api } from '../api/api';
import { createAsset } from '../api/fn/assets/create-asset';
import { deleteAssets } from '../api/fn/assets/delete-assets';
import { editAssets } from '../api/fn/assets/edit-assets';
import { getAsset } from '../api/fn/assets/get-asset';
import { getHostKeys } from '../api/fn/assets/get-host-keys';
import { listAssets } from '../api/fn/assets/list-assets';
import { pinHostKeys } from '../api/fn/assets/pin-host-keys';
import { scanAssetHostKeys } from '../api/fn/assets/scan-asset-host-keys';
import { testConnection } from '../api/fn/assets/test-connection';
import { updateAsset } from '../api/fn/assets/update-asset';
import { getDefaults } from '../api/fn/settings/get-defaults';
import { getAssetUsage } from '../api/fn/usage/get-asset-usage';
import type { AssetSelection } from '../api/models/asset-selection';
import type { AssetView } from '../api/models/asset-view';
import type { BatchOutcomeView } from '../api/models/batch-outcome-view';
import type { ChosenAssets } from '../api/models/chosen-assets';
import type { ConnectionTestView } from '../api/models/connection-test-view';
import type { CreateAsset } from '../api/models/create-asset';
import type { DefaultsView } from '../api/models/defaults-view';
import type { EditAssets } from '../api/models/edit-assets';
import type { HostKeyScanView } from '../api/models/host-key-scan-view';
import type { PinnedHostKeyView } from '../api/models/pinned-host-key-view';
import type { UpdateAsset } from '../api/models/update-asset';
import type { UsageView } from '../api/models/usage-view';
import { type ListQuery, flagOf, oneOf, paging } from '../list/list-query';
import { injectList } from '../list/list-source';

const SORTS = [
  ...(['name', 'address', 'port', 'active', 'type', 'environment', 'status', 'dataCenter', 'brand'] as const),
  ...(['model', 'os', 'cpuCount', 'memoryMib', 'serialNumber', 'assetNumber', 'updatedAt'] as const),
];
const FILTERS = [
  ...['active', 'type', 'environment', 'status', 'groupId', 'dataCenterId', 'adminAccountId', 'pinned'],
];

/** The assets of the asset pages: the list, and everything that is done to one or many. */
@Service({ autoProvided: false })
export class AssetStore {
  private readonly api = inject(Api);

  readonly list = injectList<AssetView>({
    name: 'assets',
    sort: 'name',
    filters: FILTERS,
    terms: ['label'],
    batchByQuery: true,
    load: (query) => this.api.invoke(listAssets, { ...paging(query, SORTS), ...filterOf(query) }),
  });

  /** What the list's selection is to the server: the rows, or the list's own filter. */
  chosen(): ChosenAssets {
    if (!this.list.wholeSelected()) return { ids: this.list.selected().map((asset) => asset.id) };
    const query = this.list.query();
    return { filter: { ...(query.q && { q: query.q }), ...filterOf(query) } };
  }

  get(id: string): Promise<AssetView> {
    return this.api.invoke(getAsset, { id });
  }

  create(body: CreateAsset): Promise<AssetView> {
    return this.api.invoke(createAsset, { body });
  }

  update(id: string, body: UpdateAsset): Promise<AssetView> {
    return this.api.invoke(updateAsset, { id, body });
  }

  /** Changes many at once; only what is given. */
  edit(body: EditAssets): Promise<BatchOutcomeView> {
    return this.api.invoke(editAssets, { body });
  }

  /** What hangs on these assets. */
  usage(body: ChosenAssets): Promise<UsageView> {
    return this.api.invoke(getAssetUsage, { body });
  }

  remove(body: ChosenAssets): Promise<void> {
    return this.api.invoke(deleteAssets, { body });
  }

  /** What an asset uses that has no port or admin account of its own. */
  defaults(): Promise<DefaultsView> {
    return this.api.invoke(getDefaults);
  }

  /** The host keys that are accepted from the asset. */
  async hostKeys(id: string): Promise<PinnedHostKeyView[]> {
    return (await this.api.invoke(getHostKeys, { id })).pins;
  }

  /** What the asset offers now, or at which step looking failed. */
  scan(id: string): Promise<HostKeyScanView> {
    return this.api.invoke(scanAssetHostKeys, { id });
  }

  /** Accepts exactly these keys from now on. */
  pin(id: string, hostKeys: string[]): Promise<unknown> {
    return this.api.invoke(pinHostKeys, { id, body: { hostKeys } });
  }

  /** How far a login with the asset's admin account comes. */
  test(id: string): Promise<ConnectionTestView> {
    return this.api.invoke(testConnection, { id });
  }
}

/** The filters of the address that mean something; nonsense counts as absent. */
function filterOf({ filters, terms }: ListQuery): AssetSelection {
  const { groupId, dataCenterId, adminAccountId } = filters;
  const { label } = terms;
  const active = flagOf(filters['active']);
  const pinned = flagOf(filters['pinned']);
  const type = oneOf(ASSET_TYPES, filters['type']);
  const environment = oneOf(ASSET_ENVIRONMENTS, filters['environment']);
  const status = oneOf(ASSET_STATUSES, filters['status']);
  return {
    ...(groupId && { groupId }),
    ...(dataCenterId && { dataCenterId }),
    ...(adminAccountId && { adminAccountId }),
    ...(label && { label: [...label] }),
    ...(active !== undefined && { active }),
    ...(pinned !== undefined && { pinned }),
    ...(type && { type }),
    ...(environment && { environment }),
    ...(status && { status }),
  };
}
