import { Component, computed, inject, input, linkedSignal, resource, signal } from '@angular/core';
import { FormField, apply, disabled, form, required } from '@angular/forms/signals';
import { RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { Account } from '../account/account';
import { fieldOfSecret, secretsDraft, secretsSchema, startSecrets } from '../form/account-secrets';
import { Field } from '../form/field';
import { FormButtons } from '../form/form-buttons';
import { saveForm } from '../form/save';
import { SecretsFields } from '../form/secrets-fields';
import { injectWords } from '../language/words';
import { injectPanelPlace } from '../panel/panel-place';
import { injectReaction } from '../panel/reaction';
import { SidePanel } from '../panel/side-panel';
import type { HoldsInput } from '../panel/unsaved';
import { injectProblemWords } from '../problem/problem-words';
import type { AdminAccountView } from '../api/models/admin-account-view';
import { AdminAccountStore } from './admin-account-store';

/** Adds an admin account, shows one, changes it. Its secrets go in and never come out. */
@Component({
  selector: 'gh-admin-account-form',
  imports: [
    Field,
    FormButtons,
    FormField,
    NzButtonComponent,
    NzInputDirective,
    RouterLink,
    SecretsFields,
    SidePanel,
  ],
  templateUrl: './admin-account-form.html',
})
export class AdminAccountForm implements HoldsInput {
  private readonly store = inject(AdminAccountStore);
  private readonly problems = injectProblemWords();
  private readonly react = injectReaction();
  protected readonly place = injectPanelPlace();
  protected readonly t = injectWords();
  protected readonly mayWrite = inject(Account).may('inventory.write');

  /** From the address; absent: a new account. */
  readonly id = input<string>();

  protected readonly account = resource({
    params: () => this.id(),
    loader: ({ params }) => this.store.get(params),
  });
  protected readonly known = computed(() => (this.account.hasValue() ? this.account.value() : undefined));
  private readonly used = resource({
    params: () => this.id(),
    loader: ({ params }) => this.store.usage(params),
  });
  protected readonly usage = computed(() => (this.used.hasValue() ? this.used.value() : undefined));
  /** The server refuses to delete it then. */
  protected readonly isUsed = computed(() => {
    const usage = this.usage();
    return usage !== undefined && (usage.assets.count > 0 || usage.isDefault);
  });
  private readonly model = linkedSignal(() => {
    const account = this.known();
    return {
      name: account?.name ?? '',
      username: account?.username ?? '',
      comment: account?.comment ?? '',
      secrets: startSecrets(this.id() !== undefined, 'paste'),
    };
  });
  protected readonly form = form(this.model, (path) => {
    required(path.name);
    required(path.username);
    apply(path.secrets, secretsSchema);
    disabled(path, { when: () => !this.mayWrite });
  });
  protected readonly problem = signal<string | null>(null);
  protected readonly heading = computed(
    () => this.known()?.name ?? (this.id() ? '' : this.t('adminAccounts.add')),
  );
  private saved = false;

  hasUnsavedInput(): boolean {
    return this.form().dirty() && !this.saved;
  }

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    const { name, username, comment, secrets } = this.model();
    const draft = {
      name: name.trim(),
      username: username.trim(),
      comment: comment.trim(),
      ...secretsDraft(secrets),
    };
    const id = this.id();
    const send = (): Promise<unknown> => (id ? this.store.update(id, draft) : this.store.create(draft));
    const outcome = await saveForm(this.form, this.problems, send, fieldOfSecret);
    this.problem.set(outcome.problem);
    if (outcome.saved) await this.leave();
  }

  protected async remove(account: AdminAccountView): Promise<void> {
    const gone = await this.react.ask(
      {
        heading: this.t('adminAccounts.remove.heading', { name: account.name }),
        text: this.t('adminAccounts.remove.text'),
        yes: this.t('form.delete'),
        destroys: true,
      },
      () => this.store.remove(account.id),
      this.t('adminAccounts.removed', { name: account.name }),
    );
    if (gone) await this.leave();
  }

  private async leave(): Promise<void> {
    this.saved = true;
    this.store.list.reload();
    await this.place.close();
  }
}
