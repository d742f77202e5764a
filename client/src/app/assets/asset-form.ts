import { Component, computed, inject, input, linkedSignal, resource, signal } from '@angular/core';
import { FormField, form, required, validate } from '@angular/forms/signals';
import { NzInputDirective } from 'ng-zorro-antd/input';
import { NzOptionComponent, NzSelectComponent } from 'ng-zorro-antd/select';
import { NzSwitchComponent } from 'ng-zorro-antd/switch';
import { ASSET_ENVIRONMENTS, ASSET_STATUSES, ASSET_TYPES } from '#libs/contracts';
import { OnePicker } from '../choice/one-picker';
import { Picker } from '../choice/picker';
import { injectAdminAccountChoices, injectAssetGroupChoices } from '../choice/sources';
import { changedFields } from '../form/changed-fields';
import { Field } from '../form/field';
import { FormButtons } from '../form/form-buttons';
import { saveForm } from '../form/save';
import { wholeNumber } from '../form/whole-number';
import { injectWords } from '../language/words';
import { injectPanelPlace } from '../panel/panel-place';
import { SidePanel } from '../panel/side-panel';
import type { HoldsInput } from '../panel/unsaved';
import { injectProblemWords } from '../problem/problem-words';
import type { AssetView } from '../api/models/asset-view';
import { draftOf, modelOf, NEW_ASSET } from './asset-model';
import { AssetDetailFields } from './asset-detail-fields';
import { AssetStore } from './asset-store';
import { areDisks, SIZE } from './field-texts';

/** Adds an asset or changes one. */
@Component({
  selector: 'gh-asset-form',
  imports: [
    AssetDetailFields,
    Field,
    FormButtons,
    FormField,
    NzInputDirective,
    NzOptionComponent,
    NzSelectComponent,
    NzSwitchComponent,
    OnePicker,
    Picker,
    SidePanel,
  ],
  templateUrl: './asset-form.html',
  styleUrl: './asset-form.css',
})
export class AssetForm implements HoldsInput {
  private readonly store = inject(AssetStore);
  private readonly problems = injectProblemWords();
  protected readonly place = injectPanelPlace();
  protected readonly t = injectWords();
  protected readonly groupChoices = injectAssetGroupChoices();
  protected readonly accountChoices = injectAdminAccountChoices();

  /** From the address; absent: a new asset. */
  readonly id = input<string>();

  protected readonly types = ASSET_TYPES;
  protected readonly environments = ASSET_ENVIRONMENTS;
  protected readonly statuses = ASSET_STATUSES;

  protected readonly asset = resource({
    params: () => this.id(),
    loader: ({ params }) => this.store.get(params),
  });
  /** What is typed before the asset is there would be lost. */
  protected readonly ready = computed(() => !this.id() || this.asset.hasValue());
  private readonly defaults = resource({ loader: () => this.store.defaults() });
  private readonly accountByDefault = resource({
    params: () => (this.defaults.hasValue() ? this.defaults.value().adminAccountId : null) ?? undefined,
    loader: ({ params }) => this.accountChoices.get(params),
  });
  /** The port that an empty field stands for. */
  protected readonly defaultPort = computed(() =>
    this.defaults.hasValue() ? String(this.defaults.value().port) : '',
  );
  /** The admin account that none of its own stands for, by its name. */
  protected readonly defaultAccount = computed(() => {
    if (this.accountByDefault.hasValue()) {
      return this.t('assets.defaultAccountIs', { name: this.accountByDefault.value().name });
    }
    const hasNone = this.defaults.hasValue() && this.defaults.value().adminAccountId === null;
    return this.t(hasNone ? 'assets.noDefaultAccount' : 'assets.defaultAccount');
  });

  private readonly known = computed(() => (this.asset.hasValue() ? modelOf(this.asset.value()) : NEW_ASSET));
  private readonly model = linkedSignal(() => this.known());
  protected readonly form = form(this.model, (path) => {
    required(path.name);
    required(path.address);
    wholeNumber(path.port);
    wholeNumber(path.cpuCount);
    validate(path.memoryMib, ({ value }) =>
      value().trim() === '' || SIZE.test(value()) ? undefined : { kind: 'not_a_size' },
    );
    validate(path.disks, ({ value }) => (areDisks(value()) ? undefined : { kind: 'not_disks' }));
  });
  protected readonly problem = signal<string | null>(null);
  protected readonly heading = computed(() => this.t(this.id() ? 'assets.edit' : 'assets.add'));
  private saved = false;

  hasUnsavedInput(): boolean {
    return this.form().dirty() && !this.saved;
  }

  protected async save(event: Event): Promise<void> {
    event.preventDefault();
    this.problem.set(null);
    const id = this.id();
    const draft = draftOf(this.model());
    const send = (): Promise<AssetView> =>
      id ? this.store.update(id, changedFields(draftOf(this.known()), draft)) : this.store.create(draft);
    const outcome = await saveForm(this.form, this.problems, send);
    this.problem.set(outcome.problem);
    if (!outcome.result) return;
    this.saved = true;
    this.store.list.reload();
    // of a new asset the next step is to pin its host keys: nobody can connect before
    await this.place.open(outcome.result.id, ...(id ? [] : ['host-keys']));
  }
}
