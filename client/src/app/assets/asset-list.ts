import { Component, computed, inject } from '@angular/core';
import { RouterLink, RouterOutlet } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { ASSET_ENVIRONMENTS, ASSET_STATUSES, ASSET_TYPES } from '#libs/contracts';
import { Icon } from '../display/icon';
import { Account } from '../account/account';
import {
  injectAdminAccountChoices,
  injectAssetGroupChoices,
  injectDataCenterChoices,
} from '../choice/sources';
import { Copy } from '../display/copy';
import { SheetActions } from '../sheets/sheet-actions';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { injectWords } from '../language/words';
import { ChoiceFilter } from '../list/choice-filter';
import type { Column } from '../list/columns';
import type { Facet } from '../list/facet';
import { ListCell } from '../list/list-cell';
import { ListView } from '../list/list-view';
import { TermsFilter } from '../list/terms-filter';
import { injectReaction } from '../panel/reaction';
import { injectRemoval } from './asset-removal';
import { AssetNames } from './asset-names';
import { AssetStore } from './asset-store';
import { CollectFacts } from './collect-facts';
import { ScanHostKeys } from '../host-key-scans/scan-host-keys';
import { roundSize, labelLines } from './field-texts';

const COLUMNS: readonly Column[] = [
  { id: 'name', label: 'assets.name', sort: 'name', fixed: true, narrow: '190px' },
  { id: 'address', label: 'assets.address', sort: 'address', narrow: '195px' },
  { id: 'environment', label: 'assetField.environment', sort: 'environment' },
  { id: 'type', label: 'assetField.type', sort: 'type', extra: true },
  { id: 'status', label: 'assetField.status', sort: 'status', extra: true },
  { id: 'active', label: 'assets.state', sort: 'active' },
  { id: 'hostKeys', label: 'assets.hostKeys' },
  { id: 'dataCenter', label: 'assetField.dataCenter', sort: 'dataCenter', narrow: '115px' },
  { id: 'groups', label: 'assets.groups', narrow: '100px' },
  { id: 'labels', label: 'assetField.labels', narrow: '120px' },
  { id: 'brand', label: 'assetField.brand', sort: 'brand', extra: true },
  { id: 'model', label: 'assetField.model', sort: 'model', extra: true },
  { id: 'os', label: 'assetField.os', sort: 'os', extra: true },
  { id: 'cpuCount', label: 'assetField.cpuCount', sort: 'cpuCount', extra: true, align: 'end' },
  { id: 'memoryMib', label: 'assetField.memoryMib', sort: 'memoryMib', extra: true, align: 'end' },
  { id: 'serialNumber', label: 'assetField.serialNumber', sort: 'serialNumber', extra: true },
  { id: 'assetNumber', label: 'assetField.assetNumber', sort: 'assetNumber', extra: true },
  { id: 'comment', label: 'assets.comment', extra: true },
  {
    id: 'updatedAt',
    label: 'assets.changed',
    sort: 'updatedAt',
    latestFirst: true,
    extra: true,
    align: 'end',
  },
];

const options = (values: readonly string[], section: string): Facet['options'] =>
  values.map((value) => ({ value, label: `${section}.${value}` }));

const FACETS: readonly Facet[] = [
  {
    field: 'environment',
    label: 'assetField.environment',
    options: options(ASSET_ENVIRONMENTS, 'assetEnvironment'),
  },
  { field: 'type', label: 'assetField.type', options: options(ASSET_TYPES, 'assetType') },
  { field: 'status', label: 'assetField.status', options: options(ASSET_STATUSES, 'assetStatus') },
  {
    field: 'active',
    label: 'assets.state',
    options: [
      { value: 'true', label: 'state.active' },
      { value: 'false', label: 'state.inactive' },
    ],
  },
  {
    field: 'pinned',
    label: 'assets.hostKeys',
    options: [
      { value: 'true', label: 'hostKeys.isPinned' },
      { value: 'false', label: 'assets.notPinned' },
    ],
  },
];

/** All assets. */
@Component({
  selector: 'gh-asset-list',
  imports: [
    ChoiceFilter,
    SheetActions,
    CollectFacts,
    Copy,
    Icon,
    ListCell,
    ListView,
    NzButtonComponent,
    RouterLink,
    RouterOutlet,
    ScanHostKeys,
    StateMark,
    TermsFilter,
    When,
  ],
  providers: [AssetNames, AssetStore],
  templateUrl: './asset-list.html',
  styleUrl: './asset-list.css',
})
export class AssetList {
  protected readonly store = inject(AssetStore);
  protected readonly list = this.store.list;
  protected readonly t = injectWords();
  protected readonly mayWrite = inject(Account).may('inventory.write');
  protected readonly columns = COLUMNS;
  protected readonly facets = FACETS;
  protected readonly rare = ['type', 'status', 'active', 'pinned', 'dataCenterId', 'adminAccountId'];
  protected readonly names = inject(AssetNames);
  protected readonly groupChoices = injectAssetGroupChoices();
  protected readonly dataCenterChoices = injectDataCenterChoices();
  protected readonly accountChoices = injectAdminAccountChoices();
  protected readonly labelsOf = labelLines;
  protected readonly sizeOf = roundSize;
  private readonly react = injectReaction();
  private readonly removal = injectRemoval();
  protected readonly chosen = computed(() => this.store.chosen());

  protected async activate(active: boolean): Promise<void> {
    const chosen = this.store.chosen();
    const done = this.t(active ? 'assets.activated' : 'assets.deactivated', {
      count: this.list.selectedCount(),
    });
    await this.react.run(() => this.store.edit({ ...chosen, set: { active } }), done);
    this.refresh();
  }

  protected async remove(): Promise<void> {
    if (await this.removal.ask(this.store.chosen())) this.refresh();
  }

  private refresh(): void {
    this.list.clearSelection();
    this.list.reload();
  }
}
