import { Component, computed, inject, input, linkedSignal, resource, signal } from '@angular/core';
import { FormField, disabled, form, required } from '@angular/forms/signals';
import { RouterLink } from '@angular/router';
import { NzButtonComponent } from 'ng-zorro-antd/button';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { Account } from '../account/account';
import { Field } from '../form/field';
import { FormButtons } from '../form/form-buttons';
import { saveForm } from '../form/save';
import { injectWords } from '../language/words';
import { injectPanelPlace } from '../panel/panel-place';
import { injectReaction } from '../panel/reaction';
import { SidePanel } from '../panel/side-panel';
import type { HoldsInput } from '../panel/unsaved';
import { injectProblemWords } from '../problem/problem-words';
import type { DataCenterView } from '../api/models/data-center-view';
import { DataCenterStore } from './data-center-store';

const NEW = { name: '', bandwidth: '', operator: '', contact: '', phone: '', address: '', comment: '' };

/** Adds a data center, shows one, changes it. */
@Component({
  selector: 'gh-data-center-form',
  imports: [Field, FormButtons, FormField, NzButtonComponent, NzInputDirective, RouterLink, SidePanel],
  templateUrl: './data-center-form.html',
})
export class DataCenterForm implements HoldsInput {
  private readonly store = inject(DataCenterStore);
  private readonly problems = injectProblemWords();
  private readonly react = injectReaction();
  protected readonly place = injectPanelPlace();
  protected readonly t = injectWords();
  protected readonly texts = ['operator', 'bandwidth', 'contact', 'phone'] as const;
  protected readonly mayWrite = inject(Account).may('inventory.write');

  /** From the address; absent: a new one. */
  readonly id = input<string>();

  protected readonly dataCenter = resource({
    params: () => this.id(),
    loader: ({ params }) => this.store.get(params),
  });
  protected readonly known = computed(() =>
    this.dataCenter.hasValue() ? this.dataCenter.value() : undefined,
  );
  private readonly model = linkedSignal(() => {
    const known = this.known();
    const { name, bandwidth, operator, contact, phone, address, comment } = known ?? NEW;
    const networks = (known?.networks ?? []).join('\n');
    return { name, bandwidth, operator, contact, phone, address, comment, networks };
  });
  protected readonly form = form(this.model, (path) => {
    required(path.name);
    disabled(path, { when: () => !this.mayWrite });
  });
  protected readonly problem = signal<string | null>(null);
  protected readonly heading = computed(
    () => this.known()?.name ?? (this.id() ? '' : this.t('dataCenters.add')),
  );
  private saved = false;

  hasUnsavedInput(): boolean {
    return this.form().dirty() && !this.saved;
  }

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    const { networks, ...texts } = this.model();
    const draft = { ...texts, networks: networks.split(/[\s,]+/).filter(Boolean) };
    const id = this.id();
    const send = (): Promise<unknown> => (id ? this.store.update(id, draft) : this.store.create(draft));
    const outcome = await saveForm(this.form, this.problems, send);
    this.problem.set(outcome.problem);
    if (outcome.saved) await this.leave();
  }

  protected async remove({ id, name }: DataCenterView): Promise<void> {
    const { count, names } = (await this.store.usage(id)).assets;
    const gone = await this.react.ask(
      {
        heading: this.t('dataCenters.remove.heading', { name }),
        text: this.t('dataCenters.remove.text', { count }),
        ...{ names, count },
        yes: this.t('form.delete'),
        destroys: true,
      },
      () => this.store.remove(id),
      this.t('dataCenters.removed', { name }),
    );
    if (gone) await this.leave();
  }

  private async leave(): Promise<void> {
    this.saved = true;
    this.store.list.reload();
    await this.place.close();
  }
}
