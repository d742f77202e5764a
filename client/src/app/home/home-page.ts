import { Component, DestroyRef, computed, inject, resource } from '@angular/core';
import { RouterLink } from '@angular/router';
import { Account } from '../account/account';
import { Api } from '../api/api';
import { getDashboard } from '../api/fn/dashboard/get-dashboard';
import { getMyDashboard } from '../api/fn/dashboard/get-my-dashboard';
import { getFirstHour } from '../api/fn/settings/get-first-hour';
import type { PushFailureView } from '../api/models/push-failure-view';
import { StateMark } from '../display/state-mark';
import { When } from '../display/when';
import { Zone } from '../display/zone';
import { injectWords } from '../language/words';
import { KeysGoOn } from '../panel/keys-go-on';
import { injectProblemWords } from '../problem/problem-words';
import { injectFailureWords } from '../pushes/failure-words';
import { DayLine } from './day-line';
import { FirstHour } from './first-hour';
import { type Shown, fromEverything, fromOwn } from './shown';
import { TopList } from './top-list';

const REFRESH_MS = 30_000;

/** The first page: how the product is used and what needs care; for who may not see that, their own part of it. */
@Component({
  selector: 'gh-home-page',
  imports: [DayLine, FirstHour, RouterLink, StateMark, TopList, When],
  templateUrl: './home-page.html',
  styleUrl: './home-page.css',
  hostDirectives: [KeysGoOn],
})
export class HomePage {
  private readonly api = inject(Api);
  private readonly zone = inject(Zone);
  protected readonly account = inject(Account);
  protected readonly t = injectWords();
  protected readonly problems = injectProblemWords();
  protected readonly why = injectFailureWords();
  protected readonly seesAll = this.account.may('audit.read');
  protected readonly mayPush = this.account.may('system-users.write');

  protected readonly figures = resource({
    params: () => this.zone.name() ?? Intl.DateTimeFormat().resolvedOptions().timeZone,
    loader: ({ params: timeZone }): Promise<Shown> =>
      this.seesAll
        ? this.api.invoke(getDashboard, { timeZone }).then(fromEverything)
        : this.api.invoke(getMyDashboard, { timeZone }).then(fromOwn),
  });
  protected readonly shown = computed(() => (this.figures.hasValue() ? this.figures.value() : undefined));

  protected readonly firstHour = resource({
    params: () => (this.account.may('settings.write') ? {} : undefined),
    loader: () => this.api.invoke(getFirstHour),
  });
  protected readonly steps = computed(() => {
    if (!this.firstHour.hasValue()) return null;
    const { steps, dismissed } = this.firstHour.value();
    return dismissed || steps.every((step) => step.done) ? null : steps;
  });

  constructor() {
    const timer = setInterval(() => {
      if (document.visibilityState === 'visible') this.reload();
    }, REFRESH_MS);
    inject(DestroyRef).onDestroy(() => clearInterval(timer));
  }

  /** Address parameters of the form that pushes it again. */
  protected again({ systemUserId, assetId, mode }: PushFailureView): Record<string, string> {
    return { forUsers: systemUserId, onAssets: assetId, as: mode };
  }

  private reload(): void {
    this.figures.reload();
    if (this.steps()) this.firstHour.reload();
  }
}
