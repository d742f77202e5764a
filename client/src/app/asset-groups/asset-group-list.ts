import { Component, inject } from '@angular/core';
import { RouterLink, RouterOutlet } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Icon } from '../display/icon';
import { Account } from '../account/account';
import { injectWords } from '../language/words';
import type { Column } from '../list/columns';
import { ListCell } from '../list/list-cell';
import { ListView } from '../list/list-view';
import { AssetGroupStore } from './asset-group-store';

const COLUMNS: readonly Column[] = [
  { id: 'name', label: 'groups.name', fixed: true },
  { id: 'members', label: 'assetGroups.members', align: 'end', width: '120px' },
  { id: 'own', label: 'assetGroups.own', align: 'end', width: '160px' },
];

/** All asset groups, as the tree that they are. */
@Component({
  selector: 'gh-asset-group-list',
  imports: [ListCell, ListView, NzButtonComponent, Icon, RouterLink, RouterOutlet],
  providers: [AssetGroupStore],
  templateUrl: './asset-group-list.html',
  styleUrl: './asset-group-list.css',
})
export class AssetGroupList {
  protected readonly store = inject(AssetGroupStore);
  protected readonly list = this.store.list;
  protected readonly t = injectWords();
  protected readonly mayWrite = inject(Account).may('inventory.write');
  protected readonly columns = COLUMNS;
}
