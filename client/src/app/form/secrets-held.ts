import { Component, input } from '@angular/core';
import { StateMark } from '../display/state-mark';
import { injectWords } from '../language/words';

/** With what an account can log in: that it has a key or a password, never which. */
@Component({
  selector: 'gh-secrets-held',
  imports: [StateMark],
  template: `
    @if (hasKey() && hasPassword()) {
      {{ t('secrets.both') }}
    } @else if (hasKey()) {
      {{ t('secrets.keyOnly') }}
    } @else if (hasPassword()) {
      {{ t('secrets.passwordOnly') }}
    } @else {
      <gh-state kind="caution">{{ t('secrets.neither') }}</gh-state>
    }
  `,
})
export class SecretsHeld {
  readonly hasKey = input.required<boolean>();
  readonly hasPassword = input.required<boolean>();
  protected readonly t = injectWords();
}
