import { Component, computed, inject, resource } from '@angular/core';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { Api } from '../api/api';
import { getLoginLimits } from '../api/fn/me/get-login-limits';
import { listMyLogins } from '../api/fn/me/list-my-logins';
import { revokeMyLogin } from '../api/fn/me/revoke-my-login';
import type { LoginView } from '../api/models/login-view';
import { wholeTime } from '../display/time-words';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { Language } from '../language/language';
import { injectWords } from '../language/words';
import { inTurn } from '../panel/in-turn';
import { injectReaction } from '../panel/reaction';
import { injectProblemWords } from '../problem/problem-words';
import { browserName } from './browser-name';

/** Where the person is logged in to console and API, and how long; ends what they don't know or need. */
@Component({
  selector: 'gh-own-logins',
  imports: [NzButtonComponent, StateMark, When],
  templateUrl: './own-logins.html',
  styles: `
    gh-state {
      margin-left: 8px;
    }
  `,
})
export class OwnLogins {
  private readonly api = inject(Api);
  private readonly language = inject(Language);
  private readonly react = injectReaction();
  protected readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  protected readonly browserName = browserName;

  protected readonly logins = resource({ loader: () => this.api.invoke(listMyLogins) });
  protected readonly shown = computed(() => (this.logins.hasValue() ? this.logins.value().items : []));
  private readonly loaded = resource({ loader: () => this.api.invoke(getLoginLimits) });
  /** When logins end and tries are refused, in words of what the server has set. */
  protected readonly limits = computed(() => {
    if (!this.loaded.hasValue()) return [];
    const { idleSeconds, absoluteSeconds, passwordTries, codeTries, triesSeconds } = this.loaded.value();
    const words = (seconds: number): string => wholeTime(seconds, this.language.shown());
    return [
      this.t('profile.logins.ends', { idle: words(idleSeconds), absolute: words(absoluteSeconds) }),
      this.t('profile.logins.tries', { passwordTries, codeTries, time: words(triesSeconds) }),
    ];
  });
  protected readonly others = computed(() => this.shown().filter((login) => !login.current));

  protected async end(login: LoginView): Promise<void> {
    await this.react.run(
      () => this.api.invoke(revokeMyLogin, { id: login.id }),
      this.t('profile.logins.ended', { count: 1 }),
    );
    this.logins.reload();
  }

  protected async endOthers(): Promise<void> {
    const others = this.others();
    await this.react.ask(
      {
        heading: this.t('profile.logins.askOthers'),
        text: this.t('profile.logins.askOthersText'),
        names: others.map((login) =>
          [login.address, browserName(login.userAgent)].filter(Boolean).join(' · '),
        ),
        yes: this.t('profile.logins.endOthers'),
        destroys: true,
      },
      () => inTurn(others, ({ id }) => this.api.invoke(revokeMyLogin, { id })),
      this.t('profile.logins.ended', { count: others.length }),
    );
    this.logins.reload();
  }
}
