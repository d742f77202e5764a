import { Component, inject, linkedSignal, resource, signal } from '@angular/core';
import { FormField, disabled, form } from '@angular/forms/signals';
import { RouterLink } from '@angular/router';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { NzMessageService } from 'ng-zorro-antd/message';
import { Account } from '../account/account';
import { Api } from '../api/api';
import { getDefaults } from '../api/fn/settings/get-defaults';
import { setDefaults } from '../api/fn/settings/set-defaults';
import { OnePicker } from '../choice/one-picker';
import { injectAdminAccountChoices } from '../choice/sources';
import { Field } from '../form/field';
import { saveForm } from '../form/save';
import { wholeNumber } from '../form/whole-number';
import { injectWords } from '../language/words';
import type { HoldsInput } from '../panel/unsaved';
import { injectProblemWords } from '../problem/problem-words';
import { SettingsPage } from './settings-page';

/** What assets use that have no port or admin account of their own. */
@Component({
  selector: 'gh-defaults-page',
  imports: [Field, FormField, NzInputDirective, OnePicker, RouterLink, SettingsPage],
  templateUrl: './defaults-page.html',
})
export class DefaultsPage implements HoldsInput {
  private readonly api = inject(Api);
  private readonly messages = inject(NzMessageService);
  private readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  protected readonly mayWrite = inject(Account).may('settings.write');
  protected readonly choices = injectAdminAccountChoices();

  protected readonly stored = resource({ loader: () => this.api.invoke(getDefaults) });
  private readonly model = linkedSignal(() => {
    const stored = this.stored.hasValue() ? this.stored.value() : undefined;
    return { port: String(stored?.port ?? ''), adminAccountId: stored?.adminAccountId ?? '' };
  });
  protected readonly form = form(this.model, (path) => {
    wholeNumber(path.port);
    disabled(path, { when: () => !this.mayWrite });
  });
  protected readonly problem = signal<string | null>(null);

  hasUnsavedInput(): boolean {
    return this.form().dirty();
  }

  protected async save(): Promise<void> {
    this.problem.set(null);
    const { port, adminAccountId } = this.model();
    const body = { ...(port.trim() && { port: Number(port) }), adminAccountId: adminAccountId || null };
    const outcome = await saveForm(this.form, this.problems, () => this.api.invoke(setDefaults, { body }));
    this.problem.set(outcome.problem);
    if (!outcome.result) return;
    this.stored.set(outcome.result);
    this.form().reset();
    this.messages.success(this.t('defaults.saved'));
  }
}
