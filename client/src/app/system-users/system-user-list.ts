import { Component, inject } from '@angular/core';
import { RouterLink, RouterOutlet } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Icon } from '../display/icon';
import { Account } from '../account/account';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { SecretsHeld } from '../form/secrets-held';
import { injectWords } from '../language/words';
import type { Column } from '../list/columns';
import { ListCell } from '../list/list-cell';
import { ListView } from '../list/list-view';
import { SystemUserStore } from './system-user-store';

const COLUMNS: readonly Column[] = [
  { id: 'username', label: 'systemUsers.username', sort: 'username', fixed: true },
  { id: 'secrets', label: 'secrets.held' },
  { id: 'assets', label: 'systemUsers.assets', sort: 'assetCount', align: 'end', width: '140px' },
  { id: 'comment', label: 'systemUsers.comment' },
  { id: 'updatedAt', label: 'systemUsers.changed', sort: 'updatedAt', align: 'end' },
];

/** Accounts on assets as which users log in. */
@Component({
  selector: 'gh-system-user-list',
  imports: [
    ListCell,
    ListView,
    NzButtonComponent,
    Icon,
    RouterLink,
    RouterOutlet,
    SecretsHeld,
    StateMark,
    When,
  ],
  providers: [SystemUserStore],
  templateUrl: './system-user-list.html',
})
export class SystemUserList {
  protected readonly list = inject(SystemUserStore).list;
  protected readonly t = injectWords();
  protected readonly mayWrite = inject(Account).may('system-users.write');
  protected readonly columns = COLUMNS;
}
