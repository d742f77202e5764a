import { Component, computed, inject } from '@angular/core';
import { RouterLink, RouterLinkActive, RouterOutlet } from '@angular/router';
import { Account } from '../account/account';
import { injectWords } from '../language/words';
import { KeysGoOn } from '../panel/keys-go-on';
import { PROFILE_TABS } from './profile-tabs';

/** What people keep of themselves: who they are, with what they log in, where they are logged in. */
@Component({
  selector: 'gh-profile-page',
  imports: [RouterLink, RouterLinkActive, RouterOutlet],
  template: `
    <h1>
      {{ t('profile.heading') }} <span class="faint">{{ username() }}</span>
    </h1>
    <nav class="tab-line" [attr.aria-label]="t('profile.heading')">
      @for (tab of tabs; track tab.path) {
        <a [routerLink]="tab.path" routerLinkActive="on" ariaCurrentWhenActive="page">{{ t(tab.label) }}</a>
      }
    </nav>
    <div class="tab"><router-outlet /></div>
  `,
  styleUrl: './profile-page.css',
  hostDirectives: [KeysGoOn],
})
export class ProfilePage {
  private readonly account = inject(Account);
  protected readonly t = injectWords();
  protected readonly tabs = PROFILE_TABS;
  protected readonly username = computed(() => this.account.user()?.username ?? '');
}
