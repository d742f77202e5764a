import { Component, inject } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Account } from '../account/account';
import { injectWords } from '../language/words';

/** That no link can be mailed yet, and what to do about it. */
@Component({
  selector: 'gh-mail-off',
  imports: [RouterLink],
  template: `<p class="faint">
    {{ t('mailLink.off') }}
    @if (maySet) {
      <a routerLink="/settings/mail">{{ t('mailLink.setUp') }}</a>
    } @else {
      {{ t('mailLink.askAdmin') }}
    }
  </p>`,
})
export class MailOff {
  protected readonly t = injectWords();
  protected readonly maySet = inject(Account).may('settings.write');
}
