import { Component, inject, resource, untracked } from '@angular/core';
import { RouterLink, RouterOutlet } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Icon } from '../display/icon';
import { ROLES } from '#libs/contracts';
import { Account } from '../account/account';
import { injectUserGroupChoices } from '../choice/sources';
import { Clock } from '../display/clock';
import { SheetActions } from '../sheets/sheet-actions';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { injectWords } from '../language/words';
import { ChoiceFilter } from '../list/choice-filter';
import type { Column } from '../list/columns';
import type { Facet } from '../list/facet';
import { ListCell } from '../list/list-cell';
import { ListView } from '../list/list-view';
import { inTurn } from '../panel/in-turn';
import { injectReaction } from '../panel/reaction';
import type { UserView } from '../api/models/user-view';
import { injectUserRemoval } from './user-removal';
import { userState } from './user-state';
import { UserStore } from './user-store';

const COLUMNS: readonly Column[] = [
  { id: 'username', label: 'users.username', sort: 'username', fixed: true },
  { id: 'name', label: 'users.name', sort: 'name', narrow: '200px' },
  { id: 'role', label: 'users.role', sort: 'role' },
  { id: 'active', label: 'users.state' },
  { id: 'assets', label: 'users.assets', align: 'end', width: '90px' },
  { id: 'keys', label: 'users.keys', align: 'end', width: '90px' },
  { id: 'email', label: 'users.email', extra: true },
  { id: 'validUntil', label: 'users.validUntil', sort: 'validUntil', align: 'end', extra: true },
  { id: 'createdAt', label: 'users.added', sort: 'createdAt', align: 'end' },
];

/** All users. */
@Component({
  selector: 'gh-user-list',
  imports: [
    ChoiceFilter,
    SheetActions,
    ListCell,
    ListView,
    NzButtonComponent,
    Icon,
    RouterLink,
    RouterOutlet,
    StateMark,
    When,
  ],
  providers: [UserStore],
  templateUrl: './user-list.html',
})
export class UserList {
  private readonly store = inject(UserStore);
  private readonly react = injectReaction();
  private readonly removal = injectUserRemoval();
  private readonly clock = inject(Clock);
  protected readonly list = this.store.list;
  protected readonly t = injectWords();
  protected readonly mayWrite = inject(Account).may('members.write');
  protected readonly columns = COLUMNS;
  protected readonly groupChoices = injectUserGroupChoices();
  protected readonly assetCounts = resource({
    params: () => this.list.page() && { page: this.list.page() },
    loader: () => this.store.assetCounts(untracked(this.list.query)),
  });

  protected readonly facets: readonly Facet[] = [
    {
      field: 'role',
      label: 'users.role',
      options: ROLES.map((value) => ({ value, label: `role.${value}` })),
    },
    {
      field: 'state',
      label: 'users.state',
      options: [
        { value: 'active', label: 'state.active' },
        { value: 'disabled', label: 'users.disabled' },
        { value: 'ended', label: 'users.ended' },
      ],
    },
  ];

  protected async activate(active: boolean): Promise<void> {
    const users = this.list.selected();
    const done = this.t(active ? 'users.activated' : 'users.deactivated', { count: users.length });
    await this.react.run(() => inTurn(users, ({ id }) => this.store.update(id, { active })), done);
    this.refresh();
  }

  protected async remove(): Promise<void> {
    if (await this.removal.remove(this.list.selected())) this.refresh();
  }

  protected stateOf(user: UserView): ReturnType<typeof userState> {
    return userState(user, this.clock.now());
  }

  private refresh(): void {
    this.list.clearSelection();
    this.list.reload();
  }
}
