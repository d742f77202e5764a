import { Service, inject } from '@angular/core';
import { Api } from '../api/api';
import { createAssetGroup } from '../api/fn/asset-groups/create-asset-group';
import { deleteAssetGroup } from '../api/fn/asset-groups/delete-asset-group';
import { getAssetGroup } from '../api/fn/asset-groups/get-asset-group';
import { getAssetGroupOutline } from '../api/fn/asset-groups/get-asset-group-outline';
import { updateAssetGroup } from '../api/fn/asset-groups/update-asset-group';
import { getAssetGroupUsage } from '../api/fn/usage/get-asset-group-usage';
import type { AssetGroupBranchView } from '../api/models/asset-group-branch-view';
import type { CreateAssetGroup } from '../api/models/create-asset-group';
import type { UpdateAssetGroup } from '../api/models/update-asset-group';
import type { AssetGroupView } from '../api/models/asset-group-view';
import type { UsageView } from '../api/models/usage-view';
import { injectList } from '../list/list-source';
import { type TreeLine, treeLines } from './group-tree';

/** The asset groups: the list, and everything that is done to one. */
@Service({ autoProvided: false })
export class AssetGroupStore {
  private readonly api = inject(Api);

  private readonly closed = new Set<string>();

  /** The tree as lines; the list's pages are pages of these. */
  readonly list = injectList<TreeLine>({
    name: 'asset-groups',
    sort: 'name',
    load: async ({ q, page, pageSize }) => {
      const lines = treeLines(await this.outline(), this.closed, q);
      return { items: lines.slice((page - 1) * pageSize, page * pageSize), total: lines.length };
    },
  });

  /** Shows or hides what is below the group. */
  toggle(group: TreeLine): void {
    if (group.open) this.closed.add(group.id);
    else this.closed.delete(group.id);
    this.list.reload();
  }

  /** All groups by name. */
  async outline(): Promise<AssetGroupBranchView[]> {
    return (await this.api.invoke(getAssetGroupOutline)).items;
  }

  /** What hangs on the group. */
  usage(id: string): Promise<UsageView> {
    return this.api.invoke(getAssetGroupUsage, { id });
  }

  get(id: string): Promise<AssetGroupView> {
    return this.api.invoke(getAssetGroup, { id });
  }

  create(body: CreateAssetGroup): Promise<AssetGroupView> {
    return this.api.invoke(createAssetGroup, { body });
  }

  update(id: string, body: UpdateAssetGroup): Promise<AssetGroupView> {
    return this.api.invoke(updateAssetGroup, { id, body });
  }

  remove(id: string): Promise<void> {
    return this.api.invoke(deleteAssetGroup, { id });
  }
}
