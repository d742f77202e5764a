import { Component, computed, inject, input, resource } from '@angular/core';
import {
  injectAdminAccountChoices,
  injectAssetGroupChoices,
  injectDataCenterChoices,
} from '../choice/sources';
import { Copy } from '../display/copy';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { injectWords } from '../language/words';
import type { AssetView } from '../api/models/asset-view';
import { AssetStore } from './asset-store';
import { labelLines } from './field-texts';

/** Where an asset is and what it is for; what is not known is left out. What it is made of, its facts tell. */
@Component({
  selector: 'gh-asset-overview',
  imports: [Copy, StateMark, When],
  templateUrl: './asset-overview.html',
  styleUrl: './asset-list.css',
})
export class AssetOverview {
  private readonly store = inject(AssetStore);
  private readonly groups = injectAssetGroupChoices();
  private readonly accounts = injectAdminAccountChoices();
  private readonly dataCenters = injectDataCenterChoices();
  protected readonly t = injectWords();

  readonly asset = input.required<AssetView>();

  protected readonly related = resource({
    params: () => this.asset(),
    loader: async ({ params }) => {
      const [groups, defaults, dataCenter] = await Promise.all([
        Promise.all(params.groupIds.map((id) => this.groups.get(id))),
        this.store.defaults(),
        params.dataCenterId ? this.dataCenters.get(params.dataCenterId) : null,
      ]);
      const accountId = params.adminAccountId ?? defaults.adminAccountId;
      return {
        groups: groups.map((group) => group.name).join(this.t('phrase.between')),
        account: accountId ? (await this.accounts.get(accountId)).name : null,
        dataCenter: dataCenter?.name ?? null,
      };
    },
  });
  protected readonly known = computed(() => (this.related.hasValue() ? this.related.value() : undefined));
  protected readonly labels = computed(() => labelLines(this.asset().labels));
  protected readonly place = computed(() => {
    const { cabinet, position, assetNumber } = this.asset();
    return filled({ cabinet, position, assetNumber });
  });
  protected readonly network = computed(() => {
    const { otherAddresses, outOfBandAddress } = this.asset();
    return filled({
      otherAddresses: otherAddresses.join(', '),
      outOfBandAddress,
    });
  });
}

function filled(fields: Readonly<Record<string, string>>): { field: string; value: string }[] {
  return Object.entries(fields).flatMap(([field, value]) => (value === '' ? [] : [{ field, value }]));
}
