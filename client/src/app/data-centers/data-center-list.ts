import { Component, inject } from '@angular/core';
import { RouterLink, RouterOutlet } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Icon } from '../display/icon';
import { Account } from '../account/account';
import { When } from '../display/when';
import { injectWords } from '../language/words';
import type { Column } from '../list/columns';
import { ListCell } from '../list/list-cell';
import { ListView } from '../list/list-view';
import { DataCenterStore } from './data-center-store';

const COLUMNS: readonly Column[] = [
  { id: 'name', label: 'dataCenters.name', sort: 'name', fixed: true },
  { id: 'assets', label: 'dataCenters.assets', sort: 'assetCount', align: 'end', width: '100px' },
  { id: 'operator', label: 'dataCenters.operator', sort: 'operator' },
  { id: 'contact', label: 'dataCenters.contact' },
  { id: 'phone', label: 'dataCenters.phone' },
  { id: 'bandwidth', label: 'dataCenters.bandwidth', extra: true },
  { id: 'address', label: 'dataCenters.address', extra: true },
  { id: 'networks', label: 'dataCenters.networks' },
  { id: 'comment', label: 'dataCenters.comment', extra: true },
  { id: 'updatedAt', label: 'dataCenters.changed', sort: 'updatedAt', latestFirst: true, align: 'end' },
];

/** Where assets stand. */
@Component({
  selector: 'gh-data-center-list',
  imports: [ListCell, ListView, NzButtonComponent, Icon, RouterLink, RouterOutlet, When],
  providers: [DataCenterStore],
  templateUrl: './data-center-list.html',
})
export class DataCenterList {
  protected readonly list = inject(DataCenterStore).list;
  protected readonly t = injectWords();
  protected readonly mayWrite = inject(Account).may('inventory.write');
  protected readonly columns = COLUMNS;
}
