import { CdkMenu, CdkMenuItem, CdkMenuItemRadio, CdkMenuTrigger } from '@angular/cdk/menu';
import { Component, computed, inject } from '@angular/core';
import { Router } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Icon } from '../display/icon';
import { Account } from '../account/account';
import { Language, type LanguageName } from '../language/language';
import { injectWords } from '../language/words';
import { Theme, type ThemeChoice } from '../theme/theme';

const THEMES: readonly { value: ThemeChoice; label: string; icon: string }[] = [
  { value: 'light', label: 'theme.light', icon: 'sun' },
  { value: 'dark', label: 'theme.dark', icon: 'moon' },
  { value: 'system', label: 'theme.system', icon: 'desktop' },
];

/** Language, theme and the person's own menu. */
@Component({
  selector: 'gh-profile-menu',
  imports: [CdkMenu, CdkMenuItem, CdkMenuItemRadio, CdkMenuTrigger, NzButtonComponent, Icon],
  templateUrl: './profile-menu.html',
  styles: `
    :host {
      display: flex;
      align-items: center;
      gap: 2px;
    }
    .who {
      padding: 6px 12px 8px;
      border-bottom: 1px solid var(--line);
      margin-bottom: 4px;
    }
    .who p {
      margin: 0;
      color: var(--ink-faint);
    }
  `,
})
export class ProfileMenu {
  protected readonly account = inject(Account);
  protected readonly theme = inject(Theme);
  protected readonly language = inject(Language);
  private readonly router = inject(Router);
  protected readonly t = injectWords();
  protected readonly themes = THEMES;
  /** Each language is named in itself: who lost their way must find the way back. */
  protected readonly languages: readonly { value: LanguageName; label: string }[] = [
    { value: 'zh-CN', label: 'language.chinese' },
    { value: 'en', label: 'language.english' },
  ];
  protected readonly name = computed(() => {
    const user = this.account.user();
    return user?.name || user?.username || '';
  });

  protected async logOut(): Promise<void> {
    await this.account.logOut();
    await this.router.navigateByUrl('/login');
  }

  protected openProfile(): void {
    void this.router.navigateByUrl('/profile');
  }
}
