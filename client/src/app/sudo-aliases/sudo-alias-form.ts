import { Component, computed, inject, input, linkedSignal, resource, signal } from '@angular/core';
import { FormField, disabled, form, required } from '@angular/forms/signals';
import { RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { Account } from '../account/account';
import type { SudoAliasView } from '../api/models/sudo-alias-view';
import { Field } from '../form/field';
import { FormButtons } from '../form/form-buttons';
import { saveForm } from '../form/save';
import { injectWords } from '../language/words';
import { injectPanelPlace } from '../panel/panel-place';
import { injectReaction } from '../panel/reaction';
import { SidePanel } from '../panel/side-panel';
import type { HoldsInput } from '../panel/unsaved';
import { injectProblemWords } from '../problem/problem-words';
import { SudoAliasStore } from './sudo-alias-store';

/** Adds a sudo alias, shows one with who may run it, changes it. */
@Component({
  selector: 'gh-sudo-alias-form',
  imports: [Field, FormButtons, FormField, NzButtonComponent, NzInputDirective, RouterLink, SidePanel],
  templateUrl: './sudo-alias-form.html',
})
export class SudoAliasForm implements HoldsInput {
  private readonly store = inject(SudoAliasStore);
  private readonly react = injectReaction();
  private readonly problems = injectProblemWords();
  protected readonly place = injectPanelPlace();
  protected readonly t = injectWords();
  protected readonly example = '/usr/bin/systemctl restart nginx';
  protected readonly mayWrite = inject(Account).may('system-users.write');

  /** From the address; absent: a new one. */
  readonly id = input<string>();

  protected readonly loaded = resource({
    params: () => this.id(),
    loader: ({ params }) => this.store.get(params),
  });
  protected readonly known = computed(() => (this.loaded.hasValue() ? this.loaded.value() : undefined));
  private readonly model = linkedSignal(() => {
    const known = this.known();
    return {
      name: known?.name ?? '',
      commands: known?.commands.join('\n') ?? '',
      comment: known?.comment ?? '',
    };
  });
  protected readonly form = form(this.model, (path) => {
    required(path.name);
    required(path.commands);
    disabled(path, { when: () => !this.mayWrite });
  });
  protected readonly problem = signal<string | null>(null);
  protected readonly heading = computed(
    () => this.known()?.name ?? (this.id() ? '' : this.t('sudoAliases.add')),
  );
  private saved = false;

  hasUnsavedInput(): boolean {
    return this.form().dirty() && !this.saved;
  }

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    const { name, commands, comment } = this.model();
    const lines = commands.split('\n').map((line) => line.trim());
    const draft = {
      name: name.trim().toUpperCase(),
      commands: lines.filter((line) => line !== ''),
      comment: comment.trim(),
    };
    const id = this.id();
    const send = (): Promise<SudoAliasView> => (id ? this.store.update(id, draft) : this.store.create(draft));
    const outcome = await saveForm(this.form, this.problems, send);
    this.problem.set(outcome.problem);
    if (!outcome.result) return;
    // the next step stands on its panel: a system user with it, or pushing anew what is outdated
    this.saved = true;
    this.store.list.reload();
    if (id === undefined) await this.place.open(outcome.result.id);
    else if (outcome.result.systemUsers.length === 0) await this.place.close();
    else {
      this.form().reset();
      this.saved = false;
    }
  }

  protected async remove(alias: SudoAliasView): Promise<void> {
    const gone = await this.react.ask(
      {
        heading: this.t('sudoAliases.remove.heading', { name: alias.name }),
        text: this.t('sudoAliases.remove.text'),
        yes: this.t('form.delete'),
        destroys: true,
      },
      () => this.store.remove(alias.id),
      this.t('sudoAliases.removed', { name: alias.name }),
    );
    if (gone) await this.leave();
  }

  private async leave(): Promise<void> {
    this.saved = true;
    this.store.list.reload();
    await this.place.close();
  }
}
