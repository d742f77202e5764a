import { Component, inject } from '@angular/core';
import { RouterLink, RouterOutlet } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Account } from '../account/account';
import { Icon } from '../display/icon';
import { When } from '../display/when';
import { injectWords } from '../language/words';
import type { Column } from '../list/columns';
import { ListCell } from '../list/list-cell';
import { ListView } from '../list/list-view';
import { SudoAliasStore } from './sudo-alias-store';

const COLUMNS: readonly Column[] = [
  { id: 'name', label: 'sudoAliases.name', sort: 'name', fixed: true },
  { id: 'commands', label: 'sudoAliases.commands' },
  { id: 'systemUsers', label: 'sudoAliases.usedBy' },
  { id: 'comment', label: 'sudoAliases.comment', extra: true },
  { id: 'updatedAt', label: 'sudoAliases.changed', sort: 'updatedAt', align: 'end' },
];

/** Named lists of commands that system users may run by sudo. */
@Component({
  selector: 'gh-sudo-alias-list',
  imports: [ListCell, ListView, NzButtonComponent, Icon, RouterLink, RouterOutlet, When],
  providers: [SudoAliasStore],
  templateUrl: './sudo-alias-list.html',
})
export class SudoAliasList {
  protected readonly list = inject(SudoAliasStore).list;
  protected readonly t = injectWords();
  protected readonly mayWrite = inject(Account).may('system-users.write');
  protected readonly columns = COLUMNS;
}
