import { Component } from '@angular/core';
import { injectWords } from '../language/words';
import { PasswordForm } from '../password/password-form';

/** Changing the own password. */
@Component({
  selector: 'gh-own-password',
  imports: [PasswordForm],
  template: `
    <p class="faint">{{ t('profile.passwordEndsLogins') }}</p>
    <div class="narrow-form"><gh-password-form /></div>
  `,
  styles: `
    .narrow-form {
      max-width: 400px;
    }
  `,
})
export class OwnPassword {
  protected readonly t = injectWords();
}
