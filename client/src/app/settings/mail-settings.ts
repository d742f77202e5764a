import { Component, computed, inject, linkedSignal, resource, signal } from '@angular/core';
import { FormField, form, required } from '@angular/forms/signals';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { NzMessageService } from 'ng-zorro-antd/message';
import { NzOptionComponent, NzSelectComponent } from 'ng-zorro-antd/select';
import { NzSwitchComponent } from 'ng-zorro-antd/switch';
import { MAIL_SECURITIES, type MailSecurity } from '#libs/contracts';
import { Api } from '../api/api';
import { getMailSettings } from '../api/fn/settings/get-mail-settings';
import { listMails } from '../api/fn/settings/list-mails';
import { sendTestMail } from '../api/fn/settings/send-test-mail';
import { setMailSettings } from '../api/fn/settings/set-mail-settings';
import type { MailSettingsView } from '../api/models/mail-settings-view';
import type { MailTestView } from '../api/models/mail-test-view';
import { When } from '../display/when';
import { Field } from '../form/field';
import { saveForm } from '../form/save';
import { injectWords } from '../language/words';
import type { HoldsInput } from '../panel/unsaved';
import { injectProblemWords } from '../problem/problem-words';
import { SettingsPage } from './settings-page';

const FAILURES = 20;

/** How mail leaves the product, a try of it, and what failed lately (FEATURES U10). */
@Component({
  selector: 'gh-mail-settings',
  imports: [
    Field,
    FormField,
    NzButtonComponent,
    NzInputDirective,
    NzOptionComponent,
    NzSelectComponent,
    NzSwitchComponent,
    SettingsPage,
    When,
  ],
  templateUrl: './mail-settings.html',
})
export class MailSettings implements HoldsInput {
  private readonly api = inject(Api);
  private readonly messages = inject(NzMessageService);
  private readonly problems = injectProblemWords();
  protected readonly t = injectWords();
  protected readonly securities = MAIL_SECURITIES;

  protected readonly stored = resource({ loader: () => this.api.invoke(getMailSettings) });
  private readonly failed = resource({
    loader: () => this.api.invoke(listMails, { state: 'failed', pageSize: FAILURES }),
  });
  protected readonly failures = computed(() => (this.failed.hasValue() ? this.failed.value().items : []));
  private readonly model = linkedSignal(() => draftOf(this.stored.hasValue() ? this.stored.value() : null));
  protected readonly form = form(this.model, (path) => {
    required(path.port);
    required(path.senderName);
    for (const needed of [path.host, path.senderAddress])
      required(needed, { when: ({ valueOf }) => valueOf(path.enabled) });
  });
  protected readonly hasPassword = computed(() => this.stored.hasValue() && this.stored.value().hasPassword);
  protected readonly problem = signal<string | null>(null);
  protected readonly testing = signal(false);
  protected readonly tested = signal<MailTestView | null>(null);

  hasUnsavedInput(): boolean {
    return this.form().dirty();
  }

  protected async save(): Promise<void> {
    this.tested.set(null);
    const { port, ...rest } = this.model();
    const body = { ...rest, host: rest.host.trim(), port: Number(port) };
    const outcome = await saveForm(this.form, this.problems, () =>
      this.api.invoke(setMailSettings, { body }),
    );
    this.problem.set(outcome.problem);
    if (!outcome.result) return;
    this.form().reset(draftOf(outcome.result));
    this.stored.reload();
    this.messages.success(this.t('mail.saved'));
  }

  protected async test(): Promise<void> {
    this.testing.set(true);
    try {
      this.tested.set(await this.api.invoke(sendTestMail));
    } catch (error) {
      this.tested.set({ ok: false, message: this.problems.of(error) });
    } finally {
      this.testing.set(false);
    }
  }
}

function draftOf(view: MailSettingsView | null) {
  const security: MailSecurity = view?.security ?? 'starttls';
  return {
    enabled: view?.enabled ?? false,
    host: view?.host ?? '',
    port: String(view?.port ?? 587),
    security,
    username: view?.username ?? '',
    password: '',
    senderAddress: view?.senderAddress ?? '',
    senderName: view?.senderName ?? '',
    consoleUrl: view?.consoleUrl ?? '',
    ca: view?.ca ?? '',
  };
}
