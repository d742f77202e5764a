import { Component, inject, linkedSignal, resource, signal } from '@angular/core';
import { FormField, form } from '@angular/forms/signals';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { NzMessageService } from 'ng-zorro-antd/message';
import { Api } from '../api/api';
import { getRetention } from '../api/fn/settings/get-retention';
import { setRetention } from '../api/fn/settings/set-retention';
import type { RetentionSetting } from '../api/models/retention-setting';
import { Field } from '../form/field';
import { saveForm } from '../form/save';
import { wholeNumber } from '../form/whole-number';
import { injectWords } from '../language/words';
import type { HoldsInput } from '../panel/unsaved';
import { injectProblemWords } from '../problem/problem-words';
import { SettingsPage } from './settings-page';

const LIMITS = [
  'recordingDays',
  'recordingGibibytes',
  'sessionDays',
  'commandDays',
  'fileTransferDays',
  'batchDays',
  'loginDays',
  'operationDays',
] as const satisfies readonly (keyof RetentionSetting)[];

type Limit = (typeof LIMITS)[number];

/** Settings → Retention: how long records are kept; an empty field keeps them for ever (FEATURES G13). */
@Component({
  selector: 'gh-retention-page',
  imports: [Field, FormField, NzInputDirective, SettingsPage],
  templateUrl: './retention-page.html',
})
export class RetentionPage implements HoldsInput {
  private readonly api = inject(Api);
  private readonly messages = inject(NzMessageService);
  private readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  protected readonly limits = LIMITS;

  protected readonly stored = resource({ loader: () => this.api.invoke(getRetention) });
  private readonly model = linkedSignal<Record<Limit, string>>(() => {
    const stored = this.stored.hasValue() ? this.stored.value() : undefined;
    return each((limit) => String(stored?.[limit] ?? ''));
  });
  protected readonly form = form(this.model, (path) => {
    for (const limit of LIMITS) wholeNumber(path[limit]);
  });
  protected readonly problem = signal<string | null>(null);

  hasUnsavedInput(): boolean {
    return this.form().dirty();
  }

  protected async save(): Promise<void> {
    this.problem.set(null);
    const typed = this.model();
    const body = each((limit) => (typed[limit].trim() ? Number(typed[limit]) : null));
    const outcome = await saveForm(this.form, this.problems, () => this.api.invoke(setRetention, { body }));
    this.problem.set(outcome.problem);
    if (!outcome.result) return;
    this.stored.set(outcome.result);
    this.form().reset();
    this.messages.success(this.t('retention.saved'));
  }
}

/** A record of all limits. */
function each<Value>(valueOf: (limit: Limit) => Value): Record<Limit, Value> {
  return {
    recordingDays: valueOf('recordingDays'),
    recordingGibibytes: valueOf('recordingGibibytes'),
    sessionDays: valueOf('sessionDays'),
    commandDays: valueOf('commandDays'),
    fileTransferDays: valueOf('fileTransferDays'),
    batchDays: valueOf('batchDays'),
    loginDays: valueOf('loginDays'),
    operationDays: valueOf('operationDays'),
  };
}
