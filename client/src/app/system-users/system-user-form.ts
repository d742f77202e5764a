import { Component, computed, inject, input, linkedSignal, resource, signal } from '@angular/core';
import { FormField, apply, form, required } from '@angular/forms/signals';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { fieldOfSecret, secretsDraft, secretsSchema, startSecrets } from '../form/account-secrets';
import { Picker } from '../choice/picker';
import { injectSudoAliasChoices } from '../choice/sources';
import { Field } from '../form/field';
import { FormButtons } from '../form/form-buttons';
import { saveForm } from '../form/save';
import { SecretsFields } from '../form/secrets-fields';
import { injectWords } from '../language/words';
import { injectPanelPlace } from '../panel/panel-place';
import { SidePanel } from '../panel/side-panel';
import type { HoldsInput } from '../panel/unsaved';
import { injectProblemWords } from '../problem/problem-words';
import type { SystemUserView } from '../api/models/system-user-view';
import type { CreateSystemUser } from '../api/models/create-system-user';
import { SystemUserStore } from './system-user-store';

/** Adds a system user or changes one. Its secrets go in and never come out. */
@Component({
  selector: 'gh-system-user-form',
  imports: [Field, FormButtons, FormField, NzInputDirective, Picker, SecretsFields, SidePanel],
  templateUrl: './system-user-form.html',
})
export class SystemUserForm implements HoldsInput {
  private readonly store = inject(SystemUserStore);
  private readonly problems = injectProblemWords();
  protected readonly place = injectPanelPlace();
  protected readonly t = injectWords();
  protected readonly aliases = injectSudoAliasChoices();

  /** From the address; absent: a new system user. */
  readonly id = input<string>();
  /** From the address of a new one: ids of sudo aliases, separated by commas. */
  readonly withAliases = input<string>();

  protected readonly loaded = resource({
    params: () => this.id(),
    loader: ({ params }) => this.store.get(params),
  });
  protected readonly known = computed(() => (this.loaded.hasValue() ? this.loaded.value() : undefined));
  private readonly model = linkedSignal(() => {
    const known = this.known();
    return {
      username: known?.username ?? '',
      shell: known?.shell ?? '/bin/bash',
      home: known?.home ?? '',
      comment: known?.comment ?? '',
      groups: known?.groups.join(' ') ?? '',
      sudoAliasIds: known?.sudoAliasIds ?? this.withAliases()?.split(',').filter(Boolean) ?? [],
      secrets: startSecrets(this.id() !== undefined, 'generate'),
    };
  });
  protected readonly form = form(this.model, (path) => {
    required(path.username);
    apply(path.secrets, secretsSchema);
  });
  protected readonly problem = signal<string | null>(null);
  protected readonly heading = computed(() => this.t(this.id() ? 'systemUsers.edit' : 'systemUsers.add'));
  private saved = false;

  hasUnsavedInput(): boolean {
    return this.form().dirty() && !this.saved;
  }

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    const id = this.id();
    const send = (): Promise<SystemUserView> =>
      id ? this.store.update(id, this.draft()) : this.store.create(this.draft());
    const outcome = await saveForm(this.form, this.problems, send, fieldOfSecret);
    this.problem.set(outcome.problem);
    if (!outcome.result) return;
    this.saved = true;
    this.store.list.reload();
    await this.place.open(outcome.result.id);
  }

  private draft(): CreateSystemUser {
    const { username, shell, home, comment, groups, sudoAliasIds, secrets } = this.model();
    return {
      username: username.trim(),
      home: home.trim(),
      comment: comment.trim(),
      groups: groups.split(/[\s,]+/).filter(Boolean),
      sudoAliasIds: [...sudoAliasIds],
      ...(shell.trim() && { shell: shell.trim() }),
      ...secretsDraft(secrets),
    };
  }
}
