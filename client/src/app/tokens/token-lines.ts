import { Component, computed, inject, input, output } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import type { ApiTokenView } from '../api/models/api-token-view';
import { Clock } from '../display/clock';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { injectWords } from '../language/words';

/** API tokens in lines: what each may do, where it was last used, and a button that revokes it. */
@Component({
  selector: 'gh-token-lines',
  imports: [NzButtonComponent, StateMark, When],
  templateUrl: './token-lines.html',
})
export class TokenLines {
  private readonly clock = inject(Clock);
  protected readonly t = injectWords();

  readonly tokens = input.required<readonly ApiTokenView[]>();
  readonly mayRevoke = input(false);
  readonly revoked = output<ApiTokenView>();

  protected readonly lines = computed(() => {
    const now = this.clock.now();
    return this.tokens().map((token) => ({
      token,
      hasEnded: token.expiresAt !== null && Date.parse(token.expiresAt) <= now,
    }));
  });
}
