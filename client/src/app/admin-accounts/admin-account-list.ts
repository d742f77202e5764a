import { Component, inject } from '@angular/core';
import { RouterLink, RouterOutlet } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Icon } from '../display/icon';
import { Account } from '../account/account';
import { When } from '../display/when';
import { SecretsHeld } from '../form/secrets-held';
import { injectWords } from '../language/words';
import type { Column } from '../list/columns';
import { ListCell } from '../list/list-cell';
import { ListView } from '../list/list-view';
import { AdminAccountStore } from './admin-account-store';

const COLUMNS: readonly Column[] = [
  { id: 'name', label: 'adminAccounts.name', sort: 'name', fixed: true },
  { id: 'username', label: 'adminAccounts.username', sort: 'username' },
  { id: 'secrets', label: 'secrets.held' },
  { id: 'assets', label: 'adminAccounts.assets', align: 'end', width: '100px' },
  { id: 'comment', label: 'adminAccounts.comment' },
  { id: 'updatedAt', label: 'adminAccounts.changed', sort: 'updatedAt', align: 'end' },
];

/** Privileged accounts that the product uses on assets. */
@Component({
  selector: 'gh-admin-account-list',
  imports: [ListCell, ListView, NzButtonComponent, Icon, RouterLink, RouterOutlet, SecretsHeld, When],
  providers: [AdminAccountStore],
  templateUrl: './admin-account-list.html',
})
export class AdminAccountList {
  protected readonly list = inject(AdminAccountStore).list;
  protected readonly t = injectWords();
  protected readonly mayWrite = inject(Account).may('inventory.write');
  protected readonly columns = COLUMNS;
}
