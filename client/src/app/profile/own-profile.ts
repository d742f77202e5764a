import { Component, computed, inject, linkedSignal, signal } from '@angular/core';
import { FormField, form, required } from '@angular/forms/signals';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { NzMessageService } from 'ng-zorro-antd/message';
import { NzOptionComponent, NzSelectComponent } from 'ng-zorro-antd/select';
import { Account } from '../account/account';
import { Field } from '../form/field';
import { saveForm } from '../form/save';
import type { LanguageName } from '../language/language';
import { injectWords } from '../language/words';
import type { HoldsInput } from '../panel/unsaved';
import { injectProblemWords } from '../problem/problem-words';

const LANGUAGE_CHOICES: readonly { value: LanguageName; label: string }[] = [
  { value: 'zh-CN', label: 'language.chinese' },
  { value: 'en', label: 'language.english' },
];

/** What people say of themselves. */
@Component({
  selector: 'gh-own-profile',
  imports: [Field, FormField, NzButtonComponent, NzInputDirective, NzOptionComponent, NzSelectComponent],
  templateUrl: './own-profile.html',
  styles: `
    form {
      max-width: 400px;
    }
  `,
})
export class OwnProfile implements HoldsInput {
  private readonly account = inject(Account);
  private readonly messages = inject(NzMessageService);
  private readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  protected readonly languages = LANGUAGE_CHOICES;

  private readonly model = linkedSignal(() => {
    const user = this.account.user();
    const { name = '', email, language, timeZone } = user ?? {};
    return { name, email: email ?? '', language: language ?? '', timeZone: timeZone ?? '' };
  });
  protected readonly form = form(this.model, (path) => required(path.name));
  /** What this browser knows, and what is set already. */
  protected readonly zones = computed(() => {
    const own = this.account.user()?.timeZone;
    return [...new Set([...(own ? [own] : []), 'UTC', ...Intl.supportedValuesOf('timeZone')])];
  });
  protected readonly problem = signal<string | null>(null);

  hasUnsavedInput(): boolean {
    return this.form().dirty();
  }

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    const outcome = await saveForm(this.form, this.problems, () => this.send());
    this.problem.set(outcome.problem);
    if (!outcome.saved) return;
    this.form().reset();
    this.messages.success(this.t('profile.saved'));
  }

  private send(): Promise<void> {
    const { name, email, language, timeZone } = this.model();
    const chosen = LANGUAGE_CHOICES.find(({ value }) => value === language)?.value ?? null;
    const zone = timeZone || null;
    return this.account.update({
      name: name.trim(),
      email: email.trim() || null,
      language: chosen,
      timeZone: zone,
    });
  }
}
