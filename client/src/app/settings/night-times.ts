import { Component, inject, input, linkedSignal, resource, signal } from '@angular/core';
import { FormField, form, required, validate } from '@angular/forms/signals';
import { NzMessageService } from 'ng-zorro-antd/message';
import { NzSwitchComponent } from 'ng-zorro-antd/switch';
import { Account } from '../account/account';
import { Api } from '../api/api';
import { getFactsTimes } from '../api/fn/settings/get-facts-times';
import { getDriftTimes } from '../api/fn/settings/get-drift-times';
import { setDriftTimes } from '../api/fn/settings/set-drift-times';
import { setFactsTimes } from '../api/fn/settings/set-facts-times';
import { Field } from '../form/field';
import { saveForm } from '../form/save';
import { TimeField } from '../form/time-field';
import { readTimeOfDay } from '../form/time-of-day';
import { injectWords } from '../language/words';
import type { HoldsInput } from '../panel/unsaved';
import { injectProblemWords } from '../problem/problem-words';
import { SettingsPage } from './settings-page';

const CALLS = {
  facts: { get: getFactsTimes, set: setFactsTimes },
  drift: { get: getDriftTimes, set: setDriftTimes },
} as const;

/** Whether and when something is done each night by itself: the route says what. */
@Component({
  selector: 'gh-night-times',
  imports: [Field, FormField, NzSwitchComponent, SettingsPage, TimeField],
  templateUrl: './night-times.html',
})
export class NightTimes implements HoldsInput {
  private readonly api = inject(Api);
  private readonly messages = inject(NzMessageService);
  private readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  protected readonly mayWrite = inject(Account).may('settings.write');

  /** Of the route. */
  readonly kind = input.required<keyof typeof CALLS>();

  protected readonly stored = resource({
    params: () => CALLS[this.kind()],
    loader: ({ params }) => this.api.invoke(params.get),
  });
  private readonly model = linkedSignal(() =>
    this.stored.hasValue() ? { ...this.stored.value() } : { nightly: false, time: '' },
  );
  protected readonly form = form(this.model, (path) => {
    required(path.time);
    validate(path.time, ({ value }) =>
      value() === '' || readTimeOfDay(value()) !== null
        ? undefined
        : { kind: 'not_a_time', message: this.t('nightTimes.notATime') },
    );
  });
  protected readonly problem = signal<string | null>(null);

  hasUnsavedInput(): boolean {
    return this.form().dirty();
  }

  protected async save(): Promise<void> {
    const outcome = await saveForm(this.form, this.problems, () =>
      this.api.invoke(CALLS[this.kind()].set, { body: this.model() }),
    );
    this.problem.set(outcome.problem);
    if (!outcome.result) return;
    this.form().reset(outcome.result);
    this.messages.success(this.t(`nightTimes.${this.kind()}.saved`));
  }
}
