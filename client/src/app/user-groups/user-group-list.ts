import { Component, inject } from '@angular/core';
import { RouterLink, RouterOutlet } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Icon } from '../display/icon';
import { Account } from '../account/account';
import { injectWords } from '../language/words';
import type { Column } from '../list/columns';
import { ListCell } from '../list/list-cell';
import { ListView } from '../list/list-view';
import { injectUserGroupRemoval } from './user-group-removal';
import { UserGroupStore } from './user-group-store';

const COLUMNS: readonly Column[] = [
  { id: 'name', label: 'groups.name', sort: 'name', fixed: true },
  { id: 'members', label: 'userGroups.members', align: 'end', width: '120px' },
  { id: 'comment', label: 'groups.comment' },
];

/** All user groups. */
@Component({
  selector: 'gh-user-group-list',
  imports: [ListCell, ListView, NzButtonComponent, Icon, RouterLink, RouterOutlet],
  providers: [UserGroupStore],
  templateUrl: './user-group-list.html',
})
export class UserGroupList {
  private readonly removal = injectUserGroupRemoval();
  protected readonly list = inject(UserGroupStore).list;
  protected readonly t = injectWords();
  protected readonly mayWrite = inject(Account).may('users.write');
  protected readonly columns = COLUMNS;

  protected async remove(): Promise<void> {
    if (!(await this.removal.remove(this.list.selected()))) return;
    this.list.clearSelection();
    this.list.reload();
  }
}
