import { Component, computed, inject, input, resource, signal } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import type { Permission } from '#libs/contracts';
import { Account } from '../account/account';
import { injectUserGroupChoices } from '../choice/sources';
import { UserApiTokens } from '../tokens/user-api-tokens';
import { Clock } from '../display/clock';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { OnceShown } from '../form/once-shown';
import { injectWords } from '../language/words';
import { PanelTabs, type PanelTab } from '../panel/panel-tabs';
import { injectPanelPlace } from '../panel/panel-place';
import { injectReaction } from '../panel/reaction';
import { SidePanel } from '../panel/side-panel';
import { injectProblemWords } from '../problem/problem-words';
import { MailLink } from './mail-link';
import { PublicKeys } from './public-keys';
import { UserAccess } from './user-access';
import { UserLogins } from './user-logins';
import { injectUserRemoval } from './user-removal';
import { userState } from './user-state';
import { UserStore } from './user-store';
import type { UserView } from '../api/models/user-view';

/** Tabs and what one must be allowed to see them. */
const TABS: readonly (PanelTab & { readonly needs: Permission })[] = [
  { id: 'overview', label: 'users.tabs.overview', needs: 'members.read' },
  { id: 'access', label: 'users.tabs.access', needs: 'rules.read' },
  { id: 'logins', label: 'users.tabs.logins', needs: 'audit.read' },
  { id: 'tokens', label: 'users.tabs.tokens', needs: 'members.read' },
];

/** One user: who they are, with what they log in, what they reach, when they logged in. */
@Component({
  selector: 'gh-user-panel',
  imports: [
    MailLink,
    NzButtonComponent,
    OnceShown,
    PanelTabs,
    PublicKeys,
    SidePanel,
    StateMark,
    UserAccess,
    UserApiTokens,
    UserLogins,
    When,
  ],
  templateUrl: './user-panel.html',
})
export class UserPanel {
  private readonly store = inject(UserStore);
  private readonly react = injectReaction();
  protected readonly problems = injectProblemWords();
  protected readonly place = injectPanelPlace();
  protected readonly t = injectWords();
  private readonly account = inject(Account);
  protected readonly mayWrite = this.account.may('members.write');
  private readonly removal = injectUserRemoval();
  private readonly clock = inject(Clock);
  private readonly groupChoices = injectUserGroupChoices();

  /** From the address. */
  readonly id = input.required<string>();
  readonly tab = input<string>();
  protected readonly tabs = TABS.filter(({ needs }) => this.account.may(needs));
  protected readonly current = computed(
    () => this.tabs.find(({ id }) => id === this.tab())?.id ?? 'overview',
  );

  protected readonly user = resource({
    params: () => this.id(),
    loader: ({ params }) => this.store.get(params),
  });
  protected readonly groups = resource({
    params: () => (this.user.hasValue() ? this.user.value().groupIds : undefined),
    loader: async ({ params }) =>
      (await Promise.all(params.map((id) => this.groupChoices.get(id)))).map((each) => each.name),
  });
  protected readonly oneTimePassword = signal<string | null>(null);

  protected async activate(user: UserView): Promise<void> {
    const active = !user.active;
    const done = this.t(active ? 'users.activated' : 'users.deactivated', { count: 1 });
    await this.react.run(() => this.store.update(user.id, { active }), done);
    this.refresh();
  }

  protected async resetPassword(user: UserView): Promise<void> {
    await this.react.ask(
      {
        heading: this.t('users.reset.heading', { name: user.username }),
        text: this.t('users.reset.text'),
        yes: this.t('users.reset.yes'),
      },
      async () => this.oneTimePassword.set(await this.store.resetPassword(user.id)),
      this.t('users.reset.done'),
    );
    this.refresh();
  }

  protected async resetSecondFactor(user: UserView): Promise<void> {
    await this.react.ask(
      {
        heading: this.t('secondFactor.reset.heading', { name: user.username }),
        text: this.t('secondFactor.reset.text'),
        yes: this.t('secondFactor.reset.yes'),
        destroys: true,
      },
      () => this.store.resetSecondFactor(user.id),
      this.t('secondFactor.reset.done'),
    );
    this.refresh();
  }

  protected async unlock(user: UserView): Promise<void> {
    await this.react.run(() => this.store.unlock(user.id), this.t('users.unlocked', { name: user.username }));
    this.refresh();
  }

  protected async remove(user: UserView): Promise<void> {
    if (!(await this.removal.remove([user]))) return;
    this.store.list.reload();
    await this.place.close();
  }

  protected stateOf(user: UserView): ReturnType<typeof userState> {
    return userState(user, this.clock.now());
  }

  private refresh(): void {
    this.user.reload();
    this.store.list.reload();
  }
}
