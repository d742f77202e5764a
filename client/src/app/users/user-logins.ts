import { Component, computed, inject, input, resource } from '@angular/core';
import { RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Api } from '../api/api';
import { listLoginAttempts } from '../api/fn/audit/list-login-attempts';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { injectKnownWords, injectWords } from '../language/words';
import { injectProblemWords } from '../problem/problem-words';

const SHOWN = 20;

/** When and from where a user logged in lately, and what was refused. */
@Component({
  selector: 'gh-user-logins',
  imports: [NzButtonComponent, RouterLink, StateMark, When],
  templateUrl: './user-logins.html',
  styles: `
    .lines {
      --tracks: auto minmax(0, 1fr) auto;
    }
  `,
})
export class UserLogins {
  private readonly api = inject(Api);
  private readonly known = injectKnownWords();
  protected readonly problems = injectProblemWords();
  protected readonly t = injectWords();

  readonly userId = input.required<string>();

  protected readonly loaded = resource({
    params: () => this.userId(),
    loader: ({ params }) => this.api.invoke(listLoginAttempts, { userId: params, page: 1, pageSize: SHOWN }),
  });
  protected readonly attempts = computed(() => (this.loaded.hasValue() ? this.loaded.value().items : []));

  protected reasonOf(reason: string | null): string {
    return (reason && (this.known(`loginReason.${reason.replaceAll(' ', '_')}`) ?? reason)) ?? '';
  }
}
