import { Component, inject, linkedSignal, resource, signal } from '@angular/core';
import { FormField, form } from '@angular/forms/signals';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { NzMessageService } from 'ng-zorro-antd/message';
import { Api } from '../api/api';
import { getSshBanner } from '../api/fn/settings/get-ssh-banner';
import { setSshBanner } from '../api/fn/settings/set-ssh-banner';
import { Field } from '../form/field';
import { saveForm } from '../form/save';
import { injectWords } from '../language/words';
import type { HoldsInput } from '../panel/unsaved';
import { injectProblemWords } from '../problem/problem-words';
import { SettingsPage } from './settings-page';

/** Settings → SSH login: what SSH clients show before anybody has logged in. */
@Component({
  selector: 'gh-ssh-banner',
  imports: [Field, FormField, NzInputDirective, SettingsPage],
  templateUrl: './ssh-banner.html',
})
export class SshBanner implements HoldsInput {
  private readonly api = inject(Api);
  private readonly messages = inject(NzMessageService);
  private readonly problems = injectProblemWords();
  protected readonly t = injectWords();

  protected readonly loaded = resource({ loader: () => this.api.invoke(getSshBanner) });
  private readonly model = linkedSignal(() => ({ banner: this.stored() }));
  protected readonly form = form(this.model);
  protected readonly problem = signal<string | null>(null);

  hasUnsavedInput(): boolean {
    return this.model().banner !== this.stored();
  }

  protected async save(): Promise<void> {
    const body = this.model();
    const outcome = await saveForm(this.form, this.problems, () => this.api.invoke(setSshBanner, { body }));
    this.problem.set(outcome.problem);
    if (!outcome.result) return;
    this.loaded.set(outcome.result);
    this.messages.success(this.t('sshBanner.saved'));
  }

  private stored(): string {
    return this.loaded.hasValue() ? this.loaded.value().banner : '';
  }
}
