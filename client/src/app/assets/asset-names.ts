import { Service, computed, inject, resource } from '@angular/core';
import { Api } from '../api/api';
import { getAssetGroupOutline } from '../api/fn/asset-groups/get-asset-group-outline';
import { listDataCenters } from '../api/fn/data-centers/list-data-centers';
import type { DataCenterView } from '../api/models/data-center-view';
import { injectWords } from '../language/words';

const AT_ONCE = 200;

/** The names of what assets belong to, read once for a page of lists. */
@Service({ autoProvided: false })
export class AssetNames {
  private readonly api = inject(Api);
  private readonly t = injectWords();
  private readonly outline = resource({ loader: () => this.api.invoke(getAssetGroupOutline) });
  private readonly centers = resource({ loader: () => this.allDataCenters() });
  private readonly groups = computed(
    () =>
      new Map(this.outline.hasValue() ? this.outline.value().items.map(({ id, name }) => [id, name]) : []),
  );
  private readonly dataCenters = computed(
    () => new Map(this.centers.hasValue() ? this.centers.value().map(({ id, name }) => [id, name]) : []),
  );

  /** The names of the groups with these ids, in the order of the alphabet. */
  ofGroups(ids: readonly string[]): string {
    return ids
      .flatMap((id) => this.groups().get(id) ?? [])
      .sort((one, other) => one.localeCompare(other))
      .join(this.t('phrase.between'));
  }

  ofDataCenter(id: string | null): string {
    return id === null ? '' : (this.dataCenters().get(id) ?? '');
  }

  private async allDataCenters(): Promise<readonly DataCenterView[]> {
    const all: DataCenterView[] = [];
    for (let page = 1; ; page++) {
      const part = await this.api.invoke(listDataCenters, { page, pageSize: AT_ONCE, sort: 'name' });
      all.push(...part.items);
      if (part.items.length < AT_ONCE) return all;
    }
  }
}
