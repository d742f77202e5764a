import { Component, computed, inject, input, output } from '@angular/core';
import { type Params, RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import type { FirstStep } from '#libs/contracts';
import { Api } from '../api/api';
import { setFirstHour } from '../api/fn/settings/set-first-hour';
import type { FirstStepView } from '../api/models/first-step-view';
import { Icon } from '../display/icon';
import { injectWords } from '../language/words';
import { injectReaction } from '../panel/reaction';

/** Where each step is done, the form open. */
const PLACES: Readonly<Record<FirstStep, string>> = {
  password: '/profile/password',
  'second-factor': '/profile/second-factor',
  mail: '/settings/mail',
  'admin-account': '/admin-accounts/new',
  asset: '/assets/new',
  'host-key': '/assets',
  'system-user': '/system-users/new',
  push: '/pushes/new',
  rule: '/rules/new',
  session: '/my-assets',
};

/** What the list at that place is narrowed to. */
const NARROWED: Partial<Record<FirstStep, Params>> = { 'host-key': { pinned: false } };

/** What a new installation still lacks, step by step, each ticked when what it makes is there. */
@Component({
  selector: 'gh-first-hour',
  imports: [Icon, NzButtonComponent, RouterLink],
  templateUrl: './first-hour.html',
  styleUrl: './first-hour.css',
})
export class FirstHour {
  private readonly api = inject(Api);
  private readonly react = injectReaction();
  protected readonly t = injectWords();
  protected readonly places = PLACES;
  protected readonly narrowed = NARROWED;

  readonly steps = input.required<readonly FirstStepView[]>();
  readonly dismissed = output();

  protected readonly done = computed(() => this.steps().filter((step) => step.done).length);
  /** The first that is not done: the one that comes now. */
  protected readonly next = computed(() => this.steps().find((step) => !step.done)?.name);

  protected async dismiss(): Promise<void> {
    const hide = () => this.api.invoke(setFirstHour, { body: { dismissed: true } });
    if (await this.react.run(hide, this.t('firstHour.dismissed'))) this.dismissed.emit();
  }
}
